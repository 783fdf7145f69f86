"""Duty rosters (值班): made over the working calendar, swapped, handed over; what happens becomes a matter.

Nobody signs in or out, and nobody's turns are compared: the roster says who answers the telephone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import Change, record, record_many, subject_kind_of
from zhenshu.ground.packs.schema import DutyKind
from zhenshu.ground.people.models import Post, Role, User
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.clocks import work_calendar
from zhenshu.registers.cases.loop import Draft, open_case
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.errors import DossierNotAllowedError
from zhenshu.registers.engines.errors import EngineInvalidError, EngineNotFoundError, EngineStateError
from zhenshu.registers.engines.kinds import find_kind, full_code, kinds_of
from zhenshu.registers.engines.models import DutyEvent, DutyTurn
from zhenshu.registers.engines.rostering import assign, slots
from zhenshu.registers.fields import clean_fields

PLANNERS = frozenset({Role.DISPATCHER, Role.LEADER, Role.SECRETARY, Role.ADMINISTRATOR})
LONGEST = 400  # days a roster is made for at once
KEPT = ("kind", "area_id", "day", "shift", "people", "hand_over", "note", "version")


def turn_facts(turn: DutyTurn) -> dict[str, Any]:
    """Return what the ledger keeps of a turn."""
    return {name: getattr(turn, name) for name in KEPT}


# ── the roster ────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def make_roster(
    kind: DutyKind, area: Area, first: date, last: date, people: Sequence[int], *, by: Scope
) -> list[DutyTurn]:
    """Return the turns of [first, last] that are new; those that stand already stay as they are."""
    _require_planner(area, by)
    _check_span(kind, first, last, people)
    Area.objects.select_for_update().get(pk=area.pk)
    known = DutyTurn.objects.filter(kind=kind.full_code, area=area, day__range=(first, last))
    there = set(known.values_list("day", "shift"))
    known_before = DutyTurn.objects.filter(kind=kind.full_code, area=area, day__lt=first)
    wanted = [
        one for one in slots(kind, first, last, work_calendar()) if (one.day, one.shift.code) not in there
    ]
    turns = [
        DutyTurn(kind=kind.full_code, area=area, day=slot.day, shift=slot.shift.code, people=list(chosen))
        for slot, chosen in assign(wanted, _rested_first(known_before, people))
    ]
    made = DutyTurn.objects.bulk_create(turns)
    changes = [
        Change("duty.planned", subject_kind_of(turn), turn.pk, area.pk, None, turn_facts(turn))
        for turn in made
    ]
    if changes:
        record_many(by.actor, changes)
    return made


def _rested_first(before: QuerySet[DutyTurn], people: Sequence[int]) -> list[int]:
    """Return people in the order in which they take up the roster: whoever had no turn for longest first."""
    last: dict[int, date] = {}
    for day, on_it in before.order_by("-day").values_list("day", "people")[:LONGEST]:
        for who in on_it:
            last.setdefault(who, day)
    return sorted(dict.fromkeys(people), key=lambda who: last.get(who, date.min))


def _check_span(kind: DutyKind, first: date, last: date, people: Sequence[int]) -> None:
    problems: dict[str, str] = {}
    most = max(shift.people for shift in kind.shifts.values())
    if last < first or (last - first).days >= LONGEST:
        problems["last"] = _(
            "A roster is made for at most %(days)d days, its last no earlier than its first."
        ) % {"days": LONGEST}
    if len(set(people)) < most:
        problems["people"] = _("A shift wants %(count)d people.") % {"count": most}
    if User.objects.filter(pk__in=people, is_active=True).count() < len(set(people)):
        problems["people"] = _("Somebody among them is not here any more.")
    if problems:
        raise EngineInvalidError(problems)


@transaction.atomic
def swap(
    turn_id: int, other_id: int, *, mine: int, theirs: int, reason: str, by: Scope
) -> tuple[DutyTurn, DutyTurn]:
    """Return two turns after *mine* of the first and *theirs* of the second changed places."""
    held = {pk: _hold(pk, by) for pk in sorted({turn_id, other_id})}
    turn, other = held[turn_id], held[other_id]
    if turn.pk == other.pk or turn.kind != other.kind:
        raise EngineInvalidError({"other": _("Choose another turn of the same duty.")})
    before = turn_facts(turn), turn_facts(other)
    turn.people, other.people = _with(turn, mine, theirs), _with(other, theirs, mine)
    for one, facts in ((turn, before[0]), (other, before[1])):
        _save(one, "duty.swapped", facts, by, reason=reason)
    return turn, other


@transaction.atomic
def replace(turn_id: int, *, out: int, into: int, reason: str, by: Scope) -> DutyTurn:
    """Return the turn after one person stood in for another."""
    turn = _hold(turn_id, by)
    if not User.objects.filter(pk=into, is_active=True).exists():
        raise EngineInvalidError({"into": _("Somebody among them is not here any more.")})
    before = turn_facts(turn)
    turn.people = _with(turn, out, into)
    return _save(turn, "duty.replaced", before, by, reason=reason)


def _with(turn: DutyTurn, out: int, into: int) -> list[int]:
    if out not in turn.people:
        raise EngineInvalidError({"out": _("This person is not on that turn.")})
    if into in turn.people:
        raise EngineInvalidError({"into": _("This person is on that turn already.")})
    return [into if who == out else who for who in turn.people]


# ── on duty ───────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def hand_over(turn_id: int, raw: Mapping[str, Any], *, note: str, by: Scope) -> DutyTurn:
    """Return the turn with what those on it leave to the next ones; said again, the ledger keeps both."""
    turn, kind = find_turn(turn_id, by)
    _require_on_duty(turn, by)
    turn = DutyTurn.objects.select_for_update(of=("self",)).select_related("area").get(pk=turn.pk)
    if turn.day > timezone.localdate():
        raise EngineStateError(_("This turn has not begun yet."))
    values, problems = clean_fields(kind.hand_over, raw, complete=True)
    if problems:
        raise EngineInvalidError(problems)
    before = turn_facts(turn)
    turn.hand_over, turn.note = values, note.strip()
    turn.handed_over_at, turn.handed_over_by_id = timezone.now(), by.user_id
    return _save(turn, "duty.handed_over", before, by, reason=note[:200] or _("Handed over."))


@transaction.atomic
def open_event(turn_id: int, title: str, description: str, *, by: Scope) -> Case:
    """Return the matter that something on duty became."""
    turn, kind = find_turn(turn_id, by)
    _require_on_duty(turn, by)
    if not kind.raises:
        raise EngineStateError(_("This duty opens no matters."))
    draft = Draft(
        kind=full_code(kind, kind.raises[0]), title=title, description=description, area=turn.area_id
    )
    case = open_case(draft, by=by)
    event = DutyEvent.objects.create(turn=turn, case=case)
    after = {"turn_id": turn.pk, "case_id": case.pk}
    record(by.actor, "duty.event", event, area_id=turn.area_id, before=None, after=after)
    return case


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who stands a shift: its times, and whether it runs now."""

    turn: DutyTurn
    kind: DutyKind
    begins: datetime
    ends: datetime
    names: tuple[str, ...]

    @property
    def shift_name(self) -> str:
        return self.kind.shifts[self.turn.shift].name

    def runs(self, moment: datetime) -> bool:
        return self.begins <= moment < self.ends


