"""Offices, posts, users and what they may see."""
