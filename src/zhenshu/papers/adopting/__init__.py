"""A report that was read is kept, and what it promises is taken over as tasks, targets and values."""
