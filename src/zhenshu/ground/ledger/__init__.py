"""The one write path: every change to a register leaves an unchangeable line."""
