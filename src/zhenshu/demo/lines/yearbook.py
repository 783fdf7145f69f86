"""The results of the years line by line: the records from which the figures of a report follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhenshu.demo.like.orders import Order
from zhenshu.demo.like.recipes import Recipe
from zhenshu.demo.lines.book import DAY, book
from zhenshu.demo.lines.dossiers import names_of
from zhenshu.demo.lines.items import draft_of, full_life, last_moment_of
from zhenshu.demo.lines.matters import LineCases, assigned_to
from zhenshu.demo.lines.records import draft_for
from zhenshu.demo.lines.stock import Stock
from zhenshu.demo.lines.words import words
from zhenshu.demo.statistics import shares_of
from zhenshu.demo.targets import FIRST_YEAR
from zhenshu.ground.packs.base import FieldType
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind, DossierKind, PlanKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import keep_many
from zhenshu.registers.dossiers.batches import DossierDraft, create_dossiers
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.reading_rounds import Return, add_readings
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.histories import PastItem, import_items
from zhenshu.registers.plans.reporting import Report

SIGNER = "统计员（示例）"
HALF_WAY = Decimal(55)


@dataclass(frozen=True, slots=True)
class Entry:
    """So many records of a kind with what they have in common, and sums they share out among them."""

    kind: str
    n: int = 1
    set: Mapping[str, Any] = field(default_factory=dict)
    share: Mapping[str, float] = field(default_factory=dict)
    until: str = ""
    titles: tuple[str, ...] = ()
    year: int = FIRST_YEAR
    life: Mapping[str, date] = field(default_factory=dict)
    done: date | None = None


def entries_of(stock: Stock) -> Iterator[Entry]:
    """Yield what the book says of each year; of the one that runs, as much as has passed of it."""
    for year in stock.years:
        passed = (stock.today - date(year, 1, 1)).days / 365 if year == stock.today.year else 1.0
        for row in book()["records"]:
            first = year == FIRST_YEAR
            n = row["n"] if first else round(row.get("later", 0) * passed)
            share = row.get("share", {}) if first else row.get("later_share", {})
            whole = {name: round(total * passed, 2) for name, total in share.items()}
            titles = tuple(row.get("titles", ()))
            if n:
                own = (row.get("life", {}), row.get("done")) if first else ({}, None)
                yield Entry(
                    row["kind"], n, row.get("set", {}), whole, row.get("until", ""), titles, year, *own
                )


def some_day(stock: Stock, year: int) -> date:
    """Return some day of a year that has passed."""
    last = min(date(year, 12, 10), stock.today - timedelta(days=1))
    first = date(year, 1, 9)
    return first + timedelta(days=stock.rng.randrange(max(1, (last - first).days)))


def plant_yearbook(stock: Stock, *, planner: Scope) -> None:
    """Make the records of each year that the book lists, each through the acts of its register."""
    for entry in entries_of(stock):
        kind = library().kinds.get(entry.kind)
        match kind:
            case DossierKind():
                _dossiers(stock, kind, entry)
            case PlanKind():
                _items(stock, kind, entry, planner)
            case CaseKind():
                _cases(stock, kind, entry)
            case None:
                stock.refused.append(f"{entry.kind}: no pack declares it")
            case _:
                days = sorted(some_day(stock, entry.year) for _ in range(entry.n))
                keep_many([draft_for(stock, kind, day, n) for n, day in enumerate(days)], by=stock.by)
    for row in book()["readings"]:
        _readings(stock, row)


def _own(stock: Stock, entry: Entry, place: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the record at a place says by the book: common values and its share of the sums."""
    found = {
        name: some_day(stock, entry.year).isoformat() if value == DAY else value
        for name, value in entry.set.items()
        if name in fields
    }
    for name, total in entry.share.items():
        whole = fields[name].type is FieldType.INTEGER
        part = shares_of(total, [1.0] * entry.n, 0 if whole else 2)[place]
        found[name] = int(part) if whole else part
    return found


