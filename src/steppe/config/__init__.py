"""Choices → one resolved, frozen config. Hydra composes; nothing outside this package sees it."""
