"""``python -m steppe``: the command line."""

from steppe.cli import main

main()
