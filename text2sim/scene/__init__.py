"""M2: a `Script` becomes a `ScenePlan`: poses, sizes, timeline, camera."""
