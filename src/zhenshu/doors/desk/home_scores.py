"""What the assessment says on a home page: one's own office's fresh score, and objections to be answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.indicator_pages import number_words
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.scorecards.content import standing_of
from zhenshu.measures.scorecards.models import Appeal, AppealState, Scorecard, State
from zhenshu.measures.scorecards.rights import may_answer, visible_scorecards

MOST = 2  # tiles on a home page


def waiting_facts(scope: Scope) -> Iterator[dict[str, Any]]:
    """Yield what the tile of open objections says; nothing while this person has none to answer."""
    visible = visible_scorecards(scope).filter(state=State.PUBLISHED).values("pk")
    rows = Appeal.objects.filter(state=AppealState.OPEN, scorecard_id__in=visible)
    mine = [one for one in rows.select_related("scorecard__area") if may_answer(scope, one)]
    if mine:
        yield {
            "title": _("Objections to scores"),
            "value": len(mine),
            "url": reverse("desk:score_appeals", args=[mine[0].scorecard_id]),
            "icon": "gavel",
            "state": "near",
            "note": _("%(count)d to be answered") % {"count": len(mine)},
        }


def own_facts(scope: Scope) -> Iterator[dict[str, Any]]:
    """Yield the scores of one's own offices to which an objection is still open, the newest first."""
    fresh = visible_scorecards(scope).filter(state=State.PUBLISHED, appeal_until__gte=timezone.localdate())
    told = (facts for one in fresh.order_by("-published_at") for facts in _own(one, scope))
    for _place, facts in zip(range(MOST), told, strict=False):
        yield facts


def _own(scorecard: Scorecard, scope: Scope) -> Iterator[dict[str, Any]]:
    if scorecard.content.get("of") != "office":
        return
    result = standing_of(scorecard)
    for office_id in sorted(scope.office_ids):
        mine = result.unit(office_id)
        if mine is not None and mine.score is not None:
            path = reverse("desk:score_unit", args=[scorecard.kind, office_id])
            until = _("objections until %(day)s") % {"day": f"{scorecard.appeal_until:%m-%d}"}
            yield {
                "title": str(scorecard.content["name"]),
                "value": number_words(mine.score),
                "url": f"{path}?period={scorecard.period}",
                "icon": "scale",
                "note": until,
            }
