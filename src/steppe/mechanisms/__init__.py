"""The rules: one file per mechanism, plain compiled functions on one replicate's arrays."""
