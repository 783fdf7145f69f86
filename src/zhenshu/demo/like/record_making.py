"""Dossiers, readings, plan items and kept records made to order, each through the acts of its register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from zhenshu.demo.like.case_making import member_value
from zhenshu.demo.like.field_values import Sources, day_in, fill
from zhenshu.demo.like.naming import identities_of
from zhenshu.demo.like.orders import Order
from zhenshu.demo.like.recipes import ABSENT, GIVEN, Between, InYear, Recipe
from zhenshu.demo.subjects import FORENAMES, TRADES
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.base import FieldKind, FieldType
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind, PlanKind
from zhenshu.ground.packs.terms import fields_of
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.registers.blocks.acts import RecordDraft, keep_many
from zhenshu.registers.blocks.kinds import derived_fields, record_fields, record_kind, subject_code
from zhenshu.registers.blocks.models import State
from zhenshu.registers.dossiers.acts import close_dossier
from zhenshu.registers.dossiers.batches import DossierDraft, create_dossiers
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.reading_rounds import Return, add_readings
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.plans.acts import complete_item, create_item
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.reporting import record_life_stage
from zhenshu.registers.references import References

PERIODS = {
    "month": [f"-{month:02d}" for month in range(1, 13)],
    "quarter": [f"-Q{quarter}" for quarter in range(1, 5)],
    "year": [""],
}
COMPANIES = ("企业", "公司", "厂", "合作社", "机构", "单位名称")
SIGNER = "统计员（示例）"
SOURCE = "月报"


def periods_of(every: str, year: int) -> list[str]:
    """Return the keys of the periods of a year in which a series is read; days of it for other rhythms."""
    if every in PERIODS:
        return [f"{year}{ending}" for ending in PERIODS[every]]
    first = date(year, 1, 6)
    if every == "week":
        return [parse_period((first + timedelta(weeks=week)).isoformat()).key for week in range(51)]
    return [(first + timedelta(days=day)).isoformat() for day in range(357)]


def own_values(order: Order, fields: Mapping[str, FieldKind], sources: Sources) -> dict[str, Any]:
    """Return the shares and members that belong to this record's own fields."""
    named = {
        name: member_value(fields[name], number, order.recipe.year, sources)
        for name, number in order.members.items()
        if name in fields
    }
    return {**{name: value for name, value in order.amounts.items() if name in fields}, **named}


