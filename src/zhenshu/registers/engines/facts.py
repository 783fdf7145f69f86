"""What conditions of packs ask of a dossier: its fields, its state, and the last values of its readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zhenshu.ground.packs.conditions import compile_condition
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.packs.terms import facts_of
from zhenshu.registers.dossiers.models import Dossier, Reading

Record = Mapping[str, Any]


def condition_on(kind: DossierKind, where: Mapping[str, Any]) -> Callable[[Record], bool]:
    """Return the test of a condition on dossiers of *kind*, for records as `records_of` gives them."""
    return compile_condition(where, kind.fields, facts_of(kind))


def records_of(dossiers: Iterable[Dossier]) -> dict[int, Record]:
    """Return for each dossier what conditions may ask, by its number; the readings in one query."""
    held = {dossier.pk: dossier for dossier in dossiers}
    latest = _latest(held)
    return {
        pk: {
            **dossier.fields,
            **latest[pk],
            "state": dossier.state,
            "title": dossier.title,
            "area": dossier.area_id,
        }
        for pk, dossier in held.items()
    }


def _latest(ids: Iterable[int]) -> defaultdict[int, dict[str, Any]]:
    """Return the values of the last reading of each series as ``series.field``."""
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    readings = Reading.objects.filter(dossier_id__in=list(ids), replaced_by=None).order_by("on", "id")
    last = {
        (pk, series): values for pk, series, values in readings.values_list("dossier_id", "series", "values")
    }
    for (pk, series), values in last.items():
        found[pk] |= {f"{series}.{field}": value for field, value in values.items()}
    return found
