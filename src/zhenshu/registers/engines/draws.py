"""Random inspections (双随机): a list is frozen, then drawn once by a seed; nothing is drawn anew unseen.

A draw is frozen (its list hashed, the source of its seed named), then drawn; both are lines of the ledger.
A second draw for the same time and ground says which one it repeats and why, and stands beside it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.schema import DrawKind
from zhenshu.ground.people.models import Post, User
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Period, PeriodError, parse_period
from zhenshu.registers.cases.loop import Draft, open_case
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import require, visible_dossiers
from zhenshu.registers.engines.drawing import Drawn, Frozen, digest_of, work_out
from zhenshu.registers.engines.errors import EngineInvalidError, EngineNotFoundError, EngineStateError
from zhenshu.registers.engines.facts import condition_on, records_of
from zhenshu.registers.engines.kinds import find_kind, full_code, subject_kind
from zhenshu.registers.engines.models import Draw, DrawnObject, DrawSerial, DrawState
from zhenshu.registers.engines.spans import last_day

KEPT = (
    "kind", "number", "area_id", "period", "state", "digest", "seed_source", "seed", "drawn_on",
    "publish_due", "published_on", "repeats_id", "reason",
)  # fmt: skip


def draw_facts(draw: Draw) -> dict[str, Any]:
    """Return what the ledger keeps of a draw; the digest stands for the whole list."""
    return {name: getattr(draw, name) for name in KEPT}


@dataclass(frozen=True, slots=True)
class DrawDraft:
    """What a draw is about: ground, time, where the seed will come from, who must not go where (回避)."""

    area: Area
    period: str
    seed_source: str
    conflicts: frozenset[tuple[int, int]] = frozenset()  # user, dossier
    repeats: int | None = None
    reason: str = ""


@transaction.atomic
def freeze(kind: DrawKind, draft: DrawDraft, *, by: Scope) -> Draw:
    """Return a new numbered draw with its list frozen and hashed; nothing is drawn yet."""
    _require(kind, draft.area, by)
    period = _check_draft(draft)
    serial = _next_number(kind)
    repeats = _repeated(kind, draft, period)
    frozen = frozen_list(kind, draft, by)
    draw = Draw(
        kind=kind.full_code, number=serial, area=draft.area, period=period.key, first=period.start,
        last=period.last_day, frozen=frozen.as_json(), digest=digest_of(frozen), frozen_at=timezone.now(),
        seed_source=draft.seed_source.strip(), repeats=repeats, reason=draft.reason.strip(), by_id=by.user_id,
    )  # fmt: skip
    draw.save(force_insert=True)
    _record(draw, "draw.frozen", None, by)
    return draw


@transaction.atomic
def hold_draw(draw_id: int, *, seed: str, by: Scope, on: date | None = None) -> Draw:
    """Return the draw, drawn by *seed* (one is rolled where none is given); it can't be drawn again."""
    draw, kind = _held(draw_id, by, DrawState.FROZEN)
    frozen = Frozen.from_json(draw.frozen)
    if digest_of(frozen) != draw.digest:
        raise EngineStateError(_("The frozen list no longer fits its digest; it must not be drawn from."))
    before = draw_facts(draw)
    draw.seed, draw.drawn_on = seed.strip()[:200] or secrets.token_hex(16), on or timezone.localdate()
    draw.publish_due = last_day(draw.drawn_on, kind.publish) if kind.publish else None
    draw.state = DrawState.DRAWN
    draw.save()
    DrawnObject.objects.bulk_create(
        DrawnObject(
            draw=draw, place=n, subject_id=one.number, group=one.group, inspectors=list(one.inspectors)
        )
        for n, one in enumerate(work_out(frozen, seed=draw.seed, on=draw.drawn_on), start=1)
    )
    _record(draw, "draw.drawn", before, by)
    return draw


@transaction.atomic
def cancel(draw_id: int, *, reason: str, by: Scope) -> Draw:
    """Return the frozen draw, cancelled with a reason; its number stays taken."""
    if not reason.strip():
        raise EngineInvalidError({"reason": _("Say why it is cancelled.")})
    draw, _kind = _held(draw_id, by, DrawState.FROZEN)
    before = draw_facts(draw)
    draw.state, draw.reason = DrawState.CANCELLED, reason.strip()[:200]
    draw.save()
    _record(draw, "draw.cancelled", before, by)
    return draw


