"""The grammar of figures in Chinese work reports: numerals, units, bounds, changes, refusals, names."""
