"""Take in many matters at once, with the same rules, clocks and ledger entries as one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhenshu.ground.ledger.record import Change, record_many, subject_kind_of
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.rows import give_ids, insert_rows, many_rows
from zhenshu.registers.cases.drafts import Draft, Lookups
from zhenshu.registers.cases.errors import AlreadyTakenInError, CaseError
from zhenshu.registers.cases.facts import case_facts
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.numbers import take_numbers
from zhenshu.registers.cases.opening import (
    Prepared,
    check_opening_right,
    find_kind,
    open_case,
    prepare_case,
)

BATCH = 1000  # matters per transaction: long enough to be fast, short enough to let others in between


@dataclass(frozen=True, slots=True)
class Reject:
    """A draft that was not taken in: its place in the sequence given, and why."""

    place: int
    error: CaseError


@dataclass(slots=True)
class Intake:
    """What became of many drafts. *places* tells for each case which draft it was."""

    cases: list[Case] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


Numbered = tuple[int, Draft]


def open_many(
    drafts: Iterable[Draft], *, by: Scope, at: datetime | None = None, lookups: Lookups | None = None
) -> Intake:
    """Take in all lawful *drafts*, in transactions of a thousand; the others come back with their reasons.

    A matter of another system that is already here is rejected with AlreadyTakenInError, so that the same
    file can be taken in again after a break. *lookups* carries what was looked up over several calls.
    """
    intake, lookups = Intake(), lookups or Lookups()
    numbered = enumerate(drafts)
    while chunk := list(islice(numbered, BATCH)):
        moment = at or timezone.now()
        fresh = list(_fresh(chunk, intake))
        try:
            with many_rows():
                _open_chunk(fresh, intake, by=by, at=moment, lookups=lookups)
        except IntegrityError:
            # Somebody took in one of these matters meanwhile: find out which, one by one.
            _open_singly(fresh, intake, by=by, at=moment)
    return intake


def _fresh(chunk: Sequence[Numbered], intake: Intake) -> Iterator[Numbered]:
    """Yield the drafts that are new, in this chunk as in the database."""
    known = _known_sources(draft for _, draft in chunk)
    for place, draft in chunk:
        key = (draft.source, draft.source_number)
        if draft.source_number and key in known:
            intake.rejects.append(Reject(place, AlreadyTakenInError(draft.source_number, known[key])))
            continue
        if draft.source_number:
            known[key] = draft.source_number
        yield place, draft


def _known_sources(drafts: Iterable[Draft]) -> dict[tuple[str, str], str]:
    """Return the numbers of the cases that these matters of other systems have already become."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for draft in drafts:
        if draft.source_number:
            wanted[draft.source].append(draft.source_number)
    known: dict[tuple[str, str], str] = {}
    for source, numbers in wanted.items():
        found = Case.objects.filter(source=source, source_number__in=numbers)
        known |= {(source, there): number for there, number in found.values_list("source_number", "number")}
    return known


def _open_chunk(
    chunk: Sequence[Numbered], intake: Intake, *, by: Scope, at: datetime, lookups: Lookups
) -> None:
    """Prepare a chunk and store it in one transaction."""
    rejects: list[Reject] = []
    ready: list[tuple[int, CaseKind, Prepared]] = []
    for place, draft in chunk:
        try:
            kind = find_kind(draft.kind)
            check_opening_right(kind, by)
            ready.append((place, kind, prepare_case(draft, kind, by=by, at=at, lookups=lookups)))
        except CaseError as error:
            rejects.append(Reject(place, error))
    with transaction.atomic():
        store_chunk([(kind, prepared) for _, kind, prepared in ready], by=by, at=at)
    intake.rejects += rejects
    intake.cases += [prepared.case for _, _, prepared in ready]
    intake.places += [place for place, _, _ in ready]


def store_chunk(ready: Sequence[tuple[CaseKind, Prepared]], *, by: Scope, at: datetime) -> None:
    """Number and store prepared cases with their rows and one ledger entry each."""
    number_cases([(kind.pack, at, prepared.case) for kind, prepared in ready])
    store_prepared([prepared for _, prepared in ready])
    changes = [opened(prepared.case) for _, prepared in ready]
    if changes:
        record_many(by.actor, changes, at=at)


def opened(case: Case) -> Change:
    """Return the change that the taking in of *case* is."""
    return Change("case.opened", subject_kind_of(case), case.pk, case.area_id, None, case_facts(case))


def number_cases(cases: Sequence[tuple[str, datetime, Case]]) -> None:
    """Give each case the next number of its pack in the year of its moment, a block per series, in the order
    given."""
    series: dict[tuple[str, int], list[Case]] = defaultdict(list)
    moments: dict[tuple[str, int], datetime] = {}
    for pack, moment, case in cases:
        local = timezone.localtime(moment)
        series[pack, local.year].append(case)
        moments[pack, local.year] = local
    for key in sorted(series):
        numbers = take_numbers(key[0], moments[key], len(series[key]))
        for case, number in zip(series[key], numbers, strict=True):
            case.number = number


def store_prepared(ready: Sequence[Prepared]) -> None:
    """Insert the cases, then the shares, then the clocks: each points to the one before."""
    cases = [prepared.case for prepared in ready]
    shares = [share for prepared in ready for share in prepared.shares]
    clocks = [clock for prepared in ready for clock in prepared.clocks]
    if cases and cases[0].pk is None:
        give_ids(cases)
    give_ids(shares)
    give_ids(clocks)
    for share in shares:
        share.case_id = share.case.pk
    for clock in clocks:
        clock.case_id = clock.case.pk
        clock.assignment_id = clock.assignment.pk if clock.assignment else None
    for rows in (cases, shares, clocks):
        insert_rows(rows)


def _open_singly(chunk: Sequence[Numbered], intake: Intake, *, by: Scope, at: datetime) -> None:
    for place, draft in chunk:
        try:
            case = open_case(draft, by=by, at=at)
        except CaseError as error:
            intake.rejects.append(Reject(place, error))
        else:
            intake.cases.append(case)
            intake.places.append(place)
