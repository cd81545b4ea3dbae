"""`python -m text2sim` is the `text2sim` command."""

from text2sim.cli import main

main()
