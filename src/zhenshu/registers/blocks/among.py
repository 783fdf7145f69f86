"""Which dossiers a block is about today: those of its kind that fulfil a condition of the pack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from zhenshu.ground.packs.conditions import compile_condition, names_in
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.packs.terms import facts_of, fields_of
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.models import Dossier, Reading, State
from zhenshu.registers.dossiers.visibility import visible_dossiers

Terms = dict[int, Mapping[str, Any]]


def dossiers_of(code: str, scope: Scope) -> QuerySet[Dossier]:
    """Return the active dossiers of a kind that *scope* may see, with their areas."""
    seen = visible_dossiers(scope).filter(kind=code, state=State.ACTIVE)
    return seen.select_related("area").defer("area__boundary").order_by("pk")


def terms_of(dossiers: Iterable[Dossier], kind: DossierKind, asked: Iterable[str]) -> Terms:
    """Return what conditions may ask of each dossier, by its number.

    The latest values of readings are looked up only for the series that *asked* names (``annual.revenue``).
    """
    found = list(dossiers)
    series = {name.partition(".")[0] for name in asked if "." in name} & kind.readings.keys()
    latest = _latest([one.pk for one in found], series) if series else {}
    return {
        one.pk: {
            **one.fields, **latest.get(one.pk, {}),
            "state": one.state, "title": one.title, "area": one.area_id,
        }
        for one in found
    }  # fmt: skip


def _latest(ids: list[int], series: Iterable[str]) -> dict[int, dict[str, Any]]:
    rows = Reading.objects.filter(series__in=set(series), replaced_by=None, dossier_id__in=ids)
    found: dict[int, dict[str, Any]] = {}
    for owner, name, values in rows.order_by("on", "pk").values_list("dossier_id", "series", "values"):
        found.setdefault(owner, {}).update({f"{name}.{key}": value for key, value in values.items()})
    return found


def test_of(where: Mapping[str, Any], kind: DossierKind) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test of a condition over dossiers of *kind*."""
    return compile_condition(where, fields_of(kind), facts_of(kind))


def dossiers_among(kind: DossierKind, where: Mapping[str, Any], scope: Scope) -> list[Dossier]:
    """Return the active dossiers of *kind* that fulfil *where* today and that *scope* may see."""
    return fitting(list(dossiers_of(kind.full_code, scope)), kind, where)


def fitting(found: list[Dossier], kind: DossierKind, where: Mapping[str, Any]) -> list[Dossier]:
    """Return those of *found*, all of *kind*, that fulfil *where*."""
    if not where:
        return found
    terms, fits = terms_of(found, kind, names_in(where)), test_of(where, kind)
    return [one for one in found if fits(terms[one.pk])]
