"""Bakes the people of `assets/characters/`; the README there says in which environment."""