@dataclass(slots=True)
class RecordMaker:
    """Makes everything that is no matter; *last* is the last day that has passed."""

    sources: Sources
    areas: Sequence[Area]
    last: date
    by: Scope
    references: References = field(default_factory=References)

    # ── dossiers ──────────────────────────────────────────────────────────────────────────────────────

    def make_dossiers(self, orders: Sequence[Order]) -> None:
        """Store dossiers of one kind with what their sorts set, opened and closed in the years they say."""
        kind = library().dossier_kind(orders[0].recipe.kind)
        drafts = [self._draft(order, kind) for order in orders]
        made = create_dossiers(drafts, kind, by=self.by, references=self.references)
        for order, one in zip(orders, made, strict=True):
            order.made = one.pk
            self._latest(one, kind, order.recipe)
            if order.recipe.life.ended is not None:
                self._close(one, order.recipe.life.ended)
        self.sources.dossiers.setdefault(kind.full_code, []).extend(one.pk for one in made)

    def _draft(self, order: Order, kind: DossierKind) -> DossierDraft:
        opened = self._day(order.recipe.year)
        assigned = {name: value for name, value in order.recipe.assigned if "." not in name}
        named = {**self._names(kind), **self._identities(kind)}
        own = {name: value for name, value in named.items() if assigned.get(name, GIVEN) is GIVEN}
        own |= own_values(order, kind.fields, self.sources)
        values = fill(kind.fields, assigned, own, day=opened, pack=kind.pack, sources=self.sources)
        return DossierDraft(values, self._area(order), opened)

    def _close(self, made: Dossier, year: int) -> None:
        day = min(date(year, 3, 1) + timedelta(days=self.sources.rng.randrange(280)), self.last)
        close_dossier(made, version=made.version, on=day, by=self.by, note="注销")

    def _area(self, order: Order) -> Area:
        number = order.members.get("area", order.members.get("village"))
        return (
            self.areas[number % len(self.areas)]
            if number is not None
            else self.sources.rng.choice(self.areas)
        )

    def _day(self, year: int) -> date:
        rng = self.sources.rng
        return min(date(year, 1, 8) + timedelta(days=rng.randrange(340)), self.last)

    def _names(self, kind: DossierKind) -> dict[str, Any]:
        """Return what names a dossier and tells it from others, invented."""
        number = self.sources.next_number(kind.full_code)
        found: dict[str, Any] = {kind.title: self._title(kind, number)}
        for name in kind.identity:
            field_kind = kind.fields[name]
            if name != kind.title and field_kind.type in (FieldType.TEXT, FieldType.LONGTEXT):
                found[name] = f"DEMO{abs(hash_of(kind.full_code)) % 1000:03d}{number:06d}"
        return {name: value for name, value in found.items() if value is not None}

    def _identities(self, kind: DossierKind) -> dict[str, int | None]:
        """Return the dossier that a new one stands for: each stands for another, or for none."""
        found: dict[str, int | None] = {}
        for name, code in identities_of(kind).items():
            pool = self.sources.dossiers.get(code, [])
            place = self.sources.next_number(f"{kind.full_code}.{name}") - 1
            found[name] = pool[place] if place < len(pool) else None
        return found

    def _title(self, kind: DossierKind, number: int) -> Any:
        declared, rng = kind.fields[kind.title], self.sources.rng
        if declared.type not in (FieldType.TEXT, FieldType.LONGTEXT):
            return None
        if declared.name.endswith(("姓名", "户主")):
            return self.sources.person()
        if any(word in kind.name or word in declared.name for word in COMPANIES):
            return f"{rng.choice(FORENAMES)}{rng.choice(TRADES)}（示例{number:04d}）有限公司"
        return f"{rng.choice(self.areas).short_name or '澄江'}{kind.name}{number}"

    def _latest(self, made: Dossier, kind: DossierKind, recipe: Recipe) -> None:
        """Give the dossier the latest readings that conditions ask for: ``annual.revenue``."""
        asked: dict[str, dict[str, Any]] = {}
        for name, value in recipe.assigned:
            series, _, key = name.partition(".")
            if key and value is not ABSENT:
                asked.setdefault(series, {})[key] = float(value.low) if isinstance(value, Between) else value
        for series, values in asked.items():
            period = periods_of(kind.readings[series].every, max(recipe.year, self.last.year - 1))[-1]
            self._read(made, kind, series, period, values)

    # ── readings ──────────────────────────────────────────────────────────────────────────────────────

    def make_readings(self, orders: Sequence[Order]) -> None:
        """Store readings of the orders' periods on the dossiers of their hosts.

        Those of an event are told one by one, since several of a day are numbered.
        """
        kind = library().dossier_kind(orders[0].recipe.kind)
        hosts = Dossier.objects.select_related("area").in_bulk(
            {order.host.made for order in orders if order.host is not None and order.host.made is not None}
        )
        returns: dict[str, list[Return]] = {}
        for order in orders:
            dossier, series = hosts[_host_of(order)], order.recipe.series
            values = self._reading_values(order, kind)
            if len(orders) == 1 or kind.readings[series].every == "event":
                order.made = self._read(dossier, kind, series, order.period, values)
            else:
                returns.setdefault(series, []).append(Return(dossier, order.period, values, SIGNER))
        for series, some in returns.items():
            add_readings(some, kind, series, by=self.by, source=SOURCE)

    def _reading_values(self, order: Order, kind: DossierKind) -> dict[str, Any]:
        recipe, fields = order.recipe, kind.readings[order.recipe.series].fields
        own = own_values(order, fields, self.sources)
        day = date(recipe.year, 6, 30)
        return fill(fields, dict(recipe.assigned), own, day=day, pack=kind.pack, sources=self.sources)

    def _read(
        self, dossier: Dossier, kind: DossierKind, series: str, period: str, values: Mapping[str, Any]
    ) -> int:
        made = add_reading(
            dossier, kind, series, period=period, values=values, signer=SIGNER, by=self.by, source=SOURCE,
            reason="更正",
        )  # fmt: skip
        return made.pk

    # ── plan items ────────────────────────────────────────────────────────────────────────────────────

    def make_item(self, order: Order) -> None:
        """Store a plan item with the stages of its life, done in the year its sort says."""
        recipe, rng = order.recipe, self.sources.rng
        kind: PlanKind = library().plan_kind(recipe.kind)
        assigned = {name: value for name, value in recipe.assigned if not name.startswith("life.")}
        start = date(recipe.year, 1, 6) + timedelta(days=rng.randrange(60))
        values = fill(
            kind.fields, assigned, own_values(order, kind.fields, self.sources), day=start, pack=kind.pack,
            sources=self.sources,
        )  # fmt: skip
        number = self.sources.next_number(kind.full_code)
        category = assigned.get("category")
        draft = PlanDraft(
            kind=kind.full_code,
            title=f"{rng.choice(self.areas).name}{kind.name}（示例{number}）",
            area=self.areas[0].town_id or self.areas[0].pk,
            category=category if isinstance(category, str) else rng.choice([*kind.categories] or [""]),
            fields=values,
            lead_office=rng.choice(self.sources.offices),
            start=start,
            due=date(recipe.year, 12, 20),
            promised=date(recipe.year, 12, 20),
            subject=self._subject(kind.subject, kind.pack),
        )
        item = create_item(draft, by=self.by)
        item = self._live(item, kind, recipe)
        if recipe.life.ended is not None:
            day = min(date(recipe.life.ended, 9, 1) + timedelta(days=rng.randrange(100)), self.last)
            complete_item(item, on=day, version=item.version, by=self.by, note="按期完成")
        order.made = item.pk

    def _live(self, item: PlanItem, kind: PlanKind, recipe: Recipe) -> PlanItem:
        before: date | None = None
        for stage in kind.life:
            value = recipe.value(f"life.{stage}")
            if isinstance(value, InYear):
                day = day_in(value.year, before or date(value.year, 2, 1), self.sources.rng)
                before = min(max(day, before or day), self.last)
                item = record_life_stage(item, stage, before, version=item.version, by=self.by)
        return item

    def _subject(self, of: str | None, pack: str) -> int | None:
        full = of if not of or "." in of else f"{pack}.{of}"
        pool = self.sources.dossiers.get(full or "", [])
        return self.sources.rng.choice(pool) if pool else None

    # ── records of the general blocks ─────────────────────────────────────────────────────────────────

    def make_records(self, orders: Sequence[Order]) -> None:
        """Store records of the general blocks, all of one call in one transaction."""
        made = keep_many([self._record(order) for order in orders], by=self.by)
        for order, one in zip(orders, made, strict=True):
            order.made = one.pk

    def _record(self, order: Order) -> RecordDraft:
        recipe = order.recipe
        kind = record_kind(recipe.kind)
        day = self._day(recipe.year)
        worked_out = derived_fields(kind)
        known = {**worked_out, **record_fields(kind)}
        own = own_values(order, known, self.sources)
        wanted = {n: f for n, f in known.items() if n not in worked_out or n in own or _is_said(recipe, n)}
        values = fill(wanted, dict(recipe.assigned), own, day=day, pack=kind.pack, sources=self.sources)
        state = recipe.value("state")
        of = subject_code(kind)
        pool = self.sources.dossiers.get(of, [])
        number = order.members.get("subject")
        subject = None
        if of and pool:
            subject = pool[number % len(pool)] if number is not None else self.sources.rng.choice(pool)
        return RecordDraft(
            kind=kind.full_code,
            day=day,
            subject=subject,
            area=self._area(order).pk,
            office=self.sources.rng.choice(self.sources.offices),
            fields={n: v for n, v in values.items() if n not in worked_out},
            derived={n: v for n, v in values.items() if n in worked_out},
            state=state if isinstance(state, str) else State.KEPT,
        )


def _host_of(order: Order) -> int:
    """Return the dossier a reading hangs on; one that could not be made carries none."""
    if order.host is None or order.host.made is None:
        raise ValueError(f"{order.recipe.kind}: the dossier of a reading was not made")
    return order.host.made


def _is_said(recipe: Recipe, name: str) -> bool:
    return recipe.value(name) not in (None, ABSENT)


def fields_known(kind: Any) -> Mapping[str, FieldKind]:
    """Return every field a record of a block may carry, those its block works out too."""
    try:
        return {**derived_fields(kind), **record_fields(kind)}
    except AssertionError:
        return fields_of(kind)


def hash_of(text: str) -> int:
    """Return a number of a text that is the same in every process."""
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(text))
