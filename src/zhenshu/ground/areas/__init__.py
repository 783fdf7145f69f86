"""Areas: the one tree district → town → village → grid → micro-grid, and where a point lies in it."""
