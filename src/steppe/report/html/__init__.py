"""A run as one page that works without a network: what it says, what it rests on, and how to check it."""
