"""Patterns: what the model must reproduce, in which runs, and without which mechanism it must go."""
