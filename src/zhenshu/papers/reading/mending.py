"""Cut spots out of a text and keep, for every character that stays, the place it came from."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from zhenshu.papers.reading.document import Repair


class Spot(NamedTuple):
    """A stretch of the present text and what shall stand there instead."""

    start: int
    end: int
    now: str
    kind: str
    # The place, inside the stretch, each new character came from; evenly spread when empty.
    steps: tuple[int, ...] = ()


@dataclass
class Mending:
    """A text under repair."""

    clean: str
    origin: "array[int]"
    repairs: list[Repair] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> "Mending":
        """The text before any repair: every character is its own origin."""
        return cls(text, array("i", range(len(text))))

    def cut(self, spots: Iterable[Spot]) -> None:
        """Replace every spot; where two overlap, the one that starts first (then the longer) wins."""
        chosen = _apart(spots)
        if not chosen:
            return
        pieces: list[str] = []
        origin = array("i")
        last = 0
        for spot in chosen:
            pieces += (self.clean[last : spot.start], spot.now)
            origin.extend(self.origin[last : spot.start])
            if spot.now:
                origin.extend([self.origin[spot.start + step] for step in _steps(spot)])
            self._log(spot)
            last = spot.end
        self.clean = "".join(pieces) + self.clean[last:]
        origin.extend(self.origin[last:])
        self.origin = origin

    def swap(self, clean: str, kind: str) -> None:
        """Take *clean*, of the same length, and log each line that differs."""
        if clean == self.clean:
            return
        start = 0
        for was, now in zip(self.clean.split("\n"), clean.split("\n"), strict=True):
            if was != now:
                self._log(Spot(start, start + len(was), now, kind))
            start += len(was) + 1
        self.clean = clean

    def _log(self, spot: Spot) -> None:
        first = self.origin[spot.start]
        last = self.origin[spot.end - 1] + 1
        self.repairs.append(Repair(spot.kind, first, last, self.clean[spot.start : spot.end], spot.now))


def _apart(spots: Iterable[Spot]) -> list[Spot]:
    chosen: list[Spot] = []
    for spot in sorted(spots, key=lambda each: (each.start, -each.end)):
        if spot.end > spot.start and (not chosen or spot.start >= chosen[-1].end):
            chosen.append(spot)
    return chosen


def _steps(spot: Spot) -> Sequence[int]:
    if spot.steps:
        return spot.steps
    length, wanted = spot.end - spot.start, len(spot.now)
    if length == wanted:
        return range(length)
    return [min(length - 1, index * length // wanted) for index in range(wanted)]
