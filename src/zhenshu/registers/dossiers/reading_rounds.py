"""Many readings at once: the monthly returns (月报) of all enterprises, as they come in one sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import Change, record_many, subject_kind_of
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.rows import give_ids, insert_rows, new_row
from zhenshu.registers.dossiers.errors import DossierInvalidError, ReadingError
from zhenshu.registers.dossiers.models import Dossier, Reading
from zhenshu.registers.dossiers.readings import declared_series, period_of, reading_facts
from zhenshu.registers.dossiers.visibility import require
from zhenshu.registers.fields import clean_fields

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Return:
    """What one dossier returns for a period; *signer* answers for the values."""

    dossier: Dossier
    period: str
    values: Mapping[str, Any]
    signer: str


def add_readings(
    returns: Iterable[Return], kind: DossierKind, series: str, *, by: Scope, source: str = ""
) -> int:
    """Store first readings of a series, a thousand per transaction, and return how many.

    For periods that have none yet; a period that was read before is corrected singly, by `add_reading`,
    with a reason. Raises ReadingError or DossierInvalidError naming the dossier, and then stores nothing of
    that thousand.
    """
    rest, stored = iter(returns), 0
    while chunk := list(islice(rest, BATCH)):
        stored += _add_chunk(chunk, kind, series, by, source)
    return stored


@transaction.atomic
def _add_chunk(chunk: Sequence[Return], kind: DossierKind, series: str, by: Scope, source: str) -> int:
    held = Dossier.objects.select_for_update(of=("self",)).select_related("area")
    dossiers = held.in_bulk(sorted({one.dossier.pk for one in chunk}))
    for dossier in dossiers.values():
        require("read_in", by, area_path=dossier.area.path, sensitive=dossier.sensitive)
    rows = [_row(one, dossiers[one.dossier.pk], kind, series, source) for one in chunk]
    _refuse_known(rows, dossiers, series)
    give_ids(rows)
    insert_rows(rows)
    record_many(by.actor, [_change(row, dossiers[row.dossier_id]) for row in rows])
    return len(rows)


def _row(one: Return, dossier: Dossier, kind: DossierKind, series: str, source: str) -> Reading:
    declared = declared_series(kind, series)
    key, on = period_of(declared, one.period, dossier, series)
    values, problems = clean_fields(declared.fields, one.values, complete=True)
    if not one.signer.strip():
        problems = {**problems, "signer": _("A reading needs a signer.")}
    if problems:
        named = {name: f"{dossier.title}：{sentence}" for name, sentence in problems.items()}
        raise DossierInvalidError(named)
    said = {"dossier_id": dossier.pk, "series": series, "period": key, "on": on, "values": values}
    said |= {"source": source[:120], "signer": one.signer.strip()[:80], "recorded_at": timezone.now()}
    return new_row(Reading, said)


def _refuse_known(rows: Sequence[Reading], dossiers: Mapping[int, Dossier], series: str) -> None:
    """Refuse a second reading of a dossier for a period, within the sheet too."""
    named = [(row.dossier_id, row.period) for row in rows]
    there = Reading.objects.filter(dossier_id__in=dossiers, series=series, replaced_by=None)
    known = set(there.values_list("dossier_id", "period"))
    seen: set[tuple[int, str]] = set()
    for dossier_id, period in named:
        if (dossier_id, period) in known or (dossier_id, period) in seen:
            words = {"title": dossiers[dossier_id].title, "period": period}
            raise ReadingError(_("%(title)s has a reading for %(period)s already.") % words)
        seen.add((dossier_id, period))


def _change(row: Reading, dossier: Dossier) -> Change:
    facts = reading_facts(row)
    return Change("reading.added", subject_kind_of(row), row.pk, dossier.area_id, None, facts)
