"""Fields that a pack calls otherwise from now on: what records hold under the former key comes along.

The former key stays where it was, so that a matter kept under an older version of its pack still shows it;
figures are counted by the new one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from zhenshu.ground.ledger.record import SYSTEM, Change, record_many, subject_kind_of
from zhenshu.ground.packs.registry import Library, library
from zhenshu.ground.packs.schema import DossierKind, FieldKind
from zhenshu.ground.packs.terms import fields_of
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import record_facts
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.cases.facts import case_facts
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.acts import dossier_facts
from zhenshu.registers.dossiers.models import Dossier, Reading
from zhenshu.registers.dossiers.readings import reading_facts
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.saving import Work

CHUNK = 200
ITSELF = Scope(None, SYSTEM.name, ())


@dataclass(frozen=True, slots=True)
class Rename:
    """A field that was *former* and is *now*, of a kind or of one series of its readings."""

    kind: str
    series: str
    former: str
    now: str


def renames_in(shelf: Library) -> Iterator[Rename]:
    """Yield every renaming that packs in force declare."""
    for code, kind in shelf.kinds.items():
        yield from _of_fields(code, "", fields_of(kind))
        if isinstance(kind, DossierKind):
            for series, reading in kind.readings.items():
                yield from _of_fields(code, series, reading.fields)


def _of_fields(kind: str, series: str, fields: Mapping[str, FieldKind]) -> Iterator[Rename]:
    for now, field in fields.items():
        for former in field.formerly:
            yield Rename(kind, series, former, now)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where records with fields stand: the column that holds them and the facts the ledger compares."""

    model: type[models.Model]
    column: str
    facts: Callable[[Any], dict[str, Any]]
    area: Callable[[Any], int | None] = lambda one: one.area_id


SHELVES = (
    Shelf(Case, "fields", case_facts),
    Shelf(Dossier, "fields", dossier_facts),
    Shelf(Record, "fields", record_facts),
)
READINGS = Shelf(Reading, "values", reading_facts, lambda one: one.dossier.area_id)

# Renamings that this process has found nothing left to do for.
_settled: set[tuple[Rename, str]] = set()


def carry_over_renamed_fields() -> int:
    """Let every record that holds a value under a former key hold it under the new one; return how many."""
    shelf = library()
    carried = 0
    for rename in renames_in(shelf):
        mark = (rename, shelf.chosen[rename.kind.split(".")[0]].digest)
        if mark in _settled:
            continue
        carried += sum(_carry_all(one, rename) for one in _shelves_of(rename)) + _carry_items(rename)
        _settled.add(mark)
    return carried


def _shelves_of(rename: Rename) -> tuple[Shelf, ...]:
    return (READINGS,) if rename.series else SHELVES


def _carry_all(shelf: Shelf, rename: Rename) -> int:
    of_kind = (
        {"dossier__kind": rename.kind, "series": rename.series} if rename.series else {"kind": rename.kind}
    )
    ids = _waiting(shelf.model._default_manager.filter(**of_kind), shelf.column, rename)
    for first in range(0, len(ids), CHUNK):
        _carry(shelf, ids[first : first + CHUNK], rename)
    return len(ids)


def _waiting(records: models.QuerySet[Any], column: str, rename: Rename) -> list[int]:
    """Return the ids of records that hold the former key and not the new one."""
    held = records.filter(**{f"{column}__has_key": rename.former})
    return list(
        held.exclude(**{f"{column}__has_key": rename.now}).order_by("pk").values_list("pk", flat=True)
    )


@transaction.atomic
def _carry(shelf: Shelf, ids: list[int], rename: Rename) -> None:
    manager, changes, changed = shelf.model._default_manager, [], [shelf.column]
    records = list(manager.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    for one in records:
        held = dict(getattr(one, shelf.column))
        if rename.former not in held or rename.now in held:
            continue
        before = shelf.facts(one)
        setattr(one, shelf.column, {**held, rename.now: held[rename.former]})
        if hasattr(one, "version"):
            one.version += 1
            changed = [shelf.column, "version"]
        kind = subject_kind_of(one)
        changes.append(
            Change(
                "field.renamed", kind, one.pk, shelf.area(one), before, shelf.facts(one), note=rename.former
            )
        )
    if changes:
        manager.bulk_update(records, changed)
        record_many(SYSTEM, changes)


def _carry_items(rename: Rename) -> int:
    """Plan items keep versions of themselves, so they change through their own act."""
    ids = [] if rename.series else _waiting(PlanItem.objects.filter(kind=rename.kind), "fields", rename)
    for first in range(0, len(ids), CHUNK):
        with transaction.atomic():
            held = PlanItem.objects.select_for_update(of=("self",)).select_related("area")
            items = list(held.filter(pk__in=ids[first : first + CHUNK]).order_by("pk"))
            work = Work(ITSELF, timezone.now())
            work.touch(items, "field.renamed")
            for item in items:
                item.fields = {**item.fields, rename.now: item.fields[rename.former]}
            work.store(note=rename.former)
    return len(ids)
