"""M1: a sentence becomes a `Script`."""
