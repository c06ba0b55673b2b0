"""The rules written a second time, as an ordinary agent-based program, to check the compiled ones against."""
