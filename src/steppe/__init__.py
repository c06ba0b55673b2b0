"""steppe: how states align, simulated, with every number traced to its source."""
