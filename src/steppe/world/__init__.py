"""Evidence at a date → a world of arrays."""
