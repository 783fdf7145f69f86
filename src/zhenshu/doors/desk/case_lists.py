"""The lists of matters people work through: each has a name, a condition and an order.

The same conditions count on the home page and select in the inbox, so that a count always opens the list
it counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhenshu.ground.packs.schema import Stage
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import (
    Assignment,
    AssignmentRole,
    AssignmentState,
    Supervision,
    SupervisionState,
)

WAITING = (AssignmentState.SENT, AssignmentState.SIGNED)
IN_HAND = (Stage.ACCEPTED, Stage.DISPATCHED, Stage.HANDLING)
TODAY, SOON = timedelta(days=1), timedelta(days=4)

DISPATCHER, OFFICER, WORKER, LEADER = Role.DISPATCHER, Role.OFFICER, Role.GRID_WORKER, Role.LEADER
SECRETARY, ADMINISTRATOR, VIEWER = Role.SECRETARY, Role.ADMINISTRATOR, Role.VIEWER
PROVIDER = Role.PROVIDER
OVERSEEING = frozenset({DISPATCHER, LEADER, SECRETARY, ADMINISTRATOR, VIEWER})
HANDLING = frozenset({OFFICER, WORKER, PROVIDER})


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and the ends of today and of the third day from now, on the clock of the township."""

    now: datetime
    tomorrow: datetime
    fourth_day: datetime


def moment_of(now: datetime | None = None) -> Moment:
    """Return the moments lists are cut at."""
    here = timezone.localtime(now)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    return Moment(here, midnight + TODAY, midnight + SOON)


Condition = Callable[[Scope, Moment], Q]


@dataclass(frozen=True, slots=True)
class CaseList:
    """One list: what it is called, which matters stand in it, who works with it."""

    key: str
    title: str | Promise
    condition: Condition
    roles: frozenset[str] = OVERSEEING | HANDLING
    order: str = "due"
    late: bool = False  # everything in it is overdue
    empty: str | Promise = ""
    state: str = "open"  # open, closed or all: the open ones are counted with one look

    @property
    def open_only(self) -> bool:
        return self.state == "open"


def my_shares(scope: Scope) -> Q:
    """Match matters in which an office of this person still owes a reply, as lead or assisting."""
    shares = Assignment.objects.filter(office_id__in=scope.office_ids, live=True, state__in=WAITING)
    mine = shares.filter(Q(handler=None) | Q(handler_id=scope.user_id))
    return Q(pk__in=mine.values("case_id"), is_open=True, paused=False, parked=False)


def to_dispatch(scope: Scope, at: Moment) -> Q:
    return Q(is_open=True, stage=Stage.ACCEPTED, lead_office=None, paused=False, parked=False)


def _led(scope: Scope) -> Q:
    return Q(is_open=True, lead_office_id__in=scope.office_ids)


def _waits_for_others(scope: Scope, at: Moment) -> Q:
    """Match matters led by the own office that wait for an assisting office or for a decision."""
    asked = Assignment.objects.filter(
        case_id=OuterRef("pk"), role=AssignmentRole.ASSIST, live=True, state__in=WAITING
    )
    return _led(scope) & (Q(Exists(asked)) | Q(objecting=True) | Q(extending=True))


def _ordered(scope: Scope, at: Moment) -> Q:
    orders = Supervision.objects.filter(case_id=OuterRef("pk"), state=SupervisionState.OPEN)
    return Q(is_open=True, supervised=True) & Q(Exists(orders.filter(office_id__in=scope.office_ids)))


