"""Motion looked up: captioned clips of the open pack, edited onto the plan."""
