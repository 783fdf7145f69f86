"""Matters that wait for dispatch and may repeat another: counted for the home page, listed to be merged."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.case_lists import BY_KEY, moment_of
from zhenshu.doors.desk.case_rows import CaseRow, case_row
from zhenshu.doors.desk.counting import open_cases
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.suggestions.duplicates import Duplicate, Report, find_duplicates
from zhenshu.registers.cases.visibility import may_see

LOOKED_AT = 60  # so many of the newest that wait for dispatch


@dataclass(frozen=True, slots=True)
class Double:
    """A matter that waits, and what it may repeat."""

    row: CaseRow
    likes: list[Duplicate]


@page(roles=(Role.DISPATCHER,))
def doubles_tile(request: DeskRequest) -> HttpResponse:
    """Answer the tile of the home page; it is asked for after the page is there."""
    number = len(find_doubles(request.scope))
    context = {"title": _("Possible doubles"), "value": number, "url": reverse("desk:doubles")}
    return render(request, "desk/home/doubles_tile.html", context)


@page(roles=(Role.DISPATCHER,))
def show_doubles(request: DeskRequest) -> HttpResponse:
    """Show each matter that waits beside those it may repeat."""
    doubles = find_doubles(request.scope)
    context = {
        "page_title": _("Possible doubles: %(count)d") % {"count": len(doubles)},
        "page_note": _("data as of %(at)s") % {"at": f"{timezone.localtime():%Y-%m-%d %H:%M}"},
        "doubles": doubles,
        "now": timezone.now(),
    }
    return render(request, "desk/inbox/doubles.html", context)


def find_doubles(scope: Scope) -> list[Double]:
    """Return those of the newest matters waiting for dispatch that are like another open one."""
    waiting = open_cases(scope).filter(BY_KEY["to_dispatch"].condition(scope, moment_of()))
    newest = waiting.select_related("area", "lead_office").defer("area__boundary").order_by("-opened_at")
    found = []
    for case in newest[:LOOKED_AT]:
        likes = [like for like in _likes(case) if like.case.is_open and may_see(like.case, scope)]
        if likes:
            found.append(Double(case_row(case), likes))
    return found


def _likes(case: Case) -> list[Duplicate]:
    kind = library().case_kinds.get(case.kind)
    if kind is None:
        return []
    report = Report(
        text=f"{case.title} {case.description}", at=case.opened_at, village_id=case.village_id,
        grid_id=case.grid_id, lon=case.lon, lat=case.lat, category=case.category, phone=case.reporter_phone,
        fields=case.fields,
    )  # fmt: skip
    # A matter repeats what came before it.
    return [one for one in find_duplicates(report, kind, but=case.pk) if one.case.opened_at <= case.opened_at]
