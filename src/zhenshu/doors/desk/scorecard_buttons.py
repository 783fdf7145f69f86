"""What may be done with a card or a score, as buttons beside the title."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.scorecard_view import Shown
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.scorecards.appeals import may_object
from zhenshu.measures.scorecards.models import Appeal, AppealState, State
from zhenshu.measures.scorecards.rights import may_answer, may_keep, may_mark
from zhenshu.measures.scorecards.standing import Item, UnitScores


def board_buttons(shown: Shown, scope: Scope) -> list[Link]:
    """Return what this person may do with a card in its present state."""
    found = [Link(title=_("Print"), url=shown.url("print_scorecard"), icon="printer")]
    if not may_keep(scope, shown.card, shown.area):
        return found
    edition, today = shown.edition, timezone.localdate()
    if edition is None:
        if shown.period.start <= today:
            found.append(
                Link(title=_("Begin the scorecard"), url=shown.url("begin_scorecard"), icon="plus", post=True)
            )
        return found
    if edition.state == State.DRAFT and shown.period.end <= today:
        url = reverse("desk:publish_scorecard", args=[edition.pk])
        found.append(Link(title=_("Publish"), url=url, icon="send", active=True))
    if edition.state == State.PUBLISHED:
        url = reverse("desk:close_scorecard", args=[edition.pk])
        found.append(Link(title=_("Make final"), url=url, icon="archive"))
    if edition.state in (State.DRAFT, State.PUBLISHED):
        url = reverse("desk:withdraw_scorecard", args=[edition.pk])
        found.append(Link(title=_("Withdraw"), url=url, icon="arrow-back-up"))
    return found


def score_buttons(
    shown: Shown, mine: UnitScores, item: Item, appeal: Appeal | None, scope: Scope
) -> list[Link]:
    """Return what this person may do with one score: enter it, object to it, answer the objection."""
    edition = shown.edition
    if edition is None:
        return []
    found = []
    drafted = edition.state == State.DRAFT and item.way == "given" and item.code in shown.card.items
    if drafted and may_mark(scope, shown.card, item.code, shown.area):
        url = reverse("desk:mark_score", args=[edition.pk, mine.unit.id, item.code])
        found.append(Link(title=_("Enter points"), url=url, icon="pencil", active=True))
    if appeal is None and may_object(edition, mine.unit.id, scope):
        url = reverse("desk:object_to_score", args=[edition.pk, mine.unit.id, item.code])
        found.append(Link(title=_("Raise an objection"), url=url, icon="gavel", active=True))
    if appeal is not None and appeal.state == AppealState.OPEN and may_answer(scope, appeal):
        url = reverse("desk:answer_appeal", args=[appeal.pk])
        found.append(Link(title=_("Answer the objection"), url=url, icon="gavel", active=True))
    return found
