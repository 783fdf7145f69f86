"""Plan items of every kind and year: those of former years done, those of this year on their way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from zhenshu.demo.lines.stock import Stock
from zhenshu.demo.lines.words import office_of, plan_titles, words
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import PlanKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.errors import PlanRegisterError
from zhenshu.registers.plans.histories import PastItem, import_items
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.reporting import Report

# How far the items of the running year are: done, on the way, behind, just begun.
STANDS = ("done", "half", "behind", "half")
# Points behind the calendar; the lamps of most packs turn at 10 and 20.
LAG = {"half": (0, 7), "behind": (12, 17), "red": (24, 34)}
REDS = 0.2  # of what is behind, so much is far behind
OWN_PACK = "plans"  # its items are the promises of the work report


def plant_items(stock: Stock, *, by: Scope) -> None:
    """Bring in items of every kind of the business lines, year by year."""
    for year in stock.years:
        held_on = min(stock.now, last_moment_of(year))
        for kind in library().plan_kinds.values():
            if year != stock.today.year and kind.full_code in stock.told:
                continue
            if kind.pack == OWN_PACK and PlanItem.objects.filter(kind=kind.full_code).exists():
                continue
            try:
                import_items(_items(stock, kind, year), by=by, at=held_on)
            except PlanRegisterError as error:
                stock.refused.append(f"{kind.full_code}: {error}")


def last_moment_of(year: int) -> datetime:
    """Return an hour of the last days of a year."""
    return timezone.make_aware(datetime.combine(date(year, 12, 28), time(16, 0)))


def _items(stock: Stock, kind: PlanKind, year: int) -> Iterator[PastItem]:
    titles = plan_titles(kind.full_code) or (kind.name,)
    running = year == stock.today.year
    place = stock.years.index(year)
    for number in range(len(STANDS) if running else 1 + (place + len(kind.code)) % 2):
        stands = STANDS[number] if running else "done"
        title = titles[(place + number) % len(titles)]
        plain = running or place == 0
        yield _item(stock, kind, year, title if plain else f"{title}（{year}年）", stands)


def _item(stock: Stock, kind: PlanKind, year: int, title: str, stands: str) -> PastItem:
    rng, running = stock.rng, year == stock.today.year
    latest = stock.today - timedelta(days=1) if running else date(year, 12, 15)
    draft = draft_of(stock, kind, year, title)
    start = draft.start or latest
    done_on = max(start, latest - timedelta(days=rng.randint(1, 60))) if stands == "done" else None
    line = Report(
        line=rng.choice(words()["lines"][stands]),
        percent=None if stands == "done" else _percent(stock, draft, stands),
    )
    return PastItem(draft, _life(kind, start, done_on or latest, stands), line, done_on)


def _percent(stock: Stock, draft: PlanDraft, stands: str) -> Decimal:
    """Return how far an item is (0 to 100) that keeps to the calendar, lags behind or is far behind."""
    start, due = draft.start or stock.today, draft.due or stock.today
    passed = 100 * (stock.today - start).days / max(1, (due - start).days)
    far = stands == "behind" and stock.rng.random() < REDS
    return Decimal(round(min(97, max(1, passed - stock.rng.randint(*LAG["red" if far else stands])))))


def draft_of(
    stock: Stock, kind: PlanKind, year: int, title: str, *, own: Mapping[str, Any] | None = None,
    category: str = "",
) -> PlanDraft:  # fmt: skip
    """Return an item of a year with its office and people, begun in January."""
    rng = stock.rng
    start = min(date(year, 1, 8) + timedelta(days=rng.randrange(20)), stock.today - timedelta(days=8))
    due = max(date(year, 12, 10 + rng.randrange(18)), start)
    pool = stock.dossiers(_full(kind.subject, kind.pack)) if kind.subject else []
    return PlanDraft(
        kind=kind.full_code,
        title=title,
        area=stock.town.pk,
        category=category or rng.choice([*kind.categories] or [""]),
        fields=stock.values(kind.fields, own or {}, day=start, pack=kind.pack),
        lead_office=stock.world.made.offices[office_of(kind.pack)].pk,
        owner=stock.officer(kind.pack).pk,
        start=start,
        due=due,
        promised=due,
        subject=rng.choice(pool) if pool else None,
    )


def _full(code: str, pack: str) -> str:
    return code if "." in code else f"{pack}.{code}"


def _life(kind: PlanKind, start: date, end: date, stands: str) -> Mapping[str, date]:
    """Return the stages reached between two days: all where it is done, else the first ones."""
    whole = full_life(kind, start, end)
    thirds = {"done": 3, "half": 2, "behind": 1}[stands]
    reached = [*whole][: max(1, len(whole) * thirds // 3)]
    return {stage: whole[stage] for stage in reached}


def full_life(kind: PlanKind, start: date, end: date) -> dict[str, date]:
    """Return all stages of a life that runs evenly between two days."""
    days = max(0, (end - start).days)
    stages = [*kind.life]
    return {stage: start + timedelta(days=days * place // len(stages)) for place, stage in enumerate(stages)}
