"""Import monthly statistics from a spreadsheet: every cell is taken, found unchanged, doubted or refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import Change, record_many, subject_kind_of
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.indicators.errors import IndicatorError
from zhenshu.measures.indicators.models import Reported
from zhenshu.measures.indicators.plausibility import doubts
from zhenshu.measures.indicators.reported import report_value
from zhenshu.measures.indicators.rights import require_keeper
from zhenshu.measures.indicators.sheets import Entry, read_sheet

Outcome = Literal["new", "corrected", "unchanged", "doubtful", "refused"]


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one cell of a sheet, and why; *entry* is None when it could not be read."""

    row: int
    column: str
    outcome: Outcome
    messages: tuple[str, ...] = ()
    entry: Entry | None = None


@dataclass(frozen=True)
class MonthlyReport:
    """What becomes of a sheet, line by line in its order."""

    lines: tuple[Line, ...]

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def stored(self) -> int:
        return self.count("new") + self.count("corrected")


def look_at_sheet(
    content: bytes,
    *,
    area: Area,
    year: int,
    by: Scope,
    signer: str = "",
    reason: str = "",
    confirmed: Collection[tuple[int, str]] = (),
) -> MonthlyReport:
    """Return what an import would do with each cell; stores nothing.

    A doubtful cell is taken when its (row, column) is among *confirmed*; a value that differs from the one
    that stands is taken only with a *reason*.
    """
    require_keeper(by, area)
    sheet = read_sheet(content, area=area, year=year, signer=signer)
    lines = [*_judged(sheet.entries, reason, frozenset(confirmed))]
    lines += [Line(one.row, one.column, "refused", (one.message,)) for one in sheet.problems]
    return MonthlyReport(tuple(sorted(lines, key=lambda line: line.row)))


def _judged(entries: Sequence[Entry], reason: str, confirmed: Collection[tuple[int, str]]) -> Iterator[Line]:
    twice = _told_twice(entries)
    standing = _standing(entries)
    doubted = doubts(entries)
    for place, entry in enumerate(entries):
        where = (entry.row, entry.column)
        if place in twice:
            yield Line(*where, "refused", (twice[place],), entry)
            continue
        old = standing.get((*entry.series, entry.period.start, entry.period.end))
        if old == entry.value:
            yield Line(*where, "unchanged", (), entry)
        elif old is not None and not reason.strip():
            sentence = _("%(period)s has another value already, %(value)s; say why it is replaced.")
            words = {"period": entry.period.name_zh, "value": f"{old.normalize():f}"}
            yield Line(*where, "refused", (sentence % words,), entry)
        elif place in doubted and where not in confirmed:
            yield Line(*where, "doubtful", tuple(doubted[place]), entry)
        else:
            outcome: Outcome = "new" if old is None else "corrected"
            yield Line(*where, outcome, tuple(doubted.get(place, ())), entry)


def _told_twice(entries: Sequence[Entry]) -> dict[int, str]:
    """Return a sentence for each entry that another cell of the same file contradicts or repeats."""
    places: dict[object, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        places[(*entry.series, entry.period.start, entry.period.end)].append(place)
    found = {}
    for same in places.values():
        for place in (
            same[1:] if len({entries[p].value for p in same}) == 1 else same if len(same) > 1 else ()
        ):
            rows = "、".join(str(entries[other].row) for other in same if other != place)
            words = {
                "name": entries[place].plan.kind.name,
                "period": entries[place].period.name_zh,
                "rows": rows,
            }
            found[place] = _("%(name)s of %(period)s stands in row %(rows)s too.") % words
    return found


def _standing(entries: Sequence[Entry]) -> dict[object, Decimal]:
    codes = {entry.plan.code for entry in entries}
    rows = Reported.objects.filter(indicator__in=codes, replaced_by=None)
    told = rows.values_list("indicator", "area_id", "first_day", "end_day", "value")
    return {(code, area, start, end): value for code, area, start, end, value in told}


@transaction.atomic
def import_sheet(
    content: bytes,
    *,
    area: Area,
    year: int,
    by: Scope,
    signer: str = "",
    reason: str = "",
    source: str = "",
    confirmed: Collection[tuple[int, str]] = (),
) -> MonthlyReport:
    """Store what `look_at_sheet` finds new or corrected, and return what became of each cell."""
    report = look_at_sheet(
        content, area=area, year=year, by=by, signer=signer, reason=reason, confirmed=confirmed
    )
    lines = [_stored(line, by=by, reason=reason, source=source) for line in report.lines]
    done = MonthlyReport(tuple(lines))
    facts = {name: done.count(name) for name in ("new", "corrected", "unchanged", "doubtful", "refused")}
    change = Change("figures.imported", subject_kind_of(area), area.pk, area.pk, None, facts, source[:200])
    record_many(by.actor, [change])
    return done


def _stored(line: Line, *, by: Scope, reason: str, source: str) -> Line:
    if line.entry is None or line.outcome not in ("new", "corrected"):
        return line
    entry = line.entry
    try:
        report_value(
            entry.plan.code, entry.area, entry.period, entry.value,
            signer=entry.signer, by=by, source=entry.source or source, note=entry.note, reason=reason,
        )  # fmt: skip
    except IndicatorError as error:
        return Line(line.row, line.column, "refused", (str(error),), entry)
    return line
