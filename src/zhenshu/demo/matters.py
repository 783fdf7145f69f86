"""The matters of a year, as they went: texts, places, people and the days each stage was reached."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from zhenshu.demo.organisation import NameMaker, Organisation
from zhenshu.demo.pace import last_moment, promised_end, way
from zhenshu.demo.phrases import categories_of, compose
from zhenshu.demo.places import Place, Places
from zhenshu.demo.rhythm import OFFICE, STREET, Moments, Rhythm, later, pick, spread, spread_decimal
from zhenshu.demo.targets import FIRST_YEAR, LATER_LATENESS, YearTotals
from zhenshu.ground.packs.conditions import compile_condition
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind, Stage
from zhenshu.ground.people.models import Office, User
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.deadlines import part_way
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.histories import Past
from zhenshu.registers.dossiers.models import Dossier

# The office that regulates a trade, by the first part of a ticket's category.
TRADES = {
    "city": "sanitation", "parking": "traffic", "housing": "construction", "roads": "construction",
    "water_power": "construction", "environment": "environment", "labour": "human_resources",
}  # fmt: skip
LATE_SHARE = {"grid.event": 0.04, "hotline.ticket": 0.06, "urban.case": 0.07, "safety.hazard": 0.05}
CATEGORY_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "grid.event": {"city/litter": 5, "road_order/parking": 4, "facilities/light": 3, "dispute/neighbours": 3},
    "hotline.ticket": {"housing/property": 4, "parking": 3, "city/litter": 3, "environment": 3, "roads": 2},
}
DISPUTE_KINDS = {"dispute/neighbours": "neighbour", "dispute/land": "land", "dispute/family": "marriage"}
PETITION_MATTERS = (("demolition", 4), ("village", 3), ("housing", 2), ("environment", 2))
NATURES = (("complaint", 5), ("help", 3), ("consult", 3), ("report", 2), ("suggest", 1), ("praise", 0.3))
SOLVED = (("yes", 86), ("partly", 7), ("no", 4), ("unreached", 3))
SATISFIED = (("yes", 78), ("mostly", 14), ("no", 5), ("unreached", 3))
OFFICE_OF_KIND = {
    "safety.inspection": "safety", "safety.penalty": "safety", "urban.illegal_building": "enforcement",
    "urban.billboard": "enforcement", "services.application": "services", "petitions.dispute": "justice",
}  # fmt: skip


@dataclass(slots=True)
class World:
    """What the generator draws from."""

    places: Places
    made: Organisation
    calendar: WorkCalendar
    names: NameMaker
    rng: random.Random
    enterprises: Sequence[Dossier] = ()
    now: datetime | None = None
    kinds: dict[str, CaseKind] = field(default_factory=dict)
    tests: dict[int, Any] = field(default_factory=dict)

    def kind(self, code: str) -> CaseKind:
        if code not in self.kinds:
            self.kinds[code] = library().case_kind(code)
        return self.kinds[code]

    def office_for(self, kind: CaseKind, facts: Mapping[str, Any], place: Place) -> Office:
        """Return the office that the dispatch directory names, or the one this kind belongs to."""
        for rule in kind.directory:
            if id(rule) not in self.tests:
                self.tests[id(rule)] = compile_condition(rule.when, kind.fields) if rule.when else None
            test = self.tests[id(rule)]
            if (test is None or test(facts)) and rule.office in self.made.offices:
                return self.made.offices[rule.office]
        key = OFFICE_OF_KIND.get(kind.full_code)
        return self.made.offices[key] if key else self.made.offices[str(place.village.code)]


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of days that matters are drawn for."""

    first: date
    last: date


