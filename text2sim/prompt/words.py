"""Word lists are written as text."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text, for look-up."""
    return frozenset(text.split())
