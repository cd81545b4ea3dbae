"""M6: a `World` becomes a `Trace`: the roll-out under a controller."""
