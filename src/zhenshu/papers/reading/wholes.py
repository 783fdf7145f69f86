"""Which figure another one is part of: 接待来访153批，其中领导接访102批."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .figures import Figure

_SENTENCE_END = re.compile(r"[。！？!?\n]")
_PART_OPENS = re.compile(r"其中|包括|(?:主要)?分为|按类别分")
_PART_CLOSES = re.compile(r"此外|另外?[,，有]|同时|与此同时|除此之外|全年|累计")
_SEMICOLON = re.compile(r"[;；]")


def assign_wholes(figures: list[Figure], text: str) -> list[Figure]:
    """Return *figures* with ``whole`` set to the place in the list of the figure each is part of."""
    latest: dict[str, int] = {}
    anchors: dict[str, int] = {}
    kept: list[Figure] = []
    previous_end = 0
    for index, figure in enumerate(figures):
        between = text[previous_end : figure.start]
        latest, anchors = _follow(between, latest, anchors)
        whole = anchors.get(figure.unit) if figure.kind in ("actual", "target") else None
        if whole is not None and not _fits(figure, kept[whole]):
            whole = None
        kept.append(replace(figure, whole=whole) if whole is not None else figure)
        if whole is None and figure.kind in ("actual", "target"):
            latest[figure.unit] = index
        previous_end = max(previous_end, figure.end)
    return kept


def _follow(
    between: str, latest: dict[str, int], anchors: dict[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the wholes in reach and the wholes being divided, after the words *between* two figures."""
    openings = list(_PART_OPENS.finditer(between))
    opens = openings[-1] if openings else None
    after = between[opens.end() :] if opens else between
    if opens is not None and not _SENTENCE_END.search(after):
        crossed = len(_SENTENCE_END.findall(between[: opens.start()]))
        return latest, dict(latest) if crossed <= 1 else {}
    if _SENTENCE_END.search(between):
        return {}, {}
    if _PART_CLOSES.search(between) or _SEMICOLON.search(between):
        return latest, {}
    return latest, anchors


def _fits(part: Figure, whole: Figure) -> bool:
    """Tell whether *part* can lie inside *whole*: no part is larger than its whole."""
    if part.value is None or whole.value is None or part.unit == "%":
        return False
    return part.value <= whole.value
