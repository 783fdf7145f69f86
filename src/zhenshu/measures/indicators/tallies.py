"""Keep the tallies in step: a follower of the ledger, a rebuild from the records, a check of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import Change
from zhenshu.measures.indicators.contributions import WHOLE, Difference, difference_of
from zhenshu.measures.indicators.definitions import Quantity, catalogue
from zhenshu.measures.indicators.models import Member, Part, Place, Tally
from zhenshu.measures.indicators.parts import PlaceKey, part_ids, place_ids
from zhenshu.measures.indicators.recount import recount
from zhenshu.measures.indicators.sources import READINGS, source_of

Progress = Callable[[int, int, str], None]
BATCH = 400  # rows of one statement
# Up to so many records somebody who waits for a page has counted at once; beyond, the worker counts them.
MOST_AT_ONCE = 5_000
_hurried: ContextVar[bool] = ContextVar("hurried", default=False)
FOLLOWED = frozenset({*WHOLE, READINGS.subject})

_SUMS = (
    "INSERT INTO indicators_tally (part_id, place_id, month, value, n) VALUES {rows} "
    "ON CONFLICT (part_id, place_id, month) DO UPDATE SET "
    "value = indicators_tally.value + EXCLUDED.value, n = indicators_tally.n + EXCLUDED.n"
)
_MEMBERS = (
    "INSERT INTO indicators_member (part_id, place_id, month, member, n) VALUES {rows} "
    "ON CONFLICT (part_id, place_id, month, member) DO UPDATE SET n = indicators_member.n + EXCLUDED.n"
)


class TallyFollower:
    """Moves the tallies by the difference that each change makes, in the transaction of the change."""

    def follow(self, changes: Sequence[Change], entries: Sequence[Entry]) -> None:
        """Add what the records count for now and take away what they counted for before."""
        told = [change for change in changes if change.subject_kind in FOLLOWED and _says_something(change)]
        if told:
            apply(difference_of(_from_end_to_end(told), catalogue()))


def _says_something(change: Change) -> bool:
    return change.before is not None or change.after is not None


def _from_end_to_end(changes: Sequence[Change]) -> list[Change]:
    """Join the changes of each record into one: differences add up, and a past brought in has many steps."""
    joined: dict[tuple[str, int], Change] = {}
    for change in changes:
        key = (change.subject_kind, change.subject_id)
        first = joined.get(key)
        joined[key] = replace(change, before=first.before) if first else change
    return list(joined.values())


def apply(difference: Difference) -> None:
    """Write a difference, one row per touched tally, in one order so that writers never wait crosswise."""
    sums, members = difference.changed_sums(), difference.changed_members()
    if not sums and not members:
        return
    parts = part_ids()
    places = place_ids({key[1] for key in sums} | {key[1] for key in members})
    rows = sorted((parts[p], places[at], month, *held) for (p, at, month), held in sums.items())
    _upsert(_SUMS, rows)
    _upsert(_MEMBERS, sorted((parts[p], places[at], m, who, n) for (p, at, m, who), n in members.items()))


def _upsert(statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Add rows to what is kept. Written as SQL: Django's upsert can only overwrite, not add."""
    with connection.cursor() as cursor:
        for some in _in_batches(rows):
            marks = ", ".join(["(%s, %s, %s, %s, %s)"] * len(some))
            cursor.execute(statement.format(rows=marks), [value for row in some for value in row])


def _in_batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    rest = iter(rows)
    while some := list(islice(rest, BATCH)):
        yield some


# ── building and rebuilding ───────────────────────────────────────────────────────────────────────────


def hold_tallies() -> None:
    """Make writers of tallies wait until this transaction ends, and wait for those under way.

    On SQLite a writing transaction is alone anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE indicators_tally, indicators_member IN SHARE ROW EXCLUSIVE MODE")


def build_missing(digests: Iterable[str] | None = None, progress: Progress | None = None) -> int:
    """Count from the records what is not counted yet, such as a new indicator's; return how many parts."""
    ids = part_ids()
    wanted = set(ids if digests is None else digests) & ids.keys()
    if not Part.objects.filter(digest__in=wanted, built_at=None).exists():
        return 0
    with transaction.atomic():
        hold_tallies()
        missing = set(Part.objects.filter(digest__in=wanted, built_at=None).values_list("digest", flat=True))
        _build([catalogue().quantities[digest] for digest in sorted(missing)], progress)
    return len(missing)


