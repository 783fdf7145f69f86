"""Steps that join matters and people: merging, grouping, supervision, handing over, comments."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import ClockScope
from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.worktime import deadlines
from zhenshu.ground.worktime.limits import Limit
from zhenshu.registers.cases import clocks as clockwork
from zhenshu.registers.cases.errors import StepIncompleteError, StepNotLawfulError
from zhenshu.registers.cases.models import Case, Clock, Outcome, ProposalState, Supervision, SupervisionState
from zhenshu.registers.cases.numbers import take_numbers
from zhenshu.registers.cases.steps.track import find_working_office, finish
from zhenshu.registers.cases.turn import Turn
from zhenshu.registers.cases.visibility import visible_cases

SUPERVISION = "supervision"


# ── like matters ──────────────────────────────────────────────────────────────────────────────────────


def merge(turn: Turn) -> None:
    """Close this case as a part of another that tells of the same matter; nothing of it is lost."""
    target = _other_case(turn)
    if not target.is_open:
        raise StepIncompleteError({"into": _("Merge into a matter that is still open.")})
    turn.case.merged_into = target
    finish(turn, Outcome.MERGED)


def group(turn: Turn) -> None:
    """Put this case under a common problem (共性问题); both keep their own clocks."""
    parent = _other_case(turn)
    if parent.parent_id is not None:
        raise StepIncompleteError({"into": _("A common problem cannot itself belong to another.")})
    if turn.case.children.exists():
        raise StepIncompleteError(
            {"into": _("Other matters belong to this one; it cannot itself belong to another.")}
        )
    turn.case.parent = parent


def ungroup(turn: Turn) -> None:
    """Take the case out of its common problem."""
    turn.case.parent = None


def _other_case(turn: Turn) -> Case:
    other = visible_cases(turn.by).filter(number=turn.given.into).exclude(pk=turn.case.pk).first()
    if other is None:
        raise StepIncompleteError({"into": _("Name another matter that you may see.")})
    return other


# ── supervision ───────────────────────────────────────────────────────────────────────────────────────


def supervise(turn: Turn) -> None:
    """Order an office to settle the matter and reply by a day (督办)."""
    lead = turn.lead
    office = find_working_office(turn.given.office or (lead.office_id if lead else None))
    limit, basis = _reply_limit(turn)
    due = turn.given.due or (deadlines.due(turn.at, limit, clockwork.work_calendar()) if limit else None)
    if due is None or due <= turn.at:
        raise StepIncompleteError({"due": _("Name the day of the reply, later than now.")})
    order = Supervision(
        case=turn.case,
        number=take_numbers(SUPERVISION, timezone.localtime(turn.at))[0],
        office=office,
        ordered_by_id=turn.by.user_id,
        trigger=turn.given.reason,
        text=turn.given.opinion,
        ordered_at=turn.at,
        due_at=due,
    )
    turn.keep(order)
    turn.case.supervised = True
    if turn.given.reason:
        turn.case.proposals.filter(trigger=turn.given.reason).update(
            state=ProposalState.ORDERED, decided_by=turn.by.user_id, decided_at=turn.at
        )
    turn.add_clocks([_order_clock(turn, order, str(limit) if limit and not turn.given.due else "", basis)])
    _tell_office(turn, office, _("Supervised: %(number)s") % {"number": turn.case.number})


def _reply_limit(turn: Turn) -> tuple[Limit | None, str]:
    """Return how long the pack leaves for the reply to an order, with its basis."""
    if turn.kind.supervision is not None:
        return turn.kind.supervision.reply, turn.kind.supervision.basis
    for clock in turn.kind.clocks.values():
        if clock.scope is ClockScope.SUPERVISION:
            return clock.limit, clock.basis
    return None, ""


def _order_clock(turn: Turn, order: Supervision, limit: str, basis: str) -> Clock:
    """An order is due on its day, whatever else stands still."""
    return Clock(
        case=turn.case,
        supervision=order,
        key=SUPERVISION,
        limit=limit,
        basis=basis[:200],
        pauses=False,
        started_at=turn.at,
        due_at=order.due_at,
        near_at=_two_thirds(turn.at, order.due_at),
        escalate_at=order.due_at,
    )


def _two_thirds(start: datetime, end: datetime) -> datetime:
    return deadlines.part_way(start, end, clockwork.NEAR_SHARE, clockwork.work_calendar())


def _tell_office(turn: Turn, office: Office, text: str) -> None:
    """Tell the handler, or the officers of the office when nobody handles the case there."""
    handler = turn.case.handler_id if turn.case.lead_office_id == office.pk else None
    users = (
        [handler] if handler else held_posts(office.pk, turn.at).values_list("user_id", flat=True).distinct()
    )
    for user_id in users:
        turn.notify(user_id, SUPERVISION, text)


def held_posts(office_id: int | None, at: datetime) -> QuerySet[Post]:
    """Return the posts of those who handle matters in an office."""
    held = Q(ended_on=None) | Q(ended_on__gt=timezone.localdate(at))
    handling = (Role.OFFICER, Role.GRID_WORKER, Role.PROVIDER)
    return Post.objects.filter(held, office_id=office_id or 0, role__in=handling)


def reply_supervision(turn: Turn) -> None:
    """Answer the order; its clock stops."""
    orders = turn.case.supervisions.filter(state=SupervisionState.OPEN).order_by("ordered_at", "pk")
    order = next(
        (o for o in orders if turn.acts_for(o.office_id) and turn.given.supervision in (None, o.pk)), None
    )
    if order is None:
        raise StepNotLawfulError(_("No supervision order waits for your reply."))
    order.state, order.reply = SupervisionState.REPLIED, turn.given.opinion
    order.replied_at, order.replied_by_id = turn.at, turn.by.user_id
    turn.keep(order)
    turn.stop_clocks(clock for clock in turn.clocks if clock.supervision_id == order.pk)
    told = _("Replied to your order: %(number)s") % {"number": turn.case.number}
    turn.notify(order.ordered_by_id, SUPERVISION, told)


def settle_supervision(turn: Turn) -> None:
    """Take note of the reply and end the order; an order without reply is lifted by this."""
    pending = turn.case.supervisions.exclude(state=SupervisionState.CLOSED).order_by(
        "-state", "ordered_at", "pk"
    )
    order = next((o for o in pending if turn.given.supervision in (None, o.pk)), None)
    if order is None:
        raise StepNotLawfulError(_("No supervision order waits for this."))
    order.state, order.closed_at = SupervisionState.CLOSED, turn.at
    turn.keep(order)
    turn.stop_clocks((c for c in turn.clocks if c.supervision_id == order.pk), cancelled=True)
    turn.case.supervised = len(pending) > 1


# ── people ────────────────────────────────────────────────────────────────────────────────────────────


def comment(turn: Turn) -> None:
    """Add a line to the story. No clock moves."""


def urge(turn: Turn) -> None:
    """Ask the handler to hurry. No clock moves."""
    told = _("Please hurry: %(number)s") % {"number": turn.case.number}
    turn.notify(turn.case.handler_id, "urged", told)


def hand_over(turn: Turn) -> None:
    """Give the handling to a colleague of the same office."""
    lead = turn.lead
    held = held_posts(lead.office_id, turn.at) if lead else Post.objects.none()
    colleague = User.objects.filter(pk=turn.given.handler or 0, is_active=True, posts__in=held).first()
    if colleague is None or lead is None:
        raise StepIncompleteError({"handler": _("Choose a colleague of the lead office.")})
    turn.case.handler = lead.handler = colleague
    turn.keep(lead)
    told = _("Handed over to you: %(number)s") % {"number": turn.case.number}
    turn.notify(colleague.pk, "handed_over", told)
