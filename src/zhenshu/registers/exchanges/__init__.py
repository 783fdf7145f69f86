"""Exchanges with the systems above: what came down, what went up, what they say of it, and the balance."""
