"""What the engines keep: draws, rosters, stock, points, places on ladders, matches, grades."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhenshu.demo.lines.stock import Stock
from zhenshu.demo.lines.words import words
from zhenshu.ground.packs.base import Packed
from zhenshu.ground.packs.blocks import SupplyItem
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import (
    DrawKind,
    DutyKind,
    LadderKind,
    MatchKind,
    PointsKind,
    ScaleKind,
    SupplyKind,
)
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.dossiers.errors import DossierError
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.engines.draws import DrawDraft, freeze, hold_draw, open_cases, publish
from zhenshu.registers.engines.duties import hand_over, make_roster, people_for
from zhenshu.registers.engines.errors import EngineError
from zhenshu.registers.engines.kinds import full_code
from zhenshu.registers.engines.ladders import enter, leave
from zhenshu.registers.engines.matches import find_matches, open_for, take_up
from zhenshu.registers.engines.models import DutyTurn, Match, MatchState, Standing
from zhenshu.registers.engines.points import Said, award, redeem
from zhenshu.registers.engines.scales import grade, subjects_of
from zhenshu.registers.engines.supplies import Moved, take_in, take_out, transfer

REFUSALS = (EngineError, CaseError, DossierError)
MATCHED, CLIMBERS, AWARDED, GRADED = 4, 5, 8, 8
COUNTED_BY_LAW = "four_up"  # statisticians say who stands there; a ladder only prepares it
BEFORE, AHEAD = 12, 28  # days a roster runs before and after today


def plant_engines(stock: Stock) -> None:
    """Let every engine of every line have worked."""
    for kind in library().kinds.values():
        maker = MAKERS.get(type(kind))
        if maker is None:
            continue
        try:
            maker(stock, kind)
        except REFUSALS as error:
            stock.refused.append(f"{kind.full_code}: {error}")


def _some(stock: Stock, kind: Packed, of: str, count: int) -> list[Dossier]:
    ids = stock.dossiers(full_code(kind, of))[:count]
    found = Dossier.objects.select_related("area").in_bulk(ids)
    return [found[pk] for pk in ids]


# ── draws ─────────────────────────────────────────────────────────────────────────────────────────────


def _draws(stock: Stock, kind: DrawKind) -> None:
    """Draw once a year; the result of each is public, that of this year has become inspections."""
    for year in stock.years:
        day = min(date(year, 3, 12), stock.today - timedelta(days=9))
        draft = DrawDraft(stock.town, f"{year}-Q1", f"{day.isoformat()}公开开奖号码")
        draw = freeze(kind, draft, by=stock.by)
        hold_draw(draw.pk, seed=f"示例种子{year}", by=stock.by, on=day)
        publish(draw.pk, on=day + timedelta(days=5), by=stock.by)
        if year == stock.today.year and kind.raises:
            open_cases(draw.pk, by=stock.by)


# ── rosters ───────────────────────────────────────────────────────────────────────────────────────────


def _duties(stock: Stock, kind: DutyKind) -> None:
    """Make a roster around today; what is over has been handed over."""
    people = [user.pk for user in people_for(kind, stock.town)][:14]
    if len(people) < max(shift.people for shift in kind.shifts.values()):
        people = [user.pk for user in stock.world.made.grid_workers.values()][:14]
    first = 3 * stock.sources.next_number("rosters") % len(people)  # not the same people everywhere
    people = people[first:] + people[:first]
    make_roster(
        kind, stock.town, stock.today - timedelta(days=BEFORE), stock.today + timedelta(days=AHEAD), people,
        by=stock.by,
    )  # fmt: skip
    over = DutyTurn.objects.filter(kind=kind.full_code, day__lt=stock.today).order_by("-day")[:3]
    for turn in over:
        said = stock.values(kind.hand_over, {}, day=turn.day, pack=kind.pack)
        hand_over(turn.pk, said, note="值班期间无异常，重点点位已巡查。", by=stock.by)


# ── stock ─────────────────────────────────────────────────────────────────────────────────────────────


def _supplies(stock: Stock, kind: SupplyKind) -> None:
    """Fill two stores; the second runs low of the first item."""
    stores = _some(stock, kind, kind.of, 2)
    notes = words()["notes"]
    for store in stores:
        for item in kind.items.values():
            moved = Moved(stock.today - timedelta(days=150), notes["in"])
            made = moved.on - timedelta(days=30) if item.shelf else None
            take_in(store, kind, item.code, _amount(item, 3), moved, by=stock.by, made_on=made)
    if len(stores) > 1:
        first = next(iter(kind.items.values()))
        taken = Moved(stock.today - timedelta(days=8), notes["out"])
        take_out(stores[1], kind, first.code, _amount(first, 3) - _amount(first, 0), taken, by=stock.by)
        sent = Moved(stock.today - timedelta(days=3), notes["out"])
        transfer(stores[0], stores[1], kind, first.code, Decimal(1), sent, by=stock.by)


def _amount(item: SupplyItem, times: int) -> Decimal:
    """Return so many times what the pack wants in a store; less than that for none."""
    wanted = Decimal(str(item.low or 10))
    return (wanted * times if times else wanted // 2).quantize(Decimal(1)) or Decimal(1)


# ── points ────────────────────────────────────────────────────────────────────────────────────────────


def _points(stock: Stock, kind: PointsKind) -> None:
    """Let households earn points over the year, and some have something for them."""
    rules = [rule for rule in kind.rules.values() if rule.points > 0]
    holders = _some(stock, kind, kind.of, AWARDED)
    for number, holder in enumerate(holders):
        for place, rule in enumerate(rules):
            day = stock.today - timedelta(days=12 + 31 * place + number)
            award(holder, kind, rule.code, Said(day, evidence="现场照片和登记表"), by=stock.by)
    cheapest = min(kind.rewards.values(), key=lambda one: one.points, default=None)
    if cheapest is not None:
        earned = sum(rule.points for rule in rules)
        for holder in holders[:3] if earned >= cheapest.points else ():
            redeem(holder, kind, cheapest.code, Said(stock.today - timedelta(days=5)), by=stock.by)


# ── ladders, matches, grades ──────────────────────────────────────────────────────────────────────────


def _last(stock: Stock, kind: LadderKind, count: int) -> list[Dossier]:
    """Return the last of those who climb: the first are the large enterprises, which stand as they are."""
    ids = stock.dossiers(full_code(kind, kind.of))[-count:]
    found = Dossier.objects.select_related("area").in_bulk(ids)
    return [found[pk] for pk in ids]


def _ladders(stock: Stock, kind: LadderKind) -> None:
    """Put some on the first rungs, one of whom has left since."""
    steps = [*kind.steps]
    for number, dossier in enumerate(_last(stock, kind, CLIMBERS)):
        since = max(dossier.opened_on, stock.today - timedelta(days=60 + 90 * number))
        step = steps[number % min(2, len(steps))]
        titled = number % 2 == 0 and kind.field != COUNTED_BY_LAW
        standing = Standing.TITLE if titled else Standing.RESERVE
        place = enter(dossier, kind, step, standing, since=since, reason="符合条件，纳入培育", by=stock.by)
        if number == CLIMBERS - 1:
            leave(place.pk, on=stock.today - timedelta(days=20), reason="主动申请退出", by=stock.by)


def _matches(stock: Stock, kind: MatchKind) -> None:
    """Take up some of what fits: offered, taken up by a matter, done."""
    states = [MatchState(value) for value in MatchState.values]
    for number, found in enumerate(find_matches(kind, stock.by, on=stock.today)[:MATCHED]):
        match = take_up(
            kind, found.need.pk, offer_id=found.offer.pk if found.offer else None,
            clause=found.clause.code if found.clause else "", state=states[number % len(states)],
            note="已联系双方，按流程推进", by=stock.by,
        )  # fmt: skip
        if number == 0 and kind.raises:
            _open_for(stock, match, kind)


def _open_for(stock: Stock, match: Match, kind: MatchKind) -> None:
    """Open the matter of a match; a kind that asks for more than a match knows is opened at the desk."""
    with suppress(CaseError):
        open_for(match, kind, by=stock.by)


def _scales(stock: Stock, kind: ScaleKind) -> None:
    """Grade some of the dossiers a scale is about."""
    for of in subjects_of(kind).values():
        ids = stock.dossiers(of.full_code)[-GRADED:]
        for number, dossier in enumerate(Dossier.objects.filter(pk__in=ids).order_by("pk")):
            factors = {key: _factor(stock, one) for key, one in kind.factors.items()}
            grade(dossier, kind, factors, on=stock.today - timedelta(days=30 + number), by=stock.by)


def _factor(stock: Stock, factor: Any) -> Any:
    if factor.values:
        return stock.rng.choice([*factor.values])
    return round(stock.rng.uniform(float(factor.min or 0), float(factor.max or 100)), 1)


MAKERS: Mapping[type[Packed], Callable[[Stock, Any], None]] = {
    DrawKind: _draws, DutyKind: _duties, SupplyKind: _supplies, PointsKind: _points, LadderKind: _ladders,
    MatchKind: _matches, ScaleKind: _scales,
}  # fmt: skip
