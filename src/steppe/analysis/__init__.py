"""What a run says: outcome measures, their uncertainty, and paired comparisons."""
