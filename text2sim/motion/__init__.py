"""M4: a `Scene` becomes a `Motion`: moving skeletons."""
