"""Designs of experiments: the points at which a run is computed."""
