"""Dossiers, readings, plan items and kept records made to order, each through the acts of its register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from zhenshu.demo.like.case_making import member_value
from zhenshu.demo.like.field_values import Sources, day_in, fill
from zhenshu.demo.like.orders import Order
from zhenshu.demo.like.recipes import ABSENT, Between, InYear, Recipe
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
from zhenshu.registers.dossiers.acts import close_dossier, create_dossier
from zhenshu.registers.dossiers.models import Dossier
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

    def make_dossier(self, order: Order) -> Dossier:
        """Store a dossier with what its sort sets, opened in its year and closed when the sort says so."""
        recipe = order.recipe
        kind = library().dossier_kind(recipe.kind)
        opened = self._day(recipe.year)
        assigned = {name: value for name, value in recipe.assigned if "." not in name}
        own = {**self._names(kind), **own_values(order, kind.fields, self.sources)}
        own = {name: value for name, value in own.items() if name not in assigned or name in order.amounts}
        own |= own_values(order, kind.fields, self.sources)
        values = fill(kind.fields, assigned, own, day=opened, pack=kind.pack, sources=self.sources)
        area = self._area(order)
        made = create_dossier(
            kind, values, area=area, opened_on=opened, by=self.by, references=self.references
        )
        order.made = made.pk
        self.sources.dossiers.setdefault(kind.full_code, []).append(made.pk)
        self._latest(made, kind, recipe)
        if recipe.life.ended is not None:
            day = min(
                date(recipe.life.ended, 3, 1) + timedelta(days=self.sources.rng.randrange(280)), self.last
            )
            made = close_dossier(made, version=made.version, on=day, by=self.by, note="注销")
        return made

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

    def make_reading(self, order: Order) -> None:
        """Store one reading of the order's period on the dossier of its host."""
        recipe, host = order.recipe, order.host
        assert host is not None
        kind = library().dossier_kind(recipe.kind)
        fields = kind.readings[recipe.series].fields
        assigned, own = dict(recipe.assigned), own_values(order, fields, self.sources)
        day = date(recipe.year, 6, 30)
        values = fill(fields, assigned, own, day=day, pack=kind.pack, sources=self.sources)
        dossier = Dossier.objects.select_related("area").get(pk=host.made or 0)
        order.made = self._read(dossier, kind, recipe.series, order.period, values)

    def _read(
        self, dossier: Dossier, kind: DossierKind, series: str, period: str, values: Mapping[str, Any]
    ) -> int:
        made = add_reading(
            dossier, kind, series, period=period, values=values, signer=SIGNER, by=self.by, source="月报",
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
