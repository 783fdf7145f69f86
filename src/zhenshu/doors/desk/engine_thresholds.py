"""Limits at the desk: alarms that are open, those that cleared, and the matter each became."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Option, Row
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.engine_parts import kind_or_404, leaves, named, trail
from zhenshu.doors.desk.lists import Condition, Listing, condition_bar, read_asked, show_listing
from zhenshu.ground.packs.blocks import ThresholdLevel
from zhenshu.ground.packs.schema import ThresholdKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.engines import thresholds
from zhenshu.registers.engines.models import Alarm


@page()
def list_alarms(request: DeskRequest, code: str) -> HttpResponse:
    """Show the alarms of a limit, open ones first."""
    kind = kind_or_404(code, ThresholdKind)
    states = [Option(value="open", title=_("Not cleared")), Option(value="cleared", title=_("Cleared"))]
    levels = [Option(value=key, title=name) for key, name in named(kind.levels)]
    conditions = [
        Condition("state", _("State"), options=states),
        Condition("level", _("Level"), options=levels),
    ]
    asked = read_asked(request, ["state", "level"])
    found = thresholds.alarms_of(kind, request.scope)
    if asked.get("level"):
        found = found.filter(level=asked.get("level"))
    if asked.get("state"):
        found = found.filter(cleared_on__isnull=asked.get("state") == "open")
    listing = Listing(
        name=kind.name,
        columns=[
            Column(title=_("Dossier"), width="wide"),
            Column(title=_("Area"), phone=False),
            Column(title=_("Level")),
            Column(title=_("Value"), numeric=True),
            Column(title=_("Since")),
            Column(title=_("Cleared")),
            Column(title=_("Matter")),
        ],
        records=found,
        rows=lambda some: _rows(some, kind, request.scope),
        empty=_("No reading went beyond its limit."),
        export=leaves(kind, kind.of),
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=trail(kind, "thresholds"),
        note="；".join(_level_words(level) for level in kind.levels.values()),
    )


def _level_words(level: ThresholdLevel) -> str:
    above = _("above %(limit)g") % {"limit": level.above} if level.above is not None else ""
    below = _("below %(limit)g") % {"limit": level.below} if level.below is not None else ""
    times = _("%(times)d times in a row") % {"times": level.times} if level.times > 1 else ""
    return f"{level.name} " + " · ".join(part for part in (above, below, times) if part)


def _rows(alarms: Sequence[Alarm], kind: ThresholdKind, scope: Scope) -> Iterable[Row]:
    for one in alarms:
        level = kind.levels.get(one.level)
        url = reverse("desk:dossier_readings", args=[one.dossier_id, kind.reading])
        number = one.case.number if one.case else ""
        cells = [
            Cell(text=title_for(one.dossier, scope), url=url),
            Cell(text=one.dossier.area.name),
            Cell(text=level.name if level else one.level),
            Cell(text=f"{one.value:g}"),
            Cell(text=f"{one.since:%Y-%m-%d}"),
            Cell(text=f"{one.cleared_on:%Y-%m-%d}" if one.cleared_on else _("open")),
            Cell(text=number, url=reverse("desk:case", args=[number]) if number else ""),
        ]
        yield Row(cells=cells, state="" if one.cleared_on else "near")
