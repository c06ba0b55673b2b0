"""The run folder: what a run writes (tables, store) and how it is read again (query)."""
