"""Why something happened in a replicate, how a replicate went, what a measure hangs on, and which replicate is typical."""