def visible_turns(kind: DutyKind, scope: Scope) -> QuerySet[DutyTurn]:
    """Return the turns of every area that one's posts lie in or oversee; a roster is there to be known."""
    return _turns_near(scope).filter(kind=kind.full_code)


def _turns_near(scope: Scope) -> QuerySet[DutyTurn]:
    found = DutyTurn.objects.filter(_near(scope))
    return found.select_related("area", "handed_over_by").order_by("day", "pk")


def _near(scope: Scope) -> Q:
    rule = Q(pk__in=[])
    for post in scope.posts:
        above = [int(part) for part in post.area_path.strip("/").split("/") if part]
        rule |= Q(area_id__in=above) | Q(area__path__startswith=post.area_path)
    return rule


def find_turn(turn_id: int, scope: Scope) -> tuple[DutyTurn, DutyKind]:
    """Return a turn this person may see, and its kind."""
    turn = DutyTurn.objects.filter(_near(scope), pk=turn_id).select_related("area").first()
    if turn is None:
        raise EngineNotFoundError(turn_id)
    return turn, find_kind(turn.kind, DutyKind)


def on_duty(scope: Scope, *, at: datetime | None = None) -> list[OnDuty]:
    """Return the shifts of all duties that run now or begin later today (今日值班)."""
    moment = timezone.localtime(at)
    day = moment.date()
    kinds = {kind.full_code: kind for kind in kinds_of(DutyKind)}
    turns = _turns_near(scope).filter(kind__in=kinds, day__in=[day - timedelta(days=1), day])
    of_kind: defaultdict[str, list[DutyTurn]] = defaultdict(list)
    for turn in turns if kinds else ():
        of_kind[turn.kind].append(turn)
    found = [one for code, some in of_kind.items() for one in described(some, kinds[code])]
    return sorted((one for one in found if one.ends > moment), key=lambda one: one.begins)


