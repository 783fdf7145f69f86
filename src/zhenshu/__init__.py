"""Zhenshu 镇枢: the open command centre for a township."""

__version__ = "0.1.0"
