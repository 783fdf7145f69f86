"""What lies in the area a dossier stands for (一村一档): matters, dossiers and records, with their lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.block_words import ICONS
from zhenshu.doors.desk.lists import cases_url
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.kinds import KEPT_BLOCKS, block_of
from zhenshu.registers.blocks.visibility import standing_records
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import visible_dossiers


@dataclass(frozen=True, slots=True)
class Lying:
    """A kind of which something lies in the area: how much of it there is, and its list there."""

    sort: str  # matters, dossiers or records
    name: str
    icon: str
    count: int
    url: str


def lying_in(dossier: Dossier, scope: Scope) -> list[Lying]:
    """Return what this person may see of what lies in the area of a dossier, kind by kind."""
    return [*_cases(dossier, scope), *_dossiers(dossier, scope), *_records(dossier, scope)]


def _cases(dossier: Dossier, scope: Scope) -> Iterable[Lying]:
    inside = visible_cases(scope).filter(area__path__startswith=dossier.area.path)
    for code, count in _by_kind(inside):
        kind = library().case_kinds.get(code)
        if kind is not None:
            yield Lying(
                _("Matters"), kind.name, kind.icon, count, cases_url("all", kind=code, area=dossier.area_id)
            )


def _dossiers(dossier: Dossier, scope: Scope) -> Iterable[Lying]:
    inside = visible_dossiers(scope).filter(area__path__startswith=dossier.area.path, state=State.ACTIVE)
    for code, count in _by_kind(inside.exclude(pk=dossier.pk)):
        kind = library().dossier_kinds.get(code)
        if kind is not None:
            url = f"{reverse('desk:dossiers_of', args=[code])}?area={dossier.area_id}"
            yield Lying(_("Dossiers"), kind.name, kind.icon, count, url)


def _records(dossier: Dossier, scope: Scope) -> Iterable[Lying]:
    inside = standing_records(scope).filter(area__path__startswith=dossier.area.path)
    for code, count in _by_kind(inside):
        kind = library().kinds.get(code)
        if kind is not None and block_of(kind) in KEPT_BLOCKS:
            url = f"{reverse('desk:records_of', args=[code])}?area={dossier.area_id}"
            yield Lying(_("Registers of the line"), kind.name, ICONS[block_of(kind)], count, url)


def _by_kind(found: QuerySet[Any, Any]) -> list[tuple[str, int]]:
    return sorted(found.order_by().values_list("kind").annotate(number=Count("pk")))