def described(turns: QuerySet[DutyTurn] | Sequence[DutyTurn], kind: DutyKind) -> list[OnDuty]:
    """Return turns with their times and the names of those on them."""
    known = [turn for turn in turns if turn.shift in kind.shifts]
    names = dict(
        User.objects.filter(pk__in={pk for one in known for pk in one.people}).values_list("pk", "name")
    )
    return [_describe(turn, kind, names) for turn in known]


def _describe(turn: DutyTurn, kind: DutyKind, names: Mapping[int, str]) -> OnDuty:
    shift = kind.shifts[turn.shift]
    begins, ends = (_moment(turn.day, text) for text in (shift.start, shift.end))
    # A shift whose end is no later than its start runs into the next day.
    ends += timedelta(days=1) if ends <= begins else timedelta(0)
    return OnDuty(turn, kind, begins, ends, tuple(names.get(pk, str(pk)) for pk in turn.people))


def _moment(day: date, text: str) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(text)))


def people_for(kind: DutyKind, area: Area) -> list[User]:
    """Return who may be put on the roster of an area: those with one of the duty's roles over it."""
    posts = Post.objects.filter(Q(ended_on=None) | Q(ended_on__gt=timezone.localdate()), user__is_active=True)
    if kind.roles:
        posts = posts.filter(role__in=kind.roles)
    ids = {user for user, path in posts.values_list("user_id", "area__path") if area.path.startswith(path)}
    return list(User.objects.filter(pk__in=ids).order_by("pk"))


# ── what the acts share ───────────────────────────────────────────────────────────────────────────────


def _require_planner(area: Area, by: Scope) -> None:
    if not by.covers(area.path, PLANNERS):
        raise DossierNotAllowedError


def _require_on_duty(turn: DutyTurn, by: Scope) -> None:
    if by.user_id not in turn.people:
        _require_planner(turn.area, by)


def _hold(turn_id: int, by: Scope) -> DutyTurn:
    """Return the turn locked for a change of who stands it; those on it may, and those who plan."""
    turn, _kind = find_turn(turn_id, by)
    _require_on_duty(turn, by)
    held = DutyTurn.objects.select_for_update(of=("self",)).select_related("area").get(pk=turn.pk)
    if held.day < timezone.localdate():
        raise EngineStateError(_("This turn is over."))
    return held


def _save(turn: DutyTurn, action: str, before: Mapping[str, Any], by: Scope, *, reason: str) -> DutyTurn:
    if not reason.strip():
        raise EngineInvalidError({"reason": _("Say why.")})
    turn.version += 1
    turn.save()
    after = turn_facts(turn)
    record(
        by.actor, action, turn, area_id=turn.area_id, before=before, after=after, note=reason.strip()[:200]
    )
    return turn
