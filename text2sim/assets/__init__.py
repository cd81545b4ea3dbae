"""M3: a `ScenePlan` becomes a `Scene`: meshes, collision shapes, bodies."""
