"""What one record of each sort adds to the figures: made, looked at, and taken back."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import Change, followed_by
from zhenshu.measures.indicators.contributions import Difference, difference_of
from zhenshu.measures.indicators.definitions import catalogue

Month = int


@dataclass(slots=True)
class Share:
    """What a record adds to one quantity, by month: how many records."""

    counts: dict[Month, int] = field(default_factory=dict)

    def add(self, month: Month, count: int) -> None:
        self.counts[month] = self.counts.get(month, 0) + count

    def count_in(self, year: int, *, stock: bool) -> int:
        """Return how many records it adds in a year, or stand at its end."""
        return sum(n for month, n in self.counts.items() if _counts(month, year, stock))


def _counts(month: Month, year: int, stock: bool) -> bool:
    return month // 12 <= year if stock else month // 12 == year


Shares = dict[str, Share]  # by the digest of the quantity


class Listener:
    """Hears what records add, by the record: ``{("cases.case", 7): {digest: share}}``.

    While *together* is set, all that is heard belongs to it: a dossier with its latest readings is one.
    """

    def __init__(self) -> None:
        self.heard: dict[Hashable, Shares] = {}
        self.together: Hashable = None

    def follow(self, changes: Sequence[Change], entries: Sequence[Entry]) -> None:
        by_record: dict[Hashable, list[Change]] = {}
        for change in changes:
            if change.before is not None or change.after is not None:
                key = self.together or (change.subject_kind, change.subject_id)
                by_record.setdefault(key, []).append(change)
        for key, own in by_record.items():
            _add(self.heard.setdefault(key, {}), difference_of(own, catalogue()))


def _add(shares: Shares, difference: Difference) -> None:
    for (digest, place, month), (_value, n) in difference.changed_sums().items():
        if not place[4]:  # a record with storeys of its own counts at its village and again in its grid
            shares.setdefault(digest, Share()).add(month, n)
    for (digest, _place, month, _member), n in difference.changed_members().items():
        shares.setdefault(digest, Share()).add(month, n)


@contextmanager
def listening() -> Iterator[Listener]:
    """Let one listener hear in place of the ledger's followers, and take back what was made meanwhile."""
    listener = Listener()
    with followed_by([listener]), transaction.atomic():
        yield listener
        transaction.set_rollback(True)
