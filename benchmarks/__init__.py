"""How fast and how large: `python -m benchmarks`. Ratios are taken in one run on one machine."""
