"""The scorecards of the demo township: the last periods published, some objected to, the older ones final."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import ScorecardKind
from zhenshu.ground.people.models import Post, Role, User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.periods import Kind, Period, parse_period, period_of, previous
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.models import Target
from zhenshu.measures.indicators.reported import report_value
from zhenshu.measures.indicators.targets import set_target
from zhenshu.measures.scorecards import acts, appeals
from zhenshu.measures.scorecards.compute import compute
from zhenshu.measures.scorecards.content import standing_of
from zhenshu.measures.scorecards.models import Scorecard
from zhenshu.measures.scorecards.rights import belongs_to
from zhenshu.measures.scorecards.standing import Result
from zhenshu.measures.scorecards.units import card_kinds, period_before, year_to

PERIODS = {"month": 3, "quarter": 2, "half_year": 1, "year": 1}
DAYS_TO_PUBLISH = 3  # working days after the end of a period
SEED = 20230331
GROWTH = Decimal("1.05")  # what the district asks of the town over last year
BEHIND = Decimal("0.97")
REASON = "该件因雨天停工致超期，有监理记录佐证"
ANSWER = "经核实，情况属实，按申诉更正"


def publish_scores(town: Area, by: Scope, now: datetime) -> list[Scorecard]:
    """Return the scorecards published: of the last periods that are over, those whose units differ."""
    rng = random.Random(SEED)
    _give_targets(town, by=by, now=now)
    keeper = _scope_of_role(Role.SECRETARY, now) or by
    done: list[Scorecard] = []
    for code, card in card_kinds().items():
        for period in reversed(_periods(card, now)):
            result = compute(card, town, period)
            if _tells_units_apart(card, result):
                done.append(_live(code, card, town, period, result, keeper=keeper, now=now, rng=rng))
        _make_final(done, code, keeper, now)
    return done


def _make_final(done: list[Scorecard], code: str, keeper: Scope, now: datetime) -> None:
    """Make the editions of a card final but the last one, on the morning after the days for objections."""
    for edition in [one for one in done if one.kind == code][:-1]:
        until = edition.appeal_until
        if until is not None and until < timezone.localdate(now):
            at = timezone.make_aware(datetime.combine(until + timedelta(days=1), time(10, 0)))
            acts.close(edition, version=edition.version, by=keeper, at=at)


def _periods(card: ScorecardKind, now: datetime) -> list[Period]:
    found = [period_before(card, timezone.localdate(now))]
    while len(found) < PERIODS[card.every]:
        found.append(previous(found[-1]))
    return found


def _tells_units_apart(card: ScorecardKind, result: Result) -> bool:
    """Tell whether a card is worth a look: its units have different scores."""
    return len({one.score for one in result.scored}) > (0 if card.of == "town" else 1)


def _scope_of_role(role: Role, now: datetime) -> Scope | None:
    user = User.objects.filter(posts__role=role, posts__ended_on=None).order_by("pk").first()
    return scope_of(user, on=timezone.localdate(now)) if user else None


@transaction.atomic
def _live(
    code: str, card: ScorecardKind, town: Area, period: Period, result: Result, *, keeper: Scope,
    now: datetime, rng: random.Random,
) -> Scorecard:  # fmt: skip
    """Return the card of a period as it went: marks, publication, an objection heard."""
    calendar = WorkCalendar.load(settings.INSTALLATION.data)
    day = calendar.add_working_days(period.last_day, DAYS_TO_PUBLISH)
    at = min(timezone.make_aware(datetime.combine(day, time(9, 30))), now)
    draft = acts.begin(code, town, period, by=keeper, at=at - timedelta(hours=1))
    for item in card.items.values():
        if item.way == "given":
            for one in result.scored:
                points = (Decimal(str(item.full)) * rng.randint(80, 100) / 100).quantize(Decimal("0.5"))
                acts.enter_mark(
                    draft, one.unit.id, item.code, min(points, Decimal(str(item.full))), reason="现场评定",
                    signer=keeper.name, by=keeper, at=at - timedelta(minutes=30),
                )  # fmt: skip
    draft.refresh_from_db()
    edition = acts.publish(draft, version=draft.version, by=keeper, at=at)
    _object(edition, card, at, keeper)
    return edition


def _object(edition: Scorecard, card: ScorecardKind, at: datetime, keeper: Scope) -> None:
    """The last office of a card objects to the item that cost it most, and is heard."""
    ranked = [
        one
        for one in standing_of(edition).units
        if one.place and one.total < one.attainable and not belongs_to(keeper, card.of, one.unit.id)
    ]  # nobody hears the objection of the own office
    if card.of != "office" or not ranked:
        return
    last = ranked[-1]
    posts = Post.objects.filter(office_id=last.unit.id, role=Role.OFFICER, ended_on=None).select_related(
        "user"
    )
    post = posts.first()
    if post is None:
        return
    officer = scope_of(post.user, on=timezone.localdate(at))
    lost = max(
        (item for item in edition_items(edition) if last.scores[item[0]].points is not None),
        key=lambda item: item[1] - (last.scores[item[0]].points or Decimal(0)),
    )
    raised = appeals.object_to(
        edition, last.unit.id, lost[0], reason=REASON, by=officer, at=at + timedelta(hours=4)
    )
    points = ((last.scores[lost[0]].points or Decimal(0)) + lost[1]) / 2
    appeals.uphold(raised, points, answer=ANSWER, by=keeper, at=at + timedelta(hours=7))


def edition_items(edition: Scorecard) -> list[tuple[str, Decimal]]:
    """Return code and full mark of each item of a published edition."""
    return [(one["code"], Decimal(one["full"])) for one in edition.content["items"]]


def _give_targets(town: Area, *, by: Scope, now: datetime) -> None:
    """Set what the district asks for this year where a card of the town needs it and nothing is set."""
    year = timezone.localdate(now).year
    items = [item for card in card_kinds().values() if card.of == "town" for item in card.items.values()]
    for code in {str(item.indicator) for item in items if item.way == "target"}:
        if Target.objects.filter(indicator=code, area=town, year=year, ended=False).exists():
            continue
        last = evaluate(code, town, parse_period(str(year - 1))).value
        if last:
            unit = catalogue().plan(code).kind.unit
            value = (last * GROWTH).quantize(Decimal("0.01"))
            set_target(code, town, year, value, unit=unit, by=by, quote="上级下达（演示）")
            _report_so_far(code, town, value, by=by, now=now)


def _report_so_far(code: str, town: Area, target: Decimal, *, by: Scope, now: datetime) -> None:
    """Enter what was reached up to the last quarter, a little behind the time elapsed."""
    span = year_to(previous(period_of(timezone.localdate(now), Kind.QUARTER)))
    if span.start.year == now.year and evaluate(code, town, span).value is None:
        value = (target * span.days / 365 * BEHIND).quantize(Decimal("0.01"))
        report_value(code, town, span, value, signer="钱会计", by=by, source="演示数据")
