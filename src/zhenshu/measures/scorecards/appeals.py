"""Objections of units to their published scores, and the answers of others."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.scorecards.content import standing_of
from zhenshu.measures.scorecards.errors import ScorecardInvalidError, ScorecardStateError
from zhenshu.measures.scorecards.marking import cents
from zhenshu.measures.scorecards.models import Appeal, AppealState, Scorecard, State
from zhenshu.measures.scorecards.rights import belongs_to, may_answer, require

NAME, WORDS = 80, 500
KEPT = ("scorecard_id", "unit_id", "unit_name", "item", "before", "reason", "state", "points", "answer")


def appeal_facts(appeal: Appeal) -> dict[str, Any]:
    """Return what the ledger keeps of an objection."""
    return {name: getattr(appeal, name) for name in KEPT}


def may_object(scorecard: Scorecard, unit_id: int, scope: Scope, at: datetime | None = None) -> bool:
    """Tell whether *scope* may object for a unit now: it works there and the days set are not over."""
    open_still = scorecard.state == State.PUBLISHED and scorecard.appeal_until is not None
    today = timezone.localdate(at)
    return (
        open_still
        and scorecard.appeal_until is not None
        and today <= scorecard.appeal_until
        and belongs_to(scope, str(scorecard.content["of"]), unit_id)
    )


@transaction.atomic
def object_to(
    scorecard: Scorecard, unit_id: int, item: str, *, reason: str, by: Scope, at: datetime | None = None
) -> Appeal:
    """Return the objection of a unit to the score of one item, to be answered by somebody else."""
    held = _hold(scorecard)
    moment = at or timezone.now()
    require(belongs_to(by, str(held.content.get("of", "")), unit_id))
    if held.appeal_until is not None and timezone.localdate(moment) > held.appeal_until:
        words = {"day": held.appeal_until.isoformat()}
        raise ScorecardStateError(_("Objections were open until %(day)s.") % words)
    if not reason.strip():
        raise ScorecardInvalidError(_("Say what is wrong with the score and what proves it."))
    mine = standing_of(held).unit(unit_id)
    if mine is None or item not in mine.scores:
        raise ScorecardInvalidError(_("There is no such score on this card."))
    appeal = Appeal(
        scorecard=held, unit_id=unit_id, unit_name=mine.unit.name, item=item,
        before=mine.scores[item].points, reason=reason.strip()[:WORDS], raised_by_id=by.user_id,
        raised_by=by.name[:NAME], raised_at=moment,
    )  # fmt: skip
    try:
        with transaction.atomic():
            appeal.save(force_insert=True)
    except IntegrityError as error:
        raise ScorecardStateError(_("This unit has objected to this item already.")) from error
    _tell(appeal, held, "scorecard.objected", None, by, moment, note=reason)
    return appeal


def _hold(scorecard: Scorecard) -> Scorecard:
    rows = Scorecard.objects.select_for_update(of=("self",)).select_related("area")
    held = rows.get(pk=scorecard.pk)
    if held.state != State.PUBLISHED:
        words = {"state": State(held.state).label}
        raise ScorecardStateError(_("This can't be done any more: the scorecard is %(state)s.") % words)
    return held


@transaction.atomic
def uphold(appeal: Appeal, points: Decimal, *, answer: str, by: Scope, at: datetime | None = None) -> Appeal:
    """Return the objection upheld: the points are corrected, the published ones stay beside them."""
    held, scorecard = _hold_open(appeal, by, answer)
    item = next(one for one in scorecard.content["items"] if one["code"] == held.item)
    if not points.is_finite() or not 0 <= points <= Decimal(str(item["full"])):
        words = {"item": item["name"], "full": item["full"]}
        raise ScorecardInvalidError(_("%(item)s takes points from 0 to %(full)s.") % words)
    before = appeal_facts(held)
    held.points = cents(points)
    return _answer(held, scorecard, before, AppealState.UPHELD, answer, by, at)


@transaction.atomic
def refuse(appeal: Appeal, *, answer: str, by: Scope, at: datetime | None = None) -> Appeal:
    """Return the objection answered without a correction."""
    held, scorecard = _hold_open(appeal, by, answer)
    return _answer(held, scorecard, appeal_facts(held), AppealState.REFUSED, answer, by, at)


def _hold_open(appeal: Appeal, by: Scope, answer: str) -> tuple[Appeal, Scorecard]:
    scorecard = _hold(appeal.scorecard)
    held = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
    held.scorecard = scorecard
    require(may_answer(by, held))
    if held.state != AppealState.OPEN:
        raise ScorecardStateError(_("This objection is answered already."))
    if not answer.strip():
        raise ScorecardInvalidError(_("An answer says why."))
    return held, scorecard


def _answer(
    appeal: Appeal, scorecard: Scorecard, before: dict[str, Any], state: AppealState, answer: str, by: Scope,
    at: datetime | None,
) -> Appeal:  # fmt: skip
    appeal.state, appeal.answer = state, answer.strip()[:WORDS]
    appeal.answered_by, appeal.answered_at = by.name[:NAME], at or timezone.now()
    appeal.save()
    _tell(appeal, scorecard, "scorecard.answered", before, by, appeal.answered_at, note=answer)
    return appeal


def _tell(
    appeal: Appeal, scorecard: Scorecard, action: str, before: dict[str, Any] | None, by: Scope, at: datetime,
    *, note: str = "",
) -> None:  # fmt: skip
    after = appeal_facts(appeal)
    record(by.actor, action, appeal, area_id=scorecard.area_id, before=before, after=after, note=note, at=at)
