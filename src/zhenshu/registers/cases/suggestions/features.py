"""Texts as hashed counts of character n-grams; the same in training and in use, with no library."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from zlib import crc32

SIZES = (1, 2, 3)
WIDTH = 1 << 16
TEXT_LIMIT = 2000
_BREAKS = re.compile(r"[^0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]+")


def fold(text: str) -> str:
    """Return *text* in one spelling: full width to half width, lower case, breaks as single spaces."""
    plain = unicodedata.normalize("NFKC", text[:TEXT_LIMIT]).lower()
    return _BREAKS.sub(" ", plain).strip()


def grams(text: str) -> Counter[str]:
    """Return how often each n-gram occurs in folded *text*; none reaches over a break."""
    found: Counter[str] = Counter()
    for piece in text.split(" "):
        for size in SIZES:
            found.update(piece[at : at + size] for at in range(len(piece) - size + 1))
    return found


@lru_cache(maxsize=200_000)
def place_of(gram: str) -> int:
    """Return the column of a gram."""
    return crc32(gram.encode()) % WIDTH
