"""The command line: parse, check, call, print. What is computed is computed elsewhere."""

from steppe.cli.app import app, main

__all__ = ["app", "main"]
