"""Whatever happens to cases and dossiers, the tallies equal a plain recount written in SQL by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.measures.indicators.conftest import Records, moment

from zhenshu.ground.packs.registry import library
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.tallies import build_missing, check
from zhenshu.registers.cases.bulk import open_many
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.cases.loop import Draft
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.acts import close_dossier, correct_dossier, reopen_dossier
from zhenshu.registers.dossiers.errors import DossierError
from zhenshu.registers.dossiers.models import Dossier

FIRST = date(2022, 11, 1)
numbers = st.integers(0, 7)
said = st.fixed_dictionaries(
    {},
    optional={
        "people": st.integers(0, 12),
        "cost": st.integers(-9000, 90_000).map(lambda hundredths: hundredths / 100),
        "word": st.sampled_from(["", "甲", "乙"]),
        "first_time": st.booleans(),
        "ways": st.lists(st.sampled_from("abc"), max_size=3),
        "seen_on": st.dates(FIRST, FIRST + timedelta(days=200)).map(date.isoformat),
    },
)
opened = st.tuples(
    st.just("open"), numbers, st.sampled_from(["", "phone", "web", "visit"]), said,
    st.sampled_from(["", "light", "light/dark", "road"]), st.booleans(),
)  # fmt: skip
# "next" takes whatever step of the main track comes next, so that many histories reach the end of the loop.
ACTIONS = [
    "next",
    "next",
    "next",
    "next",
    "next",
    "next",
    "reject",
    "return",
    "reopen",
    "withdraw",
    "park",
    "unpark",
]
NEXT = {"accepted": "answer", "answered": "call_back", "called_back": "close", "closed": "reopen"}
stepped = st.tuples(st.just("step"), numbers, st.sampled_from(ACTIONS))
corrected = st.tuples(st.just("correct"), numbers, numbers, said)
merged = st.tuples(st.just("merge"), numbers, numbers)
imported = st.tuples(st.just("import"), st.lists(said, min_size=1, max_size=4))
dossiers = st.tuples(
    st.just("firm"), numbers, st.sampled_from(["new", "small", "large", "close", "reopen", "move"])
)
history = st.lists(
    st.one_of(opened, stepped, stepped, stepped, corrected, merged, imported, dossiers),
    min_size=12,
    max_size=30,
)


class World:
    """Lives a random history; what the rules refuse simply does not happen."""

    def __init__(self, records: Records) -> None:
        self.records, self.day = records, FIRST
        self.areas = [*records.town.micro_grids, *records.town.villages, records.town.town]
        for place in range(4):
            self.live(("open", place * 2, "phone", {"people": place}, "light", False))

    def live(self, event: tuple[Any, ...]) -> None:
        self.day += timedelta(days=7)
        name, *told = event
        with suppress(CaseError, DossierError):
            getattr(self, f"_{name}")(*told)

    @property
    def on(self) -> str:
        return self.day.isoformat()

    def _pick(self, number: int) -> Case | None:
        cases = list(Case.objects.order_by("pk"))
        return cases[number % len(cases)] if cases else None

    def _open(self, place: int, channel: str, fields: Any, category: str, with_firm: bool) -> None:
        firm = Dossier.objects.filter(state="active").first() if with_firm else None
        self.records.matter(
            self.on, area=self.areas[place], channel=channel, fields=fields, category=category,
            subject=firm.pk if firm else None,
        )  # fmt: skip

    def _step(self, number: int, action: str) -> None:
        case = self._pick(number)
        action = NEXT[case.stage] if case and action == "next" else action
        given_with: Mapping[str, dict[str, Any]] = {
            "answer": {"opinion": "已办"},
            "call_back": {"solved": "yes", "satisfied": "mostly"},
            "reject": {"reason": "repeated"},
            "return": {"reason": "incomplete", "opinion": "重办"},
            "reopen": {"reason": "again", "opinion": "又来"},
            "park": {"opinion": "暂缓"},
        }
        by = {"answer": "officer", "call_back": "secretary", "withdraw": "dispatcher"}
        if case is not None:
            self.records.take(
                case, action, self.on, by=by.get(action, "dispatcher"), **given_with.get(action, {})
            )

    def _correct(self, number: int, place: int, fields: Any) -> None:
        case = self._pick(number)
        if case is not None:
            changes = {"area": self.areas[place].pk, "channel": "web"}
            cleared = {"people": None, "word": "", **fields}
            self.records.take(case, "correct", self.on, changes=changes, fields=cleared)

    def _merge(self, number: int, into: int) -> None:
        case, other = self._pick(number), self._pick(into)
        if case is not None and other is not None:
            self.records.take(case, "merge", self.on, into=other.number)

    def _import(self, many: list[dict[str, Any]]) -> None:
        drafts = [
            Draft("counts.matter", "导入", self.areas[place % 8].pk, fields=fields)
            for place, fields in enumerate(many)
        ]
        open_many(drafts, by=self.records.scopes["dispatcher"], at=moment(self.on))

    def _firm(self, number: int, act: str) -> None:
        secretary, kind = self.records.scopes["secretary"], library().dossier_kind("counts.firm")
        firms = list(Dossier.objects.order_by("pk"))
        if act == "new" or not firms:
            area = self.records.town.villages[number % 2]
            self.records.firm(f"厂{len(firms)}", self.on, area=area, size="large", staff=number)
            return
        firm = firms[number % len(firms)]
        match act:
            case "close":
                close_dossier(firm, version=firm.version, on=self.day, by=secretary)
            case "reopen":
                reopen_dossier(firm, version=firm.version, by=secretary)
            case "move":
                self.records.reading(firm, f"{self.day:%Y-%m}", output=number + 0.25, reason="更正")
                area = self.records.town.villages[number % 2]
                correct_dossier(firm, kind, {}, version=firm.version, by=secretary, area=area)
            case size:
                correct_dossier(firm, kind, {"size": size}, version=firm.version, by=secretary)


# The same quantities, asked of the database in the plainest words. Moments are compared in local time.
def _field(name: str) -> str:
    if connection.vendor == "postgresql":
        return f"(fields ->> '{name}')"
    return f"JSON_EXTRACT(fields, '$.{name}')"


def _month(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"TO_CHAR({column} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"
    return f"STRFTIME('%Y-%m', {column}, '+8 hours')"


def _asked(village: int, month: str) -> dict[str, str]:
    here = f"FROM cases_case WHERE kind = 'counts.matter' AND village_id = {village}"
    opened_here = f"{here} AND {_month('opened_at')} = '{month}'"
    return {
        "counts.matters": f"SELECT COUNT(*) {opened_here}",
        "counts.matters.closed": (
            f"SELECT COUNT(*) {here} AND {_month('closed_at')} = '{month}' AND outcome <> ''"
        ),
        "counts.matters.open": (
            f"SELECT COUNT(*) {here} AND {_month('opened_at')} <= '{month}' "
            f"AND (closed_at IS NULL OR {_month('closed_at')} > '{month}')"
        ),
        "counts.matters.people": (
            f"SELECT COALESCE(SUM(CAST({_field('people')} AS INTEGER)), 0) {opened_here}"
        ),
        "counts.matters.cost": (
            f"SELECT COALESCE(SUM(ROUND(CAST({_field('cost')} AS NUMERIC), 2)), 0) {opened_here} "
            "AND channel IN ('phone', 'web')"
        ),
        "counts.matters.light": (
            f"SELECT COUNT(*) {opened_here} AND (category = 'light' OR category LIKE 'light/%')"
        ),
        "counts.matters.without_word": (
            f"SELECT COUNT(*) {opened_here} AND COALESCE({_field('word')}, '') = ''"
        ),
        "counts.matters.seen": f"SELECT COUNT(*) {here} AND SUBSTR({_field('seen_on')}, 1, 7) = '{month}'",
        "counts.matters.firms": f"SELECT COUNT(DISTINCT subject_id) {opened_here}",
    }


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(events=history)
def test_tallies_equal_a_plain_recount(records: Records, events: list[tuple[Any, ...]]) -> None:
    with undone():
        build_missing()
        world = World(records)
        for event in events:
            world.live(event)
        assert check() == []
        for village in records.town.villages:
            for month in ("2022-11", "2022-12", "2023-02", "2023-05"):
                _compare(village.pk, month)


def _compare(village: int, month: str) -> None:
    with connection.cursor() as cursor:
        for code, statement in _asked(village, month).items():
            cursor.execute(statement)
            expected = cursor.fetchone()[0]
            found = evaluate(code, village, month).value
            assert float(found or 0) == pytest.approx(float(expected or 0), abs=1e-6), (code, month)


@contextmanager
def undone() -> Iterator[None]:
    """Roll back everything in this block, so that each history starts from nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_months_are_those_of_local_time(records: Records) -> None:
    """One in the morning of New Year's Day is still last year in UTC."""
    build_missing()
    records.matter("2023-01-01")
    Case.objects.update(opened_at=moment("2023-01-01", 1))
    assert check() == []
