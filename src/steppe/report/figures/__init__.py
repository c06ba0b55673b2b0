"""Pictures of a run, each with the words for those who do not see it and the table behind it."""