@contextmanager
def in_a_hurry() -> Iterator[None]:
    """Let nobody wait in here until many records are counted anew: somebody waits for a page."""
    token = _hurried.set(True)
    try:
        yield
    finally:
        _hurried.reset(token)


def build_or_wait(quantities: Mapping[str, Quantity]) -> frozenset[str]:
    """Count what is not counted yet; in a hurry return what is left to the worker instead."""
    if not _hurried.get():
        build_missing(quantities)
        return frozenset()
    wanted = part_ids().keys() & quantities.keys()
    waiting = Part.objects.filter(digest__in=wanted, built_at=None).values_list("digest", flat=True)
    missing = frozenset(waiting)
    if missing and _are_few(quantities[digest] for digest in missing):
        build_missing(missing)
        return frozenset()
    return missing


def _are_few(quantities: Iterable[Quantity]) -> bool:
    """Tell whether the tables behind quantities hold few records, counted in a blink."""
    sources = [source_of(one.counted) for one in quantities]
    models = {source.model for source in sources if source is not None}
    return sum(model._base_manager.all()[: MOST_AT_ONCE + 1].count() for model in models) <= MOST_AT_ONCE


def rebuild(progress: Progress | None = None) -> int:
    """Count everything anew from the records and return how many parts there are."""
    with transaction.atomic():
        ids = part_ids()
        hold_tallies()
        Part.objects.exclude(digest__in=ids).delete()
        _build(list(catalogue().quantities.values()), progress)
    return len(ids)


def _build(quantities: Sequence[Quantity], progress: Progress | None) -> None:
    ids = part_ids()
    mine = [ids[quantity.digest] for quantity in quantities]
    Tally.objects.filter(part_id__in=mine).delete()
    Member.objects.filter(part_id__in=mine).delete()
    for counted in recount(quantities, progress):
        apply(counted)
    Part.objects.filter(pk__in=mine).update(built_at=timezone.now())


# ── checking ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Deviation:
    """A tally that does not say what the records say."""

    part: str
    kind: str
    place: PlaceKey
    month: int
    member: str
    kept: tuple[int, int]
    counted: tuple[int, int]


def check(progress: Progress | None = None) -> list[Deviation]:
    """Count everything anew, compare it with what is kept, and return each difference; changes nothing.

    Writers go on meanwhile. What seems to deviate may have changed between two looks, so those parts are
    counted once more while writers wait.
    """
    ids = part_ids()
    built = Part.objects.exclude(built_at=None).values_list("digest", flat=True)
    suspects = {one.part for one in _compare(set(built) & ids.keys(), progress)}
    if not suspects:
        return []
    with transaction.atomic():
        hold_tallies()
        return _compare(suspects)


def _compare(digests: set[str], progress: Progress | None = None) -> list[Deviation]:
    quantities = [catalogue().quantities[digest] for digest in sorted(digests)]
    kept = _kept(digests)
    counted: dict[Any, tuple[int, int]] = {}
    for one in recount(quantities, progress):
        counted |= {(*key, ""): (held[0], held[1]) for key, held in one.changed_sums().items()}
        counted |= {key: (n, n) for key, n in one.changed_members().items()}
    return list(_deviations(kept, counted))


def _kept(built: set[str]) -> dict[Any, tuple[int, int]]:
    places = {place.pk: _key_of(place) for place in Place.objects.all()}
    of_part = Part.objects.filter(digest__in=built).values_list("pk", "digest")
    digests = dict(of_part)
    kept: dict[Any, tuple[int, int]] = {}
    rows = Tally.objects.filter(part_id__in=digests).values_list("part_id", "place_id", "month", "value", "n")
    for part, place, month, value, n in rows.iterator():
        if value or n:
            kept[digests[part], places[place], month, ""] = (value, n)
    named = Member.objects.filter(part_id__in=digests).exclude(n=0)
    for part, place, month, who, n in named.values_list("part_id", "place_id", "month", "member", "n"):
        kept[digests[part], places[place], month, who] = (n, n)
    return kept


def _key_of(place: Place) -> PlaceKey:
    return (
        place.area_id,
        place.district_id,
        place.town_id,
        place.village_id,
        place.grid_id,
        place.follows,
    )


def _deviations(kept: dict[Any, tuple[int, int]], counted: dict[Any, tuple[int, int]]) -> Iterator[Deviation]:
    quantities = catalogue().quantities
    for key in sorted({*kept, *counted}):
        mine, theirs = kept.get(key, (0, 0)), counted.get(key, (0, 0))
        if mine != theirs:
            part, place, month, who = key
            yield Deviation(part, quantities[part].counted.full_code, place, month, who, mine, theirs)