class Year:
    """Yields the matters of one spell so that they add up to its totals."""

    def __init__(self, world: World, spell: Spell, totals: YearTotals) -> None:
        self._world, self._spell, self._totals, self._rng = world, spell, totals, world.rng
        self._drawers: dict[tuple[Rhythm, date], Moments] = {}

    @property
    def _is_year(self) -> bool:
        return self._spell.last - self._spell.first > timedelta(days=60)

    @property
    def _lateness(self) -> float:
        """Return how often matters are late, against the first year."""
        return 1.0 if self._spell.first.year == FIRST_YEAR else LATER_LATENESS

    def ordinary(self) -> Iterator[Past]:
        """Grid events, tickets, applications, urban cases, disputes."""
        totals = self._totals
        for _ in range(totals.grid_events):
            yield self._event("grid.event", Rhythm(), channel=pick(EVENT_CHANNELS, self._rng))
        for _ in range(totals.tickets):
            yield self._ticket()
        for _ in range(totals.applications):
            yield self._application()
        for _ in range(totals.disputes):
            yield self._dispute()
        yield from self._urban()

    def reports(self, count: int) -> Iterator[Past]:
        """What people report at any hour of any day: grid events, tickets, street cases."""
        for place in range(count):
            if place % 3 == 2:
                yield self._ticket()
            else:
                yield self._event("grid.event", Rhythm(), channel=pick(EVENT_CHANNELS, self._rng))

    def report_in(self, grid: int) -> Past:
        """Return a grid event that was met on the rounds of one grid."""
        return self._event(
            "grid.event", Rhythm(), channel="patrol", place=self._world.places.draw_in(grid, self._rng)
        )

    def special(self) -> Iterator[Past]:
        """Visits, old petitions, illegal structures, billboards, inspections."""
        totals = self._totals
        for channel, (batches, persons) in (
            ("leader", totals.visits_leader),
            ("outreach", totals.visits_outreach),
            ("joint", totals.visits_joint),
        ):
            for people in spread(persons, batches, self._rng):
                yield self._visit(channel, people)
        for _ in range(totals.backlog):
            yield self._backlog()
        for size in spread_decimal(totals.illegal_size, totals.illegal_buildings, self._rng):
            yield self._illegal(size)
        for _ in range(totals.billboards):
            yield self._billboard()

    # ── ordinary matters ──────────────────────────────────────────────────────────────────────────

    def _event(
        self, code: str, rhythm: Rhythm, *, channel: str, category: str = "", place: Place | None = None,
        **extra: Any,
    ) -> Past:  # fmt: skip
        kind, place = self._world.kind(code), place or self._world.places.draw(self._rng)
        category = category or self._category(code)
        text = compose(code, category, place=place.name, rng=self._rng)
        opened = self._moment(rhythm)
        facts = {"category": category, "channel": channel, "priority": "normal", **extra}
        office = self._world.office_for(kind, facts, place)
        worker = self._world.made.grid_workers.get(place.area.grid_id or 0)
        own = channel in ("patrol", "grid_worker") and worker is not None
        draft = Draft(
            kind=code,
            title=text.title,
            description=text.body,
            area=place.area.pk,
            category=category,
            channel=channel,
            address=place.name,
            lon=place.lon,
            lat=place.lat,
            reporter_name=worker.name if own and worker else self._world.names.person()[:1] + "先生",
            reporter_phone=worker.phone if own and worker else self._world.names.phone(),
            received_at=opened,
            reported_at=opened,
            fields=extra,
        )
        past = self._lived(kind, draft, office, text.answer, opened)
        return replace(past, reporter=worker.pk) if own and worker else past

    def _category(self, code: str) -> str:
        weights = CATEGORY_WEIGHTS.get(code, {})
        return pick([(name, weights.get(name, 1)) for name in categories_of(code)], self._rng)

    def _ticket(self) -> Past:
        nature = pick(NATURES, self._rng)
        past = self._event(
            "hotline.ticket", Rhythm(), channel=pick(TICKET_CHANNELS, self._rng), nature=nature
        )
        # 自办＋行业: the ticket counts once more for the office that regulates its trade.
        trade = TRADES.get(past.draft.category.partition("/")[0], "")
        office = self._world.made.offices.get(trade)
        if office is None:
            return past
        return replace(past, draft=replace(past.draft, fields={**past.draft.fields, "industry": office.pk}))

    def _application(self) -> Past:
        kind, place = self._world.kind("services.application"), self._world.places.draw(self._rng)
        text = compose(kind.full_code, "", place=place.name, rng=self._rng)
        opened = self._moment(OFFICE, until=timedelta(days=6))
        office = self._world.made.offices["services"]
        channel = pick(COUNTER_CHANNELS, self._rng)
        name = self._rng.choice("王李张刘陈杨赵黄周吴") + self._rng.choice(["某某", "某"])
        draft = Draft(
            kind=kind.full_code,
            title=text.title,
            area=place.area.pk,
            category=pick(APPLICATION_CATEGORIES, self._rng),
            channel=channel,
            office=office.pk,
            reporter_name=name,
            received_at=opened,
            reported_at=opened,
            fields={"applicant": name, "result": "granted"},
        )
        handler = self._world.made.handler(office, self._rng)
        return Past(draft, self._served(kind, draft, opened), office=office.pk, handler=handler.pk)

    def _served(self, kind: CaseKind, draft: Draft, opened: datetime) -> dict[str, datetime]:
        """Seven in ten applications are settled at the counter, all within the promise."""
        rng, calendar = self._rng, self._world.calendar
        end = promised_end(kind, draft, opened, calendar)
        at_counter = later(opened, rng.uniform(3, 40), calendar)
        on_the_way = part_way(opened, end, Fraction(rng.randint(5, 85), 100), calendar)
        settled = min(at_counter, on_the_way) if rng.random() < 0.7 else on_the_way
        if self._is_year:  # the year's figure counts what was settled in the year
            settled = min(settled, calendar.closing(self._spell.last))
        return self._until_now({Stage.CLOSED: settled})

    def _dispute(self) -> Past:
        kind, place = self._world.kind("petitions.dispute"), self._world.places.draw(self._rng)
        category = pick((("dispute/neighbours", 5), ("dispute/land", 3), ("dispute/family", 2)), self._rng)
        text = compose("grid.event", category, place=place.name, rng=self._rng)
        fields = {
            "dispute_kind": {"dispute/neighbours": "neighbour", "dispute/land": "land"}.get(
                category, "marriage"
            ),
            "parties": self._rng.randint(2, 5),
            "org": pick((("village", 6), ("town", 3)), self._rng),
        }
        return self._plain(kind, place, text.title, text.body, text.answer, channel="grid", fields=fields)

    def _urban(self) -> Iterator[Past]:
        for _ in range(self._totals.street_order):
            category = pick((("street/shop_outside", 6), ("street/vendor", 4)), self._rng)
            yield self._event("urban.case", STREET, channel="collector", category=category, area_class="b")
        others = [name for name in categories_of("urban.case") if not name.startswith("street/")]
        for _ in range(self._totals.other_urban):
            category = self._rng.choice(others)
            yield self._event("urban.case", STREET, channel="collector", category=category, area_class="b")

    # ── special matters ───────────────────────────────────────────────────────────────────────────

    def _visit(self, channel: str, people: int) -> Past:
        kind, place = self._world.kind("petitions.visit"), self._world.places.draw(self._rng)
        text = compose(kind.full_code, "", place=place.name, rng=self._rng)
        fields = {
            "people": people,
            "petitioner": self._world.names.person(),
            "request": text.body,
            "initial": self._rng.random() < 0.6,
            "matter": pick(
                (("demolition", 4), ("village", 3), ("housing", 2), ("environment", 2)), self._rng
            ),
        }
        return self._plain(kind, place, text.title, text.body, text.answer, channel=channel, fields=fields)

    def _backlog(self) -> Past:
        kind, place = self._world.kind("petitions.backlog"), self._world.places.draw(self._rng)
        text = compose(kind.full_code, "", place=place.name, rng=self._rng)
        sponsor = self._rng.choice(self._world.made.leaders)
        fields = {
            "source": pick((("local", 5), ("upper", 3), ("repeat", 2)), self._rng),
            "petitioner": self._world.names.person(),
            "matter": text.body,
            "sponsor": sponsor.pk,
        }
        done = {"result": "settled", "progress": 100}
        return self._plain(
            kind, place, text.title, text.body, text.answer, fields=fields, done=done, within=60.0
        )

    def _illegal(self, size: float) -> Past:
        kind, place = self._world.kind("urban.illegal_building"), self._world.places.draw(self._rng)
        text = compose(kind.full_code, "", place=place.name, rng=self._rng)
        fields = {"owner": self._world.names.person(), "size": size, "use": pick(USES, self._rng)}
        past = self._plain(kind, place, text.title, text.body, text.answer, channel="patrol", fields=fields)
        if Stage.ANSWERED not in past.reached:
            return past
        return _with(past, {"demolished_size": size, "demolished_on": _day(past.reached[Stage.ANSWERED])})

    def _billboard(self) -> Past:
        kind, place = self._world.kind("urban.billboard"), self._world.places.draw(self._rng)
        text = compose(kind.full_code, "", place=place.name, rng=self._rng)
        fields = {"position": place.name, "size": round(self._rng.uniform(12, 90), 1), "large": True}
        past = self._plain(kind, place, text.title, text.body, text.answer, channel="patrol", fields=fields)
        if Stage.ANSWERED not in past.reached:
            return past
        return _with(past, {"treatment": "removed", "removed_on": _day(past.reached[Stage.ANSWERED])})

    def inspections(self) -> list[Past]:
        """Return the year's checks; the hazards they find follow in `hazards`."""
        kind, office = self._world.kind("safety.inspection"), self._world.made.offices["safety"]
        found = spread(self._totals.hazards, self._totals.inspections, self._rng, least=0)
        pasts = []
        for count in found:
            enterprise = self._rng.choice(self._world.enterprises)
            opened, checker = (
                self._moment(OFFICE, until=timedelta(days=25)),
                self._world.made.handler(office, self._rng),
            )
            draft = Draft(
                kind=kind.full_code,
                title=f"{enterprise.title}安全检查",
                area=enterprise.area_id,
                channel=pick((("plan", 6), ("special", 3), ("joint", 1)), self._rng),
                subject=enterprise.pk,
                office=office.pk,
                received_at=opened,
                reported_at=opened,
                fields={
                    "sector": pick((("industry", 6), ("fire", 3), ("gas", 1)), self._rng),
                    "checked_on": _day(opened),
                    "checkers": checker.name,
                    "found": count,
                },
            )
            done = later(opened, self._rng.uniform(60, 600), self._world.calendar)
            reached = self._until_now({Stage.CLOSED: done})
            pasts.append(Past(draft, reached, office=office.pk, handler=checker.pk))
        return pasts

    def hazards(self, checks: Sequence[tuple[Past, int]]) -> list[Past]:
        """Return the hazards that the checks (with the case each became) found; some bear an order."""
        kind = self._world.kind("safety.hazard")
        ended = [(past, case) for past, case in checks if past.reached]
        slots = [(past, case) for past, case in ended for _ in range(int(past.draft.fields["found"]))]
        orders = self._order_numbers(slots)
        return [self._hazard(kind, past, case, orders.get(place)) for place, (past, case) in enumerate(slots)]

    def _order_numbers(self, slots: Sequence[tuple[Past, int]]) -> dict[int, str]:
        """Give some checks one order each, which lists all their hazards, until the orders are used up."""
        by_case: dict[int, list[int]] = {}
        for place, (_, case) in enumerate(slots):
            by_case.setdefault(case, []).append(place)
        chosen = self._rng.sample(sorted(by_case), min(self._totals.orders, len(by_case)))
        year = self._spell.first.year
        return {
            place: f"（澄）应急责改〔{year}〕{number}号-{self._spell.first.month}"
            for number, case in enumerate(chosen, start=1)
            for place in by_case[case]
        }

    def _hazard(self, kind: CaseKind, check: Past, case: int, order: str | None) -> Past:
        text = compose(kind.full_code, "", place="", rng=self._rng)
        found_at = check.reached[Stage.CLOSED]
        fields = {"level": "ordinary", "sector": check.draft.fields["sector"]}
        if order:
            fields |= {"order_number": order, "order_on": _day(found_at)}
        place = self._world.places.draw(self._rng)
        draft = Draft(
            kind=kind.full_code,
            title=text.title,
            description=text.body,
            area=check.draft.area,
            channel="inspection",
            subject=check.draft.subject,
            raised_by=case,
            received_at=found_at,
            reported_at=found_at,
            fields=fields,
        )
        office = self._world.office_for(kind, {**fields, "category": ""}, place)
        return self._lived(kind, draft, office, text.answer, found_at)

    def penalties(self) -> list[Past]:
        """Return the penalties of the year, each against another enterprise."""
        kind, pasts = self._world.kind("safety.penalty"), []
        for enterprise in self._rng.sample(list(self._world.enterprises), self._totals.penalties):
            place = self._world.places.draw(self._rng)
            fields = {"law": "安全生产法第一百零二条", "amount": round(self._rng.uniform(1, 5), 1)}
            past = self._plain(
                kind, place, f"{enterprise.title}未及时消除隐患案", "复查发现隐患未按期整改，立案查处。",
                "已作出处罚决定并执行。", fields=fields, subject=enterprise, within=20.0,
            )  # fmt: skip
            pasts.append(past)
        return pasts

    # ── how a matter goes ─────────────────────────────────────────────────────────────────────────

    def _plain(
        self,
        kind: CaseKind,
        place: Place,
        title: str,
        body: str,
        answer: str,
        *,
        fields: Mapping[str, Any],
        channel: str = "",
        done: Mapping[str, Any] | None = None,
        subject: Dossier | None = None,
        within: float = 12.0,
    ) -> Past:
        """Return a matter without categories that was handled in at most *within* working days."""
        opened = self._moment(OFFICE, until=timedelta(days=int(within * 1.6) + 8))
        draft = Draft(
            kind=kind.full_code,
            title=title,
            description=body,
            area=subject.area_id if subject else place.area.pk,
            channel=channel,
            address=place.name,
            lon=None if subject else place.lon,
            lat=None if subject else place.lat,
            reporter_name=str(fields.get("petitioner", "")),
            subject=subject.pk if subject else None,
            received_at=opened,
            reported_at=opened,
            fields=fields,
        )
        office = self._world.office_for(kind, {**fields, "category": "", "channel": channel}, place)
        past = self._lived(kind, draft, office, answer, opened, days=within)
        return _with(past, done or {})

    def _moment(self, rhythm: Rhythm, until: timedelta = timedelta(0)) -> datetime:
        """Return a moment of the spell, early enough for what follows to end in it."""
        last = self._spell.last - until if self._is_year else self._spell.last
        if (rhythm, last) not in self._drawers:
            self._drawers[rhythm, last] = Moments(self._spell.first, last, rhythm, self._world.calendar)
        return self._drawers[rhythm, last].draw(self._rng)

    def _lived(
        self, kind: CaseKind, draft: Draft, office: Office, answer: str, opened: datetime, days: float = 9.0
    ) -> Past:
        """Return the matter with the moments each of its stages was reached, up to now."""
        rng, calendar = self._rng, self._world.calendar
        late = rng.random() < LATE_SHARE.get(kind.full_code, 0.0) * self._lateness
        end = promised_end(kind, draft, opened, calendar)
        last = last_moment(opened, end, calendar, rng, late=late, days=days)
        reached = self._until_now(way(opened, last, kind.stages, calendar, rng))
        handler = self._world.made.handler(office, rng)
        solved, satisfied = pick(SOLVED, rng), pick(SATISFIED, rng)
        return Past(
            draft,
            reached,
            office=office.pk,
            handler=handler.pk,
            verifier=self._verifier(handler).pk,
            answer=answer,
            solved=solved,
            satisfied="unreached" if solved == "unreached" else satisfied,
        )

    def _until_now(self, reached: Mapping[str, datetime]) -> dict[str, datetime]:
        """Leave out what lies ahead."""
        now = self._world.now
        return {stage: moment for stage, moment in reached.items() if now is None or moment <= now}

    def _verifier(self, handler: User) -> User:
        others = [user for user in self._world.made.dispatchers if user.pk != handler.pk]
        return self._rng.choice(others)


EVENT_CHANNELS = (("patrol", 6), ("grid_worker", 3), ("resident", 2), ("property", 1), ("camera", 0.4))
TICKET_CHANNELS = (("phone", 6), ("city", 2), ("web", 1), ("wechat", 1.5))
COUNTER_CHANNELS = (("counter", 6), ("village", 2), ("self", 1), ("online", 2), ("helper", 0.5))
APPLICATION_CATEGORIES = (
    ("social/pension", 5), ("social/medical", 5), ("social/certify", 4), ("civil/elder", 2),
    ("civil/minimum", 1), ("civil/temporary", 1), ("employment", 3), ("licence/shop", 2),
    ("household", 3), ("certificate", 3),
    ("farming", 1), ("family", 1),
)  # fmt: skip
USES = (("shed", 5), ("house", 3), ("shop", 2), ("fence", 1))


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _with(past: Past, done: Mapping[str, Any]) -> Past:
    """Return *past* with further fields that its answer filled in."""
    return replace(past, fields={**past.fields, **done})
