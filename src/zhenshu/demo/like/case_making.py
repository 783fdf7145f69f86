"""Matters made to order: opened and closed in the years that count, in time or late, with their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from zhenshu.demo.like.field_values import Sources, fill
from zhenshu.demo.like.orders import Order
from zhenshu.demo.like.recipes import ABSENT, GIVEN, Recipe
from zhenshu.demo.matters import World
from zhenshu.demo.pace import last_moment, promised_end, way
from zhenshu.demo.phrases import Text, compose, material
from zhenshu.demo.places import Place
from zhenshu.demo.rhythm import OFFICE, Moments, Rhythm, later
from zhenshu.ground.packs.schema import CaseKind, FieldType, Stage
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.histories import Past, import_finished

ROOM = 3  # days between the last moment of a promise and the end of the year
LONGEST = 250  # days of a promise that still fits into the year it was given in
STEPWISE = 4_000  # more matters of a batch are brought in with one ledger line each
PEOPLE_REPORT = frozenset({"grid.event", "hotline.ticket", "urban.case"})


class CannotMakeError(Exception):
    """A record that was ordered does not fit its pack; the text says why."""


@dataclass(slots=True)
class CaseMaker:
    """Makes matters; *last* is the last day that has passed."""

    world: World
    sources: Sources
    last: date
    by: Scope
    _moments: dict[Any, Moments] = field(default_factory=dict)
    _spans: dict[tuple[Any, ...], timedelta] = field(default_factory=dict)

    def make(self, orders: Sequence[Order]) -> list[str]:
        """Store the matters ordered, in the order they were received; return what was refused."""
        usual = self.sources.filled
        if len(orders) > STEPWISE:  # of very many, only what has to be said
            self.sources.filled = min(usual, 0.1)
        pasts = [(self._past(order), order) for order in orders]
        self.sources.filled = usual
        pasts.sort(key=lambda pair: pair[0].draft.received_at or datetime.min)
        stepwise = len(orders) <= STEPWISE
        intake = import_finished((past for past, _ in pasts), by=self.by, step_by_step=stepwise)
        for place, case in zip(intake.places, intake.cases, strict=True):
            pasts[place][1].made = case.pk
        return [str(reject.error) for reject in intake.rejects]

    # ── one matter ────────────────────────────────────────────────────────────────────────────────────

    def _past(self, order: Order) -> Past:
        recipe, rng = order.recipe, self.world.rng
        kind, place = self.world.kind(recipe.kind), self.world.places.draw(self.world.rng)
        assigned = dict(recipe.assigned)
        text = self._text(kind, assigned.get("category"), place)
        draft = self._draft(order, kind, place, text)
        opened = self._opened(recipe, kind, draft)
        facts = {
            **draft.fields,
            "category": draft.category,
            "channel": draft.channel,
            "priority": draft.priority,
        }
        office = self._office(kind, facts, place)
        draft = _dated(self._with_fields(draft, order, kind, opened.date()), opened, office)
        handler = self.world.made.handler(office, rng)
        verifiers = [user for user in self.world.made.dispatchers if user.pk != handler.pk]
        return Past(
            draft,
            self._reached(recipe, kind, draft, opened),
            office=office.pk,
            handler=handler.pk,
            verifier=rng.choice(verifiers).pk,
            answer=text.answer,
            solved=recipe.life.solved,
            satisfied=recipe.life.satisfied,
            outcome=recipe.life.outcome,
        )

    def _draft(self, order: Order, kind: CaseKind, place: Place, text: Text) -> Draft:
        recipe = order.recipe
        assigned = dict(recipe.assigned)
        subject = self._subject(order, kind)
        named = {
            name: assigned[name]
            for name in ("category", "channel", "priority")
            if _is_set(assigned.get(name))
        }
        if "channel" not in assigned and kind.channels:
            named["channel"] = self.world.rng.choice(list(kind.channels))
        if "category" not in assigned and kind.categories:
            named["category"] = self.world.rng.choice([p for p, c in kind.category_paths() if not c.children])
        fields = {n: v for n, v in assigned.items() if n in kind.fields and _is_plain(v)}
        area = self._area(order, place)
        phone = f"1990000{order.members['reporter_phone']:04d}" if "reporter_phone" in order.members else ""
        return Draft(
            kind=kind.full_code,
            title=text.title,
            description=text.body,
            area=area,
            address=place.name,
            lon=place.lon if area == place.area.pk else None,
            lat=place.lat if area == place.area.pk else None,
            reporter_phone=phone,
            reporter_name=f"{self.sources.person()[:1]}某" if not subject else "",
            subject=subject,
            fields=fields,
            **named,
        )

    def _area(self, order: Order, place: Place) -> int:
        for name in ("village", "area"):
            if name in order.members:
                return self.sources.areas[order.members[name] % len(self.sources.areas)]
        return place.area.pk

    def _subject(self, order: Order, kind: CaseKind) -> int | None:
        if kind.subject is None:
            return None
        of = kind.subject.dossier
        pool = self.sources.dossiers.get(of if "." in of else f"{kind.pack}.{of}", [])
        if "subject" in order.members and pool:
            return pool[order.members["subject"] % len(pool)]
        return (
            self.world.rng.choice(pool)
            if pool and (kind.subject.required or self.world.rng.random() < 0.6)
            else None
        )

    def _with_fields(self, draft: Draft, order: Order, kind: CaseKind, day: date) -> Draft:
        own = {**order.amounts, **self._named(order, kind)}
        values = fill(
            kind.fields, dict(order.recipe.assigned), own, day=day, pack=kind.pack, sources=self.sources
        )
        return _replaced(draft, fields=values)

    def _named(self, order: Order, kind: CaseKind) -> dict[str, Any]:
        """Return the values of fields that name one of several."""
        return {
            name: member_value(kind.fields[name], number, order.recipe.year, self.sources)
            for name, number in order.members.items()
            if name in kind.fields
        }

    def _office(self, kind: CaseKind, facts: dict[str, Any], place: Place) -> Office:
        return self.world.office_for(kind, facts, place)

    def _text(self, kind: CaseKind, category: Any, place: Place) -> Text:
        phrased = material()["categories"].get(kind.full_code, {})
        path = category if _is_set(category) else ""
        if path in phrased:
            return compose(kind.full_code, path, place=place.name, rng=self.world.rng)
        found = kind.find_category(path) if path else None
        about = found.name if found else kind.name
        return Text(
            f"{place.name}{about}",
            f"{place.name}：{about}，请按程序办理。",
            f"已办理：{about}，结果已告知当事人。",
        )

    # ── its days ──────────────────────────────────────────────────────────────────────────────────────

    def _span(self, recipe: Recipe, kind: CaseKind, draft: Draft) -> timedelta:
        """Return how long the promise of this sort runs, measured over the longest holidays of the year."""
        key = (recipe.kind, recipe.year, draft.category, draft.channel, draft.priority)
        if key not in self._spans:
            opened = self.world.calendar.opening(
                self.world.calendar.next_working_day(date(recipe.year, 9, 20))
            )
            end = promised_end(kind, draft, opened, self.world.calendar)
            self._spans[key] = max(end - opened, timedelta(days=1))
        return self._spans[key]

    def _opened(self, recipe: Recipe, kind: CaseKind, draft: Draft) -> datetime:
        """Return a moment of the year from which all that is to happen in the year still can."""
        rhythm = Rhythm() if kind.full_code in PEOPLE_REPORT else OFFICE
        first, last = date(recipe.year, 1, 4), min(date(recipe.year, 12, 28), self.last)
        if recipe.life.way == "left":
            first = date(recipe.year, 12, 18)
            return self._draw(first, first + timedelta(days=4), OFFICE)
        span = self._span(recipe, kind, draft).days + ROOM + (9 if recipe.life.way == "late" else 0)
        if span < LONGEST or recipe.life.way == "late":
            last = max(last - timedelta(days=span), first + timedelta(days=5))
        else:
            last = max(last - timedelta(days=90), first + timedelta(days=5))
        return self._draw(first, last, rhythm)

    def _draw(self, first: date, last: date, rhythm: Rhythm) -> datetime:
        key = (first, last, rhythm)
        if key not in self._moments:
            self._moments[key] = Moments(first, last, rhythm, self.world.calendar)
        return self._moments[key].draw(self.world.rng)

    def _reached(self, recipe: Recipe, kind: CaseKind, draft: Draft, opened: datetime) -> dict[str, datetime]:
        calendar, rng = self.world.calendar, self.world.rng
        end = promised_end(kind, draft, opened, calendar)
        stages: list[Stage] = list(kind.stages)
        match recipe.life.way:
            case "open":
                last = last_moment(opened, end, calendar, rng, late=False, days=6)
                stages = [stage for stage in stages if stage in (Stage.DISPATCHED, Stage.HANDLING)]
            case "left":
                last = self._next_january(recipe.year, end)
            case "late":
                last = later(end, rng.uniform(60, 1400), calendar)
            case _:
                last = last_moment(opened, end, calendar, rng, late=False, days=40)
        reached = way(opened, last, stages, calendar, rng)
        return {stage: moment for stage, moment in reached.items() if moment.date() <= self.last}

    def _next_january(self, year: int, end: datetime) -> datetime:
        """Return a moment of January after *year*, behind the promise where that ends before."""
        calendar = self.world.calendar
        fourth = calendar.opening(calendar.next_working_day(date(year + 1, 1, 4)))
        return later(max(end, fourth) if end < fourth + timedelta(days=14) else fourth, 200, calendar)


def _is_set(value: Any) -> bool:
    return value is not None and value is not ABSENT and value is not GIVEN


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, bool, int, float))


def _dated(draft: Draft, opened: datetime, office: Office) -> Draft:
    return _replaced(draft, received_at=opened, reported_at=opened, office=office.pk)


def _replaced(draft: Draft, **changes: Any) -> Draft:
    return replace(draft, **changes)


def member_value(kind: Any, number: int, year: int, sources: Sources) -> Any:
    """Return the value by which a field names the *number*-th of several: no two numbers share one."""
    pools = {
        FieldType.OFFICE: sources.offices,
        FieldType.USER: sources.users,
        FieldType.AREA: sources.areas,
        FieldType.DOSSIER: sources.dossiers.get(kind.of or "", []),
        FieldType.CHOICE: list(kind.options),
    }
    if kind.type in pools:
        pool = pools[kind.type]
        return pool[number % len(pool)] if pool else None
    return number if kind.type is FieldType.INTEGER else f"（澄）{kind.name}〔{year}〕{number + 1}号"
