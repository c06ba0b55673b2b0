"""Command line (placeholder until the commands are wired)."""


def main() -> None:
    raise SystemExit("steppe: the command line is not wired yet")
