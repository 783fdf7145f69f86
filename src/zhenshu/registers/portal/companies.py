"""How the outside companies (物业、供水、供电、供气) do with what they are given: units are rated, no person.

Shares of a span are those sent within it; each share comes with its numerator and denominator.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from zhenshu.ground.people.models import Office, Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Assignment, AssignmentRole, AssignmentState, Satisfied, Solved
from zhenshu.registers.cases.visibility import visible_cases

ASKED_SOLVED = (Solved.YES, Solved.PARTLY, Solved.NO)
ASKED_SATISFIED = (Satisfied.YES, Satisfied.MOSTLY, Satisfied.NO)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; without a whole there is no share."""

    part: int
    whole: int

    @property
    def percent(self) -> str:
        return f"{100 * self.part / self.whole:.1f}" if self.whole else "–"


@dataclass(frozen=True, slots=True)
class CompanyRating:
    """What a company was given in a span, and how its people handled it."""

    office: Office
    received: int
    answered: int
    open: int
    late: int
    returned: int
    in_time: Share
    solved: Share
    satisfied: Share


def companies() -> QuerySet[Office]:
    """Return the open offices that outside people work in."""
    outside = Office.objects.filter(closed_on=None, posts__role=Role.PROVIDER, posts__ended_on=None)
    return outside.distinct().order_by("pk")


def companies_for(by: Scope) -> QuerySet[Office]:
    """Return the companies whose rating *by* may see: overseers all of them, outside people their own."""
    own = {post.office_id for post in by.posts if post.role == Role.PROVIDER}
    everyone = bool(by.overseen_paths())
    return companies() if everyone else companies().filter(pk__in=own)


def rate_companies(by: Scope, *, since: datetime, until: datetime) -> list[CompanyRating]:
    """Return the rating of each company that *by* may see, over the shares sent within the span."""
    found = companies_for(by)
    counted = _counts(by, [office.pk for office in found], since, until)
    return [_rating(office, counted.get(office.pk, {})) for office in found]


def _counts(by: Scope, offices: list[int], since: datetime, until: datetime) -> dict[int, dict[str, int]]:
    shares = Assignment.objects.filter(
        office_id__in=offices, sent_at__gte=since, sent_at__lt=until, case__in=visible_cases(by)
    )
    shares = shares.exclude(state=AssignmentState.TAKEN_BACK)
    lead = Q(role=AssignmentRole.LEAD)
    late = Q(live=True, case__queue_at__lt=until, case__due_at__isnull=False)
    rows: Any = (
        shares.order_by()
        .values("office_id")
        .annotate(
            received=Count("pk"),
            answered=Count("pk", filter=Q(state=AssignmentState.ANSWERED)),
            open=Count("pk", filter=Q(live=True) & ~Q(state=AssignmentState.ANSWERED)),
            late=Count("pk", filter=late & ~Q(state=AssignmentState.ANSWERED)),
            returned=Count("pk", filter=lead & Q(case__returned__gt=0)),
            kept=Count("pk", filter=lead & Q(case__in_time=True)),
            judged=Count("pk", filter=lead & Q(case__in_time__isnull=False)),
            solved=Count("pk", filter=lead & Q(case__solved=Solved.YES)),
            solved_of=Count("pk", filter=lead & Q(case__solved__in=ASKED_SOLVED)),
            satisfied=Count("pk", filter=lead & Q(case__satisfied__in=(Satisfied.YES, Satisfied.MOSTLY))),
            satisfied_of=Count("pk", filter=lead & Q(case__satisfied__in=ASKED_SATISFIED)),
        )
    )
    return {row["office_id"]: row for row in rows}


def _rating(office: Office, counted: dict[str, int]) -> CompanyRating:
    def number(key: str) -> int:
        return counted.get(key, 0)

    return CompanyRating(
        office=office,
        received=number("received"),
        answered=number("answered"),
        open=number("open"),
        late=number("late"),
        returned=number("returned"),
        in_time=Share(number("kept"), number("judged")),
        solved=Share(number("solved"), number("solved_of")),
        satisfied=Share(number("satisfied"), number("satisfied_of")),
    )
