"""M5: a `Motion` becomes a `World` that can be stepped."""
