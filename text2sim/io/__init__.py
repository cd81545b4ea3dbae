"""Files: each module writes or reads one family of formats."""
