"""How a draw is worked out, so that anybody can do it again with a pocket calculator for SHA-256.

Each object of the frozen list gets the SHA-256 of ``seed|digest|day|object``; in each group the smallest ones
are drawn, as many as the share of the group says, rounded up. The inspectors of an object are those with the
smallest SHA-256 of ``seed|digest|day|object|inspector`` among all who have no conflict with it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Frozen:
    """The list before the draw: objects with their group, inspectors, conflicts, and the rules of the pack.

    *shares* gives for each group the share that is drawn; *each* is how many inspectors go to an object.
    """

    objects: tuple[tuple[int, str], ...]
    inspectors: tuple[int, ...]
    conflicts: frozenset[tuple[int, int]]  # inspector, object
    shares: Mapping[str, str]
    each: int

    def as_json(self) -> dict[str, Any]:
        """Return the list as it is stored and hashed, in one order."""
        return {
            "objects": [list(pair) for pair in sorted(self.objects)],
            "inspectors": sorted(self.inspectors),
            "conflicts": sorted(list(pair) for pair in self.conflicts),
            "shares": dict(sorted(self.shares.items())),
            "each": self.each,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Frozen:
        """Return the list as it was stored."""
        return cls(
            objects=tuple((number, group) for number, group in stored["objects"]),
            inspectors=tuple(stored["inspectors"]),
            conflicts=frozenset((who, what) for who, what in stored["conflicts"]),
            shares=stored["shares"],
            each=stored["each"],
        )

    def eligible(self, number: int) -> list[int]:
        """Return the inspectors who may go to an object."""
        return [who for who in self.inspectors if (who, number) not in self.conflicts]


@dataclass(frozen=True, slots=True)
class Drawn:
    """An object that was drawn, with its inspectors."""

    number: int
    group: str
    inspectors: tuple[int, ...]


def digest_of(frozen: Frozen) -> str:
    """Return the SHA-256 of the list as compact JSON in UTF-8 with sorted keys."""
    text = json.dumps(frozen.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def work_out(frozen: Frozen, *, seed: str, on: date) -> list[Drawn]:
    """Return what is drawn from *frozen* by *seed* on a day, group by group; the same each time."""
    lot = f"{seed}|{digest_of(frozen)}|{on.isoformat()}"
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, group in frozen.objects:
        groups[group].append(number)
    return [
        Drawn(number, group, tuple(_ordered(frozen.eligible(number), f"{lot}|{number}")[: frozen.each]))
        for group, numbers in sorted(groups.items())
        for number in _ordered(numbers, lot)[: places(len(numbers), frozen.shares.get(group, "0"))]
    ]


def places(count: int, share: str) -> int:
    """Return how many of *count* a share means: rounded up, so that no group with a share goes free."""
    return -(-count * Fraction(share) // 1)


def _ordered(numbers: Iterable[int], lot: str) -> Sequence[int]:
    return sorted(
        numbers, key=lambda number: (hashlib.sha256(f"{lot}|{number}".encode()).hexdigest(), number)
    )
