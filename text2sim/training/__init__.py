"""Training of learned backends; needs `pip install "text2sim[train]"`."""
