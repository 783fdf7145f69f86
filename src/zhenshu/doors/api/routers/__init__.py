"""The operations: find, act, answer."""