@transaction.atomic
def publish(draw_id: int, *, on: date, by: Scope) -> Draw:
    """Return the draw with the day its result was made public."""
    draw, _kind = _held(draw_id, by, DrawState.DRAWN)
    if draw.published_on or draw.drawn_on is None or on < draw.drawn_on:
        raise EngineStateError(_("It is published already, or was not drawn yet on that day."))
    before = draw_facts(draw)
    draw.published_on = on
    draw.save()
    _record(draw, "draw.published", before, by)
    return draw


@transaction.atomic
def open_cases(draw_id: int, *, by: Scope) -> list[Case]:
    """Return the inspections opened for drawn objects without one; asked twice, it opens none twice."""
    draw, kind = _held(draw_id, by, DrawState.DRAWN)
    if not kind.raises:
        raise EngineStateError(_("This kind of draw opens no matters."))
    waiting = draw.objects_drawn.filter(case=None).select_related("subject")
    names = names_of_users(one.inspectors for one in waiting)
    return [_open_case(one, draw, kind, names, by) for one in waiting]


def _open_case(one: DrawnObject, draw: Draw, kind: DrawKind, names: Mapping[int, str], by: Scope) -> Case:
    inspectors = "、".join(names.get(pk, str(pk)) for pk in one.inspectors)
    words = {"number": draw.number, "place": one.place, "names": inspectors}
    draft = Draft(
        kind=full_code(kind, kind.raises[0]),
        title=f"{kind.name} {draw.period} {draw.number}-{one.place}",
        description=_("Draw %(number)s, place %(place)s. Inspectors: %(names)s.") % words,
        area=one.subject.area_id,
        subject=one.subject_id,
    )
    case = open_case(draft, by=by)
    DrawnObject.objects.filter(pk=one.pk).update(case=case)
    return case


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────


def visible_draws(kind: DrawKind, scope: Scope) -> QuerySet[Draw]:
    """Return the draws of the areas of one's posts and below, the newest first."""
    rule = Q(pk__in=[])
    for post in scope.posts:
        rule |= Q(area__path__startswith=post.area_path)
    return (
        Draw.objects.filter(rule, kind=kind.full_code)
        .select_related("area", "repeats", "by")
        .order_by("-number")
    )


def find_draw(draw_id: int, scope: Scope) -> tuple[Draw, DrawKind]:
    """Return a draw this person may see, and its kind."""
    draw = Draw.objects.select_related("area", "repeats", "by").filter(pk=draw_id).first()
    if draw is None or not any(draw.area.path.startswith(post.area_path) for post in scope.posts):
        raise EngineNotFoundError(draw_id)
    return draw, find_kind(draw.kind, DrawKind)


def work_out_again(draw: Draw) -> bool:
    """Tell whether the stored list, seed and day give what is stored as drawn."""
    frozen = Frozen.from_json(draw.frozen)
    if digest_of(frozen) != draw.digest or draw.drawn_on is None:
        return False
    stored = [
        Drawn(one.subject_id, one.group, tuple(one.inspectors))
        for one in draw.objects_drawn.order_by("place")
    ]
    return stored == work_out(frozen, seed=draw.seed, on=draw.drawn_on)


def names_of_users(ids: Iterable[Sequence[int]]) -> dict[int, str]:
    """Return the names of users that appear in lists of ids."""
    wanted = {pk for some in ids for pk in some}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))


def inspectors_for(kind: DrawKind, area: Area) -> list[int]:
    """Return the users who hold the kind's role over the whole of *area* today."""
    posts = Post.objects.filter(role=kind.role, user__is_active=True)
    held = posts.filter(Q(ended_on=None) | Q(ended_on__gt=timezone.localdate())).values_list(
        "user_id", "area__path"
    )
    return sorted({user for user, path in held if area.path.startswith(path)})


