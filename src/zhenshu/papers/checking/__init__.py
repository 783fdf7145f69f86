"""The arithmetic a report states, redone."""
