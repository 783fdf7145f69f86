"""Figures and promises as JSON rows, one a line."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from .commitments import Commitment
from .document import Document
from .figures import Figure

_FIGURE_FIELDS = (
    "unit",
    "bound",
    "name",
    "of",
    "year",
    "kind",
    "target",
    "direction",
    "start",
    "end",
    "quote",
    "line",
    "indicator",
    "whole",
    "section",
)
_COMMITMENT_FIELDS = ("quote", "start", "end", "action", "object", "due", "figure", "line")


def rows(
    document: Document, figures: Iterable[Figure], commitments: Iterable[Commitment]
) -> Iterator[dict[str, object]]:
    """Yield one row for each figure, then one for each promise; ``row`` is the line of the text, from 1."""
    breaks = [place for place, char in enumerate(document.text) if char == "\n"]
    for figure in figures:
        values: dict[str, object] = {"value": _number(figure.value), "value_to": _number(figure.value_to)}
        values |= {name: getattr(figure, name) for name in _FIGURE_FIELDS}
        yield {"type": "figure", **values, "row": bisect_right(breaks, figure.start - 1) + 1}
    for promise in commitments:
        fields = {name: getattr(promise, name) for name in _COMMITMENT_FIELDS}
        yield {"type": "commitment", **fields, "row": bisect_right(breaks, promise.start - 1) + 1}


def to_line(row: dict[str, object]) -> str:
    """Return *row* as one line of JSON, Chinese left readable."""
    return json.dumps(row, ensure_ascii=False)


def _number(value: float | None) -> float | int | None:
    """Return whole numbers without a decimal point."""
    return int(value) if value is not None and value.is_integer() else value
