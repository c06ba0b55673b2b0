"""Results for the eye: the terminal, charts, the page."""
