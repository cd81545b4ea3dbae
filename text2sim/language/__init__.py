"""Sentences as arrays: word vectors, and marks for what word vectors can't tell apart."""
