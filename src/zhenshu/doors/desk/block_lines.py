"""Work by line (业务台账): every business line with what it keeps, how much of it there is, and its lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.block_words import ICONS
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.engine_pages import engine_links
from zhenshu.doors.desk.lists import cases_url, crumbs
from zhenshu.doors.desk.packs import find_pack
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import LINES, Pack, Packed
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.kinds import KEPT_BLOCKS
from zhenshu.registers.blocks.visibility import standing_records
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.dossiers.models import State
from zhenshu.registers.dossiers.visibility import visible_dossiers
from zhenshu.registers.plans.models import State as PlanState
from zhenshu.registers.plans.visibility import visible_items

SHOWN_BLOCKS = (*KEPT_BLOCKS, "coverage")


@dataclass(frozen=True, slots=True)
class LineCard:
    """One business line: its matters, dossiers, tasks and records, each a link with its living count."""

    name: str
    basis: str
    url: str
    groups: list[tuple[str, list[Link]]] = field(default_factory=list)

    @property
    def sums(self) -> list[tuple[str, int]]:
        """How much there is of each sort."""
        return [(title, sum(link.count or 0 for link in links)) for title, links in self.groups]


Counts = dict[str, int]


@page()
def list_lines(request: DeskRequest) -> HttpResponse:
    """Show every business line with its kinds and how much of each this person may see."""
    counts = count_all(request.scope)
    packs: defaultdict[str, list[Pack]] = defaultdict(list)
    for pack in library().packs.values():
        packs[pack.line].append(pack)
    cards = [
        _card(pack, counts, request.scope)
        for line in (*LINES, *sorted(packs.keys() - LINES.keys()))
        for pack in packs.get(line, ())
    ]
    return render(
        request,
        "desk/blocks/lines.html",
        {
            "page_title": _("Work by line: %(count)d lines") % {"count": len(cards)},
            "cards": [card for card in cards if card.groups],
        },
    )


@page()
def show_line(request: DeskRequest, key: str) -> HttpResponse:
    """Show one business line: every kind it keeps, with how much there is of each."""
    pack = find_pack(key)
    card = _card(pack, count_all(request.scope), request.scope)
    context = {
        "page_title": pack.name,
        "breadcrumbs": crumbs((_("Work by line"), "lines"), here=pack.name),
        "card": card,
        "pack_url": reverse("desk:pack", args=[key]) if request.scope.has_role(OFFICE_ROLES) else "",
    }
    return render(request, "desk/blocks/line.html", context)


def count_all(scope: Scope) -> Counts:
    """Return how many open matters, active dossiers, items of the plan and records there are of each kind."""
    found: Counts = {}
    for records in (
        visible_cases(scope).filter(is_open=True),
        visible_dossiers(scope).filter(state=State.ACTIVE),
        visible_items(scope).exclude(state=PlanState.CANCELLED),
        standing_records(scope),
    ):
        rows = records.order_by().values_list("kind").annotate(number=Count("pk"))
        found |= dict(rows)
    return found


def _card(pack: Pack, counts: Counts, scope: Scope) -> LineCard:
    plans = pack.plans.values() if scope.has_role(OFFICE_ROLES) else ()
    groups = [
        (_("Matters"), [_case_link(kind, counts) for kind in pack.cases.values()]),
        (_("Dossiers"), [_dossier_link(kind, counts) for kind in pack.dossiers.values()]),
        (_("Tasks and projects"), [_plan_link(kind, counts) for kind in plans]),
        (_("Registers of the line"), list(_record_links(pack, counts))),
        (_("Engines"), engine_links(scope, pack.line) if pack.line else []),
    ]
    url = reverse("desk:line", args=[pack.pack])
    return LineCard(pack.name, pack.basis, url, [(title, links) for title, links in groups if links])


def _case_link(kind: Packed, counts: Counts) -> Link:
    url = cases_url("open", kind=kind.full_code)
    return Link(title=kind.name, url=url, icon="inbox", count=counts.get(kind.full_code, 0))


def _dossier_link(kind: Packed, counts: Counts) -> Link:
    url = reverse("desk:dossiers_of", args=[kind.full_code])
    icon = getattr(kind, "icon", "folder")
    return Link(title=kind.name, url=url, icon=icon, count=counts.get(kind.full_code, 0))


def _plan_link(kind: Packed, counts: Counts) -> Link:
    url = f"{reverse('desk:plans')}?kind={kind.full_code}"
    return Link(title=kind.name, url=url, icon="target-arrow", count=counts.get(kind.full_code, 0))


def _record_links(pack: Pack, counts: Counts) -> Iterable[Link]:
    for block in SHOWN_BLOCKS:
        for kind in getattr(pack, block).values():
            page_name = "special_records" if block == "coverage" else "records_of"
            yield Link(
                title=kind.name,
                url=reverse(f"desk:{page_name}", args=[kind.full_code]),
                icon=ICONS[block],
                count=None if block == "coverage" else counts.get(kind.full_code, 0),
            )
