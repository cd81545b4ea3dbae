"""M7: a `Trace` becomes `Frames`."""
