"""Bakes the people of `assets/characters/`: see the README there. Needs an environment of its own."""
