"""The lines under the bell: what ran out, what was ordered, what came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import READING, WITH_PROVIDERS, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row
from zhenshu.doors.desk.lists import Asked, Listing, condition_bar, read_asked, show_listing
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.cases.models import Notice
from zhenshu.registers.cases.visibility import visible_cases

UNREAD, ALL = "", "all"
RECORD = Record._meta.label_lower


def own_notices(request: DeskRequest) -> QuerySet[Notice]:
    """Return the notices of the person who asks, newest first."""
    return Notice.objects.filter(user=request.user).select_related("case").order_by("-at", "-pk")


@page(roles=WITH_PROVIDERS)
def list_notices(request: DeskRequest) -> HttpResponse:
    """Show the notices, the unread ones unless all are asked for."""
    asked = read_asked(request, ["show"])
    notices = own_notices(request)
    unread = notices.filter(read_at=None)
    listing = Listing(
        name=_("Notices") if asked.get("show") else _("Unread notices"),
        columns=[
            Column(title=_("Notice"), width="wide"),
            Column(title=_("Matter"), phone=False),
            Column(title=_("At"), width="middle"),
        ],
        records=notices if asked.get("show") == ALL else unread,
        rows=lambda some: notice_rows(some, request.scope),
        empty=_("Nothing new. What runs out, is ordered or comes back will be said here."),
        export=False,
    )
    read_all = Link(title=_("Mark all as read"), url=reverse("desk:read_notices"), icon="checks", post=True)
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, [], views=_views(asked, unread.count())),
        buttons=[read_all] if unread.exists() else [],
    )


def _views(asked: Asked, unread: int) -> list[Link]:
    now = asked.get("show")
    return [
        Link(title=_("Unread"), url=asked.address(show=None), count=unread, active=now != ALL),
        Link(title=_("All"), url=asked.address(show=ALL), active=now == ALL),
    ]


def notice_rows(notices: Sequence[Notice], scope: Scope) -> Iterable[Row]:
    """Yield a line for each notice; words of a confidential matter only to those who may see it."""
    about = visible_cases(scope).filter(pk__in={one.case_id for one in notices if one.case_id})
    seen = set(about.values_list("pk", flat=True))
    for notice in notices:
        case, open_to = notice.case, notice.case_id is None or notice.case_id in seen
        hidden = case is not None and case.confidential and not open_to
        words = _("A confidential matter asks for attention.") if hidden else notice.text
        url = reverse("desk:open_notice", args=[notice.pk]) if open_to else ""
        cells = [
            Cell(text=words, url=url, icon="bell" if notice.read_at is None else ""),
            Cell(text="" if hidden else case.title, below=case.number) if case else Cell(),
            Cell(text=f"{timezone.localtime(notice.at):%m-%d %H:%M}"),
        ]
        yield Row(cells=cells, url=url)


@page(methods=READING, roles=WITH_PROVIDERS)
def open_notice(request: DeskRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and lead to its matter."""
    notice = get_object_or_404(own_notices(request), pk=notice_id)
    own_notices(request).filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    if notice.case:
        return go_to(request, "desk:case", notice.case.number)
    if notice.subject_kind == RECORD:
        return go_to(request, "desk:record", notice.subject_id)
    return go_to(request, "desk:notices")


@page(methods=WRITING, roles=WITH_PROVIDERS)
def read_notices(request: DeskRequest) -> HttpResponse:
    """Mark all own notices as read."""
    own_notices(request).filter(read_at=None).update(read_at=timezone.now())
    return go_to(request, "desk:notices")
