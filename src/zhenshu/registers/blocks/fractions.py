"""Shares written in packs, such as 2/3 or 1/2: read once, compared without rounding."""

from __future__ import annotations

from fractions import Fraction


def read_share(text: str, otherwise: str = "0") -> Fraction:
    """Return a share such as ``2/3``, ``0.5`` or ``50%``."""
    said = (text or otherwise).strip()
    if said.endswith("%"):
        return Fraction(said[:-1].strip()) / 100
    return Fraction(said)


def reaches(count: int, whole: int, share: Fraction) -> bool:
    """Tell whether *count* of *whole* is at least *share*; of nobody nothing is reached."""
    return whole > 0 and Fraction(count, whole) >= share


def exceeds(count: int, whole: int, share: Fraction) -> bool:
    """Tell whether *count* of *whole* is more than *share*: a majority of one half needs one more."""
    return whole > 0 and Fraction(count, whole) > share
