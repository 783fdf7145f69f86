"""A contradiction found in a report."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal[
    "growth",
    "direction",
    "difference",
    "parts",
    "total",
    "share",
    "shares-total",
    "over-hundred",
    "rate",
    "completion",
    "average",
    "repeat",
    "rank",
    "anniversary",
    "five-year-plan",
    "year",
    "target",
    "last-level",
    "ledger",
]


class Place(NamedTuple):
    """A stretch of the text as found, in code points, with its words."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the report states, what follows from its own numbers, and where both stand.

    The sentence is Chinese like the report it is about. *last_places* stand in last year's report.
    """

    kind: Kind
    message: str
    places: tuple[Place, ...]
    stated: str
    computed: str
    arithmetic: str
    last_places: tuple[Place, ...] = ()