def frozen_list(kind: DrawKind, draft: DrawDraft, by: Scope) -> Frozen:
    """Return the list a draw would be made from now; refuse one in which an object lacks inspectors."""
    subjects = subject_kind(kind, kind.of)
    found = visible_dossiers(by).filter(
        kind=subjects.full_code, state=State.ACTIVE, area__path__startswith=draft.area.path
    )
    records = records_of(found)
    fulfils = condition_on(subjects, kind.among)
    objects = tuple((pk, str(said.get(kind.by) or "")) for pk, said in records.items() if fulfils(said))
    if not objects:
        raise EngineInvalidError({"area": _("Nothing there can be drawn.")})
    frozen = Frozen(
        objects=objects,
        inspectors=tuple(inspectors_for(kind, draft.area)),
        conflicts=draft.conflicts,
        shares={group: _share(kind, group) for group in {group for _pk, group in objects}},
        each=kind.inspectors,
    )
    _refuse_lonely(frozen)
    return frozen


def _share(kind: DrawKind, group: str) -> str:
    share = kind.share_by.get(group, kind.share)
    if share is None:
        return "0" if kind.share_by else "1"
    return str(share)


def _refuse_lonely(frozen: Frozen) -> None:
    """Refuse a list in which an object could be drawn that not enough inspectors may go to."""
    lonely = [number for number, _group in frozen.objects if len(frozen.eligible(number)) < frozen.each]
    if lonely:
        titles = Dossier.objects.filter(pk__in=lonely[:5]).values_list("title", flat=True)
        words = {"each": frozen.each, "count": len(lonely), "names": "、".join(titles)}
        sentence = _("%(count)s objects have fewer than %(each)s inspectors without a conflict: %(names)s.")
        raise EngineInvalidError({"conflicts": sentence % words})


# ── what the acts share ───────────────────────────────────────────────────────────────────────────────


def _require(kind: DrawKind, area: Area, by: Scope) -> None:
    require("close", by, area_path=area.path, sensitive=subject_kind(kind, kind.of).sensitive)


def _check_draft(draft: DrawDraft) -> Period:
    problems: dict[str, str] = {}
    if not draft.seed_source.strip():
        problems["seed_source"] = _("Name beforehand where the seed will come from.")
    if draft.repeats and not draft.reason.strip():
        problems["reason"] = _("Say why it is drawn again.")
    try:
        period = parse_period(draft.period)
    except PeriodError as problem:
        raise EngineInvalidError({**problems, "period": str(problem)}) from None
    if problems:
        raise EngineInvalidError(problems)
    return period


def _next_number(kind: DrawKind) -> int:
    """Return the next number of a kind; its row stays locked until the draw is stored."""
    DrawSerial.objects.get_or_create(kind=kind.full_code)
    serial = DrawSerial.objects.select_for_update().get(kind=kind.full_code)
    serial.last += 1
    serial.save(update_fields=["last"])
    return serial.last


def _repeated(kind: DrawKind, draft: DrawDraft, period: Period) -> Draw | None:
    """Return the draw this one repeats; refuse an unsaid second draw for the same time and ground."""
    same_time = Draw.objects.filter(kind=kind.full_code, first__lte=period.last_day, last__gte=period.start)
    before = [
        draw for draw in same_time.select_related("area").order_by("number") if _meet(draw.area, draft.area)
    ]
    if draft.repeats:
        named = next((draw for draw in before if draw.pk == draft.repeats), None)
        if named is None:
            raise EngineInvalidError({"repeats": _("That draw was for another time or ground.")})
        return named
    if before:
        words = {"number": before[-1].number, "period": before[-1].period}
        sentence = _("Draw %(number)s was made for %(period)s already; a second one repeats it and says why.")
        raise EngineInvalidError({"period": sentence % words})
    return None


def _meet(one: Area, other: Area) -> bool:
    return one.path.startswith(other.path) or other.path.startswith(one.path)


def _held(draw_id: int, by: Scope, state: DrawState) -> tuple[Draw, DrawKind]:
    """Return the draw locked for an act, if it stands where the act starts."""
    draw, kind = find_draw(draw_id, by)
    _require(kind, draw.area, by)
    held = Draw.objects.select_for_update(of=("self",)).select_related("area").get(pk=draw.pk)
    if held.state != state:
        words = {"number": held.number, "state": DrawState(held.state).label}
        raise EngineStateError(_("Draw %(number)s stands at: %(state)s.") % words)
    return held, kind


def _record(draw: Draw, action: str, before: Mapping[str, Any] | None, by: Scope) -> None:
    after = draw_facts(draw)
    record(by.actor, action, draw, area_id=draw.area_id, before=before, after=after, note=draw.reason)