LISTS: tuple[CaseList, ...] = (
    CaseList("to_dispatch", _("To dispatch"), to_dispatch, frozenset({DISPATCHER}),
             empty=_("Everything that came in has been dispatched.")),
    CaseList("undecided", _("Returned, to decide"),
             lambda scope, at: Q(is_open=True) & (Q(objecting=True) | Q(extending=True)),
             frozenset({DISPATCHER, LEADER}), empty=_("No office objects and nobody asks for more time.")),
    CaseList("to_verify", _("To verify"),
             lambda scope, at: Q(is_open=True, stage=Stage.ANSWERED, paused=False, parked=False),
             frozenset({DISPATCHER, LEADER, WORKER}), empty=_("No answer waits to be verified.")),
    CaseList("to_call_back", _("To call back"),
             lambda scope, at: Q(is_open=True, stage=Stage.VERIFIED, paused=False, parked=False),
             frozenset({DISPATCHER, SECRETARY}), empty=_("Nobody waits for a call.")),
    CaseList("to_close", _("To close"),
             lambda scope, at: Q(is_open=True, stage=Stage.CALLED_BACK, paused=False, parked=False),
             frozenset({DISPATCHER, SECRETARY})),
    CaseList("mine", _("My tray"), lambda scope, at: my_shares(scope), HANDLING,
             empty=_("Nothing waits for your office. Well done.")),
    CaseList("mine_overdue", _("Mine, overdue"),
             lambda scope, at: my_shares(scope) & Q(queue_at__lt=at.now), HANDLING, late=True),
    CaseList("mine_today", _("Mine, due today"),
             lambda scope, at: my_shares(scope) & Q(queue_at__gte=at.now, queue_at__lt=at.tomorrow),
             HANDLING),
    CaseList("mine_soon", _("Mine, due within three days"),
             lambda scope, at: my_shares(scope) & Q(queue_at__gte=at.tomorrow, queue_at__lt=at.fourth_day),
             HANDLING),
    CaseList("mine_later", _("Mine, due later"),
             lambda scope, at: my_shares(scope) & Q(queue_at__gte=at.fourth_day), HANDLING),
    CaseList("returned", _("Returned to me"),
             lambda scope, at: _led(scope) & Q(stage=Stage.HANDLING, returned__gt=0), HANDLING,
             empty=_("Nothing was sent back for more work.")),
    CaseList("waiting", _("I wait for others"), _waits_for_others, HANDLING),
    CaseList("ordered", _("Orders to my office"), _ordered, HANDLING,
             empty=_("No supervision order waits for a reply.")),
    CaseList("overdue", _("Past due"), lambda scope, at: Q(is_open=True, queue_at__lt=at.now), late=True,
             empty=_("Nothing is overdue.")),
    CaseList("due_today", _("Due today"),
             lambda scope, at: Q(is_open=True, queue_at__gte=at.now, queue_at__lt=at.tomorrow),
             empty=_("Nothing falls due today.")),
    CaseList("near", _("Near due"),
             lambda scope, at: Q(is_open=True, queue_at__gte=at.now, near_at__lte=at.now)),
    CaseList("supervised", _("Supervised"), lambda scope, at: Q(is_open=True, supervised=True), OVERSEEING,
             empty=_("No supervision order is open.")),
    CaseList("parked", _("Parked"), lambda scope, at: Q(is_open=True, parked=True), OVERSEEING),
    CaseList("open", _("All open"), lambda scope, at: Q(is_open=True)),
    CaseList("reported", _("I reported"), lambda scope, at: Q(reported_by_id=scope.user_id), order="newest",
             empty=_("You have not reported anything yet."), state="all"),
    CaseList("closed", _("Concluded"), lambda scope, at: Q(is_open=False), order="newest", state="closed"),
    CaseList("all", _("All matters"), lambda scope, at: Q(), order="newest", state="all"),
)  # fmt: skip
BY_KEY: Mapping[str, CaseList] = {one.key: one for one in LISTS}

# Which lists stand above the inbox of a role, the first being what it opens with.
TRAYS: Mapping[str, tuple[str, ...]] = {
    DISPATCHER: ("to_dispatch", "undecided", "to_verify", "to_call_back", "to_close", "overdue", "due_today",
                 "open", "all"),
    OFFICER: ("mine", "mine_overdue", "mine_today", "returned", "ordered", "waiting", "reported", "all"),
    WORKER: ("mine", "to_verify", "open", "overdue", "reported"),
    LEADER: ("overdue", "supervised", "undecided", "near", "parked", "open", "all"),
    SECRETARY: ("supervised", "overdue", "to_call_back", "open", "all"),
    ADMINISTRATOR: ("open", "overdue", "supervised", "all"),
    VIEWER: ("open", "overdue", "closed", "all"),
    PROVIDER: ("mine", "mine_overdue", "mine_today", "returned", "ordered", "all"),
}  # fmt: skip
ROLE_ORDER = (DISPATCHER, OFFICER, WORKER, LEADER, SECRETARY, ADMINISTRATOR, VIEWER, PROVIDER)


def main_role(scope: Scope) -> str:
    """Return the role whose home and tray somebody starts with."""
    return next((role for role in ROLE_ORDER if role in scope.roles), Role.VIEWER)


def lists_for(scope: Scope) -> list[CaseList]:
    """Return the lists that stand above the inbox of this person, those of the first role first."""
    keys = [key for role in ROLE_ORDER if role in scope.roles for key in TRAYS[role]]
    return [BY_KEY[key] for key in dict.fromkeys(keys)]


def find_list(key: str) -> CaseList:
    """Return the list called *key*; a key that nobody knows means everything one may see."""
    return BY_KEY.get(key) or BY_KEY["all"]
