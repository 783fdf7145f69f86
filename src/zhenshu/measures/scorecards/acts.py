"""What is done with a scorecard: begin, enter marks, publish, withdraw, close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.schema import ScorecardKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.periods import Period, PeriodError, parse_period
from zhenshu.measures.scorecards.compute import compute_now
from zhenshu.measures.scorecards.content import freeze
from zhenshu.measures.scorecards.errors import (
    ScorecardChangedError,
    ScorecardInvalidError,
    ScorecardStateError,
)
from zhenshu.measures.scorecards.marking import cents
from zhenshu.measures.scorecards.models import AppealState, Mark, Scorecard, State
from zhenshu.measures.scorecards.rights import may_keep, may_mark, require
from zhenshu.measures.scorecards.sealing import close_with_seal
from zhenshu.measures.scorecards.units import card_kind, is_period_of, units_of

KEPT = (
    "kind", "area_id", "period", "edition", "state", "published_by", "published_at", "appeal_until",
    "closed_by", "closed_at", "withdrawn_by", "withdrawn_reason", "seal",
)  # fmt: skip
NAME, REASON = 80, 300


def scorecard_facts(scorecard: Scorecard) -> dict[str, Any]:
    """Return what the ledger keeps of an edition; its scores stand under the seal."""
    return {name: getattr(scorecard, name) for name in KEPT}


@transaction.atomic
def begin(code: str, area: Area, period: str | Period, *, by: Scope, at: datetime | None = None) -> Scorecard:
    """Return the new draft of a period, into which marks are entered by hand."""
    card = card_kind(code)
    require(may_keep(by, card, area))
    told = _period(card, period)
    moment = at or timezone.now()
    if told.start > timezone.localdate(moment):
        raise ScorecardInvalidError(
            _("%(period)s has not begun; there is nothing to score.") % {"period": told.name_zh}
        )
    before = Scorecard.objects.filter(kind=code, area=area, period=told.key)
    edition = (before.aggregate(most=Max("edition"))["most"] or 0) + 1
    draft = Scorecard(
        kind=code, area=area, period=told.key, first_day=told.start, end_day=told.end, edition=edition,
        started_by=by.name[:NAME], started_at=moment,
    )  # fmt: skip
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        words = {"card": card.name, "period": told.name_zh}
        raise ScorecardStateError(_("%(card)s of %(period)s is there already.") % words) from error
    record(
        by.actor,
        "scorecard.started",
        draft,
        area_id=area.pk,
        before=None,
        after=scorecard_facts(draft),
        at=moment,
    )
    return draft


def _period(card: ScorecardKind, period: str | Period) -> Period:
    try:
        told = parse_period(period) if isinstance(period, str) else period
    except PeriodError as error:
        raise ScorecardInvalidError(str(error)) from error
    if not is_period_of(card, told):
        raise ScorecardInvalidError(
            _("%(card)s is not made for %(period)s.") % {"card": card.name, "period": told.name_zh}
        )
    return told


@transaction.atomic
def enter_mark(
    scorecard: Scorecard, unit_id: int, item: str, points: Decimal, *, reason: str, signer: str, by: Scope,
    at: datetime | None = None,
) -> Mark:  # fmt: skip
    """Return the mark of one item of one unit entered by hand; one entered before stays behind it."""
    held = _hold(scorecard, (State.DRAFT,))
    card = card_kind(held.kind)
    _check_mark(card, held, unit_id, item, points, reason, signer)
    require(may_mark(by, card, item, held.area))
    moment = at or timezone.now()
    before = held.marks.filter(unit_id=unit_id, item=item, replaced_by=None).first()
    mark = Mark(
        scorecard=held, unit_id=unit_id, item=item, points=cents(points), reason=reason.strip()[:REASON],
        signer=signer.strip()[:NAME], entered_by=by.name[:NAME], entered_at=moment,
    )  # fmt: skip
    if before is not None:
        # The row steps aside first: of one item only one mark stands.
        before.replaced_by = before
        before.save(update_fields=["replaced_by"])
    mark.save(force_insert=True)
    if before is not None:
        before.replaced_by = mark
        before.save(update_fields=["replaced_by"])
    after = {"unit_id": unit_id, "item": item, "points": mark.points, "signer": mark.signer}
    was = (
        {"unit_id": unit_id, "item": item, "points": before.points, "signer": before.signer} if before else {}
    )
    record(
        by.actor,
        "scorecard.marked",
        held,
        area_id=held.area_id,
        before=was,
        after=after,
        note=reason,
        at=moment,
    )
    _save(held)
    return mark


def _check_mark(
    card: ScorecardKind,
    scorecard: Scorecard,
    unit_id: int,
    code: str,
    points: Decimal,
    reason: str,
    signer: str,
) -> None:
    item = card.items.get(code)
    if item is None or item.way != "given":
        raise ScorecardInvalidError(_("This item is worked out from records; nothing is entered by hand."))
    day = min(parse_period(scorecard.period).last_day, timezone.localdate())
    if unit_id not in {unit.id for unit in units_of(card, scorecard.area, day)}:
        raise ScorecardInvalidError(_("This unit is not assessed here."))
    if not points.is_finite() or not 0 <= points <= Decimal(str(item.full)):
        words = {"item": item.name, "full": f"{item.full:g}"}
        raise ScorecardInvalidError(_("%(item)s takes points from 0 to %(full)s.") % words)
    if not reason.strip() or not signer.strip():
        raise ScorecardInvalidError(_("Say why, and who answers for these points."))


@transaction.atomic
def publish(scorecard: Scorecard, *, version: int, by: Scope, at: datetime | None = None) -> Scorecard:
    """Return the edition published: its scores frozen under a seal, open to objections for the days set."""
    held = _hold(scorecard, (State.DRAFT,), version)
    card = card_kind(held.kind)
    require(may_keep(by, card, held.area))
    before, moment = scorecard_facts(held), at or timezone.now()
    day = timezone.localdate(moment)
    if held.end_day > day:
        raise ScorecardInvalidError(_("The period is not over; until then there is the estimate."))
    result = compute_now(held)
    if result.waiting:
        raise ScorecardStateError(_("Figures are being counted anew; publish in a few minutes."))
    if not result.scored:
        raise ScorecardInvalidError(_("No unit has a score in this period; there is nothing to publish."))
    held.content = freeze(result, card)
    held.state, held.published_by, held.published_at = State.PUBLISHED, by.name[:NAME], moment
    held.appeal_until = last_day_of_appeal(day, card.appeal_days)
    close_with_seal(held)
    _save(held)
    held.entry = _tell(held, "scorecard.published", before, by, moment)
    held.save(update_fields=["entry"])
    return held


def last_day_of_appeal(published: Any, working_days: int) -> Any:
    """Return the last day on which a unit may object: so many working days after the day of publication."""
    calendar = WorkCalendar.load(settings.INSTALLATION.data)
    return calendar.add_working_days(published, working_days) if working_days else published


@transaction.atomic
def withdraw(
    scorecard: Scorecard, *, reason: str, version: int, by: Scope, at: datetime | None = None
) -> Scorecard:
    """Return the edition taken back for a reason; it stays readable and the period may be begun anew."""
    held = _hold(scorecard, (State.DRAFT, State.PUBLISHED), version)
    require(may_keep(by, card_kind(held.kind), held.area))
    if not reason.strip():
        raise ScorecardInvalidError(_("Say why the scorecard is withdrawn."))
    before = scorecard_facts(held)
    held.state, held.withdrawn_by = State.WITHDRAWN, by.name[:NAME]
    held.withdrawn_at, held.withdrawn_reason = at or timezone.now(), reason.strip()[:REASON]
    _save(held)
    _tell(held, "scorecard.withdrawn", before, by, held.withdrawn_at, note=reason)
    return held


@transaction.atomic
def close(scorecard: Scorecard, *, version: int, by: Scope, at: datetime | None = None) -> Scorecard:
    """Return the edition made final: the days for objections are over and all of them are answered."""
    held = _hold(scorecard, (State.PUBLISHED,), version)
    require(may_keep(by, card_kind(held.kind), held.area))
    before, moment = scorecard_facts(held), at or timezone.now()
    until = held.appeal_until
    if until is not None and timezone.localdate(moment) <= until:
        words = {"day": until.isoformat()}
        raise ScorecardStateError(_("Units may object until %(day)s; it becomes final after that.") % words)
    if held.appeals.filter(state=AppealState.OPEN).exists():
        raise ScorecardStateError(_("There are objections to be answered first."))
    held.state, held.closed_by, held.closed_at = State.CLOSED, by.name[:NAME], moment
    _save(held)
    _tell(held, "scorecard.closed", before, by, moment)
    return held


# ── around every act ──────────────────────────────────────────────────────────────────────────────────


def _hold(scorecard: Scorecard, states: Sequence[State], version: int | None = None) -> Scorecard:
    """Return the edition locked for an act; refused in another state, or changed by somebody meanwhile."""
    rows = Scorecard.objects.select_for_update(of=("self",)).select_related("area")
    held = rows.get(pk=scorecard.pk)
    if held.state not in states:
        words = {"state": State(held.state).label}
        raise ScorecardStateError(_("This can't be done any more: the scorecard is %(state)s.") % words)
    if version is not None and held.version != version:
        raise ScorecardChangedError
    return held


def _save(scorecard: Scorecard) -> None:
    scorecard.version += 1
    scorecard.save()


def _tell(
    scorecard: Scorecard, action: str, before: dict[str, Any], by: Scope, at: datetime, *, note: str = ""
) -> int:
    entry = record(
        by.actor, action, scorecard, area_id=scorecard.area_id, before=before,
        after=scorecard_facts(scorecard), note=note, at=at,
    )  # fmt: skip
    return entry.seq
