"""A fictional township whose records add up to a given report."""
