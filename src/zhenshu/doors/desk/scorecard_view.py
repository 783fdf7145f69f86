"""What the pages of scorecards share: which card, whose units, which period, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.indicator_pages import number_words
from zhenshu.doors.desk.scorecard_words import ESTIMATE, TONES
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import UnknownKindError
from zhenshu.ground.packs.schema import ScorecardKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Period, PeriodError, parse_period, previous
from zhenshu.measures.indicators.evaluate import rounded
from zhenshu.measures.scorecards.compute import compute, compute_now
from zhenshu.measures.scorecards.content import standing_of
from zhenshu.measures.scorecards.marking import Number
from zhenshu.measures.scorecards.models import Scorecard, State
from zhenshu.measures.scorecards.rights import may_estimate, visible_scorecards
from zhenshu.measures.scorecards.standing import Item, Result, Score, UnitScores
from zhenshu.measures.scorecards.units import card_kind, is_period_of, period_before, period_now

PERIODS_OFFERED = 13


@dataclass(frozen=True)
class Shown:
    """A card of an area in a period as a page shows it.

    *edition* is what is kept of the period, None while there is only the estimate; of a draft and of the
    estimate the scores are those of this moment.
    """

    code: str
    card: ScorecardKind
    area: Area
    period: Period
    edition: Scorecard | None
    result: Result

    @property
    def state(self) -> str:
        return self.edition.state if self.edition else "estimate"

    @property
    def frozen(self) -> bool:
        return self.state in (State.PUBLISHED, State.CLOSED)

    @property
    def state_words(self) -> str:
        return self.edition.get_state_display() if self.edition else str(ESTIMATE)

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def title(self) -> str:
        return f"{self.name} · {self.period.name_zh}"

    @property
    def name(self) -> str:
        """The name as published; the pack's where nothing is frozen."""
        return str(self.edition.content["name"]) if self.edition and self.frozen else self.card.name

    def url(self, page: str = "scorecard", *args: object) -> str:
        path = reverse(f"desk:{page}", args=[self.code, *args])
        return f"{path}?period={self.period.key}"


def home_town(scope: Scope) -> Area:
    """Return the township whose units a person assesses or belongs to."""
    first = min(scope.posts, key=lambda post: post.area_level)
    area = Area.objects.get(pk=first.area_id)
    if area.level == Level.TOWN:
        return area
    if area.level > Level.TOWN and area.town_id:
        return Area.objects.get(pk=area.town_id)
    return (
        Area.objects.open().filter(level=Level.TOWN, path__startswith=area.path).order_by("id").first()
        or area
    )


def find_card(code: str) -> ScorecardKind:
    try:
        return card_kind(code)
    except UnknownKindError as error:
        raise Http404(str(error)) from error


def asked_period(request: DeskRequest, card: ScorecardKind) -> Period:
    """Return the period the address names; without one, the last that is over."""
    try:
        told = parse_period(request.GET.get("period", ""))
    except PeriodError:
        return period_before(card, timezone.localdate())
    return told if is_period_of(card, told) else period_before(card, timezone.localdate())


def shown_of(request: DeskRequest, code: str) -> Shown:
    """Return the card the address names, as this person may see it."""
    card, area = find_card(code), home_town(request.scope)
    period = asked_period(request, card)
    rows = visible_scorecards(request.scope).filter(kind=code, area=area, period=period.key)
    edition = rows.exclude(state=State.WITHDRAWN).first()
    if edition is None and not may_estimate(request.scope, area):
        raise PermissionDenied
    return Shown(code, card, area, period, edition, _result(card, area, period, edition))


def _result(card: ScorecardKind, area: Area, period: Period, edition: Scorecard | None) -> Result:
    if edition is None:
        return compute(card, area, period)
    return compute_now(edition) if edition.state == State.DRAFT else standing_of(edition)


def periods_offered(card: ScorecardKind) -> list[Period]:
    """Return the running period and those before it, newest first."""
    found = [period_now(card, timezone.localdate())]
    while len(found) < PERIODS_OFFERED:
        found.append(previous(found[-1]))
    return found


def trail(shown: Shown, *more: Link) -> list[Link]:
    """Return the way to a page of a card."""
    board = Link(title=shown.title, url=shown.url() if more else "")
    return [Link(title=_("Assessment"), url=reverse("desk:scorecards")), board, *more]


def points_words(number: Number) -> str:
    """Return points as they are read; a dash where an item is left out."""
    return "–" if number is None else number_words(number)


def value_words(score: Score, item: Item) -> str:
    """Return the value behind a score with its unit."""
    if score.value is None:
        return "–"
    return f"{number_words(rounded(score.value, 2))}{item.unit}"


def folded_words(one: UnitScores, full: Decimal) -> str:
    """Return how a score came about where items were left out: 54.00/60 scaled to 100."""
    if one.score is None or one.attainable == full:
        return ""
    words = {"total": number_words(one.total), "of": number_words(one.attainable), "full": number_words(full)}
    return _("%(total)s of %(of)s, scaled to %(full)s") % words


def parts_words(score: Score) -> str:
    """Return numerator and denominator of a share."""
    if score.numerator is None or score.denominator is None:
        return ""
    return f"{number_words(score.numerator.normalize())} ÷ {number_words(score.denominator.normalize())}"


def plain_context(shown: Shown) -> dict[str, Any]:
    """Return what every page of a card says of it."""
    return {"shown": shown, "card": shown.card, "edition": shown.edition, "as_of": shown.result.as_of}
