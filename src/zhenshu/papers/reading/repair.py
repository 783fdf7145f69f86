"""A text as found, made readable; every change is logged and every character keeps its place."""

from collections.abc import Callable, Iterator

from zhenshu.papers.reading.boilerplate import (
    field_spots,
    line_spots,
    link_spots,
    page_number_spots,
    repeated_spots,
)
from zhenshu.papers.reading.characters import is_traditional, simplify
from zhenshu.papers.reading.damage import lost_spots, pinyin_spots, unscramble
from zhenshu.papers.reading.mending import Mending, Spot
from zhenshu.papers.reading.spacing import (
    blank_spots,
    broken_number_spots,
    invisible_spots,
    redacted_spots,
    wrapped_spots,
)

Finder = Callable[[str], Iterator[Spot]]

# Bytes are mended before characters are exchanged: a shifted run is only legible as it was written.
BEFORE_EXCHANGE: tuple[tuple[Finder, ...], ...] = ((invisible_spots, field_spots), (lost_spots, pinyin_spots))
AFTER_EXCHANGE: tuple[tuple[Finder, ...], ...] = (
    (link_spots, line_spots, page_number_spots, repeated_spots),
    (wrapped_spots,),
    (blank_spots, broken_number_spots),
    (redacted_spots,),
)
_WIDE_CODES = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
_WIDE = {code: code - 0xFEE0 for code in _WIDE_CODES}
WIDE = _WIDE | {0xFF05: "%", 0xFF0E: ".", 0xFF0B: "+", 0xFF0F: "/", 0xFE6A: "%", 0x2024: "."}
BLANKS = {0x00A0: " ", 0x3000: " ", 0x2002: " ", 0x2003: " ", 0x2009: " ", 0x202F: " "}


def repair(text: str) -> Mending:
    """*text* mended, with the origin of each character and the log of what was changed or flagged."""
    mending = Mending.of(text)
    unscramble(mending)
    _run(mending, BEFORE_EXCHANGE)
    _exchange(mending)
    _run(mending, AFTER_EXCHANGE)
    mending.repairs.sort(key=lambda each: (each.start, each.end))
    return mending


def _run(mending: Mending, passes: tuple[tuple[Finder, ...], ...]) -> None:
    for finders in passes:
        mending.cut(spot for find in finders for spot in find(mending.clean))


def _exchange(mending: Mending) -> None:
    """Exchange characters one for one: wide digits and letters, odd blanks, Traditional forms."""
    mending.clean = mending.clean.translate(BLANKS)
    mending.swap(mending.clean.translate(WIDE), "full-width character")
    if is_traditional(mending.clean):
        mending.swap(simplify(mending.clean), "traditional character")
