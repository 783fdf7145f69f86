"""How the outside companies do: their people see their own, overseers all; units are rated, no person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row
from zhenshu.doors.desk.context import OVERSEERS
from zhenshu.doors.desk.lists import Asked, Listing, cases_url, condition_bar, read_asked, show_listing
from zhenshu.ground.people.models import Role
from zhenshu.registers.portal.companies import CompanyRating, Share, rate_companies

SPANS: Mapping[str, int] = {"30": 30, "90": 90, "365": 365}
USUAL = "90"


@page(roles=OVERSEERS | {Role.PROVIDER})
def list_ratings(request: DeskRequest) -> HttpResponse:
    """Show what each company was given and how it was handled; numbers open their lists."""
    asked = read_asked(request, ["days"])
    here = asked.get("days") if asked.get("days") in SPANS else USUAL
    until = timezone.now()
    since = until - timedelta(days=SPANS[here])
    listing = Listing(
        name=_("Outside companies"),
        columns=[
            Column(title=_("Company"), width="wide"), Column(title=_("Received"), numeric=True),
            Column(title=_("Answered"), numeric=True), Column(title=_("Open"), numeric=True),
            Column(title=_("Overdue"), numeric=True),
            Column(title=_("Sent back"), numeric=True, phone=False),
            Column(title=_("In time"), numeric=True, unit="%"),
            Column(title=_("Solved"), numeric=True, unit="%"),
            Column(title=_("Satisfied"), numeric=True, unit="%"),
        ],
        records=rate_companies(request.scope, since=since, until=until),
        rows=lambda some: _rows(some, since),
        empty=_("No outside company works here yet. Make an office and give its people the post Provider."),
    )  # fmt: skip
    return show_listing(
        request, listing, asked, bar=condition_bar(asked, [], views=list(_views(asked, here)), keep=["days"])
    )


def _views(asked: Asked, here: str) -> Iterable[Link]:
    for key, days in SPANS.items():
        yield Link(title=_("%(days)d days") % {"days": days}, url=asked.address(days=key), active=key == here)


def _rows(ratings: Sequence[CompanyRating], since: datetime) -> Iterable[Row]:
    for one in ratings:
        office = one.office.pk
        yield Row(
            state="overdue" if one.late else "",
            cells=[
                Cell(text=one.office.name),
                Cell(
                    text=str(one.received),
                    url=cases_url("all", office=office, opened=f"{since:%Y-%m-%d}") if one.received else "",
                ),
                Cell(text=str(one.answered)),
                Cell(text=str(one.open), url=cases_url(office=office) if one.open else ""),
                Cell(text=str(one.late), url=cases_url("overdue", office=office) if one.late else ""),
                Cell(text=str(one.returned)),
                _share(one.in_time),
                _share(one.solved),
                _share(one.satisfied),
            ],
        )


def _share(share: Share) -> Cell:
    return Cell(
        text=share.percent, hint=_("%(part)d of %(whole)d") % {"part": share.part, "whole": share.whole}
    )