def _dossiers(stock: Stock, kind: DossierKind, entry: Entry) -> None:
    drafts = [_draft(stock, kind, entry, place) for place in range(entry.n)]
    made = create_dossiers(drafts, kind, by=stock.by, references=stock.references)
    stock.sources.dossiers.setdefault(kind.full_code, []).extend(one.pk for one in made)


def _draft(stock: Stock, kind: DossierKind, entry: Entry, place: int) -> DossierDraft:
    number = stock.sources.next_number(f"yearbook {kind.full_code}") + 100
    village, day = stock.village(number), some_day(stock, entry.year)
    own = {
        **names_of(stock, kind, number, village.name, entry.year),
        **_own(stock, entry, place, kind.fields),
    }
    return DossierDraft(stock.values(kind.fields, own, day=day, pack=kind.pack), village, day)


def _items(stock: Stock, kind: PlanKind, entry: Entry, planner: Scope) -> None:
    pasts = []
    for place in range(entry.n):
        title = _title(kind, entry, place)
        draft = draft_of(
            stock, kind, entry.year, title, own=_own(stock, entry, place, kind.fields),
            category=str(entry.set.get("category", "")),
        )  # fmt: skip
        end = min(date(entry.year, 12, 2) + timedelta(days=place % 20), stock.today - timedelta(days=1))
        life = full_life(kind, draft.start or end, end)
        if entry.until:
            stages = [*kind.life]
            life = {stage: life[stage] for stage in stages[: stages.index(entry.until) + 1]}
        pasts.append(_past(stock, draft, entry.life or life, entry.done or end))
    last = last_moment_of(entry.done.year if entry.done else entry.year)
    import_items(pasts, by=planner, at=min(stock.now, last))


def _past(stock: Stock, draft: PlanDraft, life: Mapping[str, date], done: date) -> PastItem:
    """Return an item as far as it is by now: what takes more than a year may still be on its way."""
    reached = {stage: day for stage, day in life.items() if day < stock.today}
    if done < stock.today:
        return PastItem(draft, reached, _line(stock, "done"), done_on=done)
    return PastItem(replace(draft, due=done, promised=done), reached, _line(stock, "half", HALF_WAY))


def _line(stock: Stock, stands: str, percent: Decimal | None = None) -> Report:
    return Report(line=str(stock.rng.choice(words()["lines"][stands])), percent=percent)


def _title(kind: PlanKind, entry: Entry, place: int) -> str:
    known: Sequence[str] = entry.titles or words()["plans"].get(kind.full_code) or (kind.name,)
    return f"{known[place % len(known)]}（{entry.year}-{place + 1}）" if entry.n > 1 else known[0]


def _cases(stock: Stock, kind: CaseKind, entry: Entry) -> None:
    last = min(date(entry.year, 12, 29), stock.today - timedelta(days=1))
    maker = LineCases(stock.world, stock.sources, last, stock.by)
    orders = [
        Order(
            Recipe(
                "cases", kind.full_code, entry.year, tuple({**assigned_to(stock, kind), **entry.set}.items())
            )
        )
        for _ in range(entry.n)
    ]
    stock.refused += maker.make(orders)


def _readings(stock: Stock, row: Mapping[str, Any]) -> None:
    """Share a sum of the year out over the twelve months of one dossier."""
    kind = library().dossier_kinds.get(row["kind"])
    dossier = Dossier.objects.filter(kind=row["kind"]).select_related("area").order_by("pk").first()
    if kind is None or dossier is None:
        stock.refused.append(f"{row['kind']}: there is none to read")
        return
    months = {name: shares_of(total, [1.0] * 12) for name, total in row["share"].items()}
    returns = [
        Return(
            dossier,
            f"{FIRST_YEAR}-{month:02d}",
            {name: parts[month - 1] for name, parts in months.items()},
            SIGNER,
        )
        for month in range(1, 13)
    ]
    add_readings(returns, kind, row["series"], by=stock.by, source="台账（示例）")
