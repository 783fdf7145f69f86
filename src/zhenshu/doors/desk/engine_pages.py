"""The engines of the business lines: what each line declares, as links to living lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.context import ALL
from zhenshu.doors.desk.lists import Condition, Listing, condition_bar, read_asked, show_listing
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import LINES, Pack
from zhenshu.ground.people.scope import Scope


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine: the block of a pack it runs, its list, its word, its sign, and who sees it."""

    block: str
    page: str
    title: str | Promise
    icon: str
    roles: frozenset[str] = ALL


ENGINES: Sequence[Engine] = (
    Engine("points", "points", gettext_lazy("Points"), "award"),
    Engine("draws", "draws", gettext_lazy("Draws"), "arrows-shuffle"),
    Engine("ladders", "ladders", gettext_lazy("Ladders"), "stairs-up"),
    Engine("matches", "matches", gettext_lazy("Matches"), "arrows-join"),
    Engine("thresholds", "thresholds", gettext_lazy("Thresholds"), "alarm"),
    Engine("supplies", "supplies", gettext_lazy("Supplies"), "packages"),
    Engine("duties", "duties", gettext_lazy("Duty rosters"), "phone-call"),
    Engine("scales", "scales", gettext_lazy("Scales"), "temperature"),
)


def engine_links(scope: Scope, line: str) -> list[Link]:
    """Return the lists of all engines that the packs of a business line declare and *scope* sees."""
    packs = [pack for pack in library().packs.values() if pack.line == line]
    return [link for pack in packs for _title, link in _links_of(pack, scope)]


def _links_of(pack: Pack, scope: Scope) -> Iterable[tuple[str, Link]]:
    for engine in ENGINES:
        if not scope.has_role(engine.roles):
            continue
        for kind in getattr(pack, engine.block).values():
            url = reverse(f"desk:{engine.page}", args=[kind.full_code])
            yield str(engine.title), Link(title=kind.name, url=url, icon=engine.icon)


@page()
def list_engines(request: DeskRequest) -> HttpResponse:
    """Show every engine in use, by business line."""
    sorts = [Option(value=one.page, title=str(one.title)) for one in ENGINES]
    conditions = [Condition("engine", _("Sort"), options=sorts)]
    asked = read_asked(request, ["engine"])
    wanted = next((one.title for one in sorts if one.value == asked.get("engine")), "")
    found = [
        (pack, title, link)
        for pack in library().packs.values()
        for title, link in _links_of(pack, request.scope)
        if wanted in ("", title)
    ]
    listing = Listing(
        name=_("Engines"),
        columns=[
            Column(title=_("Name"), width="wide"),
            Column(title=_("Sort")),
            Column(title=_("Business line")),
        ],
        records=found,
        rows=_rows,
        empty=_("No business line in force declares an engine."),
        size=200,
    )
    bar = condition_bar(asked, conditions)
    return show_listing(request, listing, asked, bar=bar, breadcrumbs=[Link(title=_("Engines"))])


def _rows(found: Sequence[tuple[Pack, str, Link]]) -> Iterable[Row]:
    for pack, title, link in found:
        cells = [
            Cell(text=link.title, url=link.url, icon=link.icon),
            Cell(text=title),
            Cell(text=LINES.get(pack.line, pack.name)),
        ]
        yield Row(cells=cells, url=link.url)
