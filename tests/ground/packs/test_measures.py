"""What the short texts of indicators count."""

from __future__ import annotations

from datetime import date

import pytest

from zhenshu.ground.packs.loader import PackShelf, load_text
from zhenshu.ground.packs.measures import (
    Counted,
    MeasureError,
    counted_of,
    find_kind,
    read_measure,
    read_part,
)
from zhenshu.ground.packs.references import find_problems
from zhenshu.ground.packs.schema import Measure, Pack

TEXT = """
pack: petitions
name: 信访
effective: 2022-05-01
dossiers:
  firm:
    name: 企业
    title: name
    fields: {name: {name: 名称}, land: {name: 占地, type: decimal}, opened_on: {name: 成立, type: date}}
    readings: {month: {name: 月报, fields: {tax: {name: 税金, type: money}}}}
cases:
  visit:
    name: 来访
    fields: {people: {name: 人次, type: integer}, came_on: {name: 来访日, type: date}}
plans:
  work:
    name: 项目
    level: project
    life: {signed: 签约, started: 开工}
    fields: {money: {name: 投资, type: money}}
payouts:
  aid: {name: 补贴, of: firm, rates: {basic: {name: 基本, amount: 100}}}
indicators:
  petitions.visits: {name: 批次, count: visit}
  petitions.visitors: {name: 人次, sum: visit.people, where: {people: {gte: 2}}}
  petitions.paid: {name: 发放, sum: aid.amount, where: {rate: basic}}
"""


@pytest.fixture(scope="module")
def pack() -> Pack:
    loaded = load_text(TEXT, "petitions.yaml").pack
    assert loaded is not None
    return loaded


@pytest.fixture(scope="module")
def shelf(pack: Pack) -> PackShelf:
    return PackShelf({"petitions": pack}, frozenset({"rivers"}))


def test_the_sample_is_sound(pack: Pack, shelf: PackShelf) -> None:
    assert [f.kind for f in find_problems(pack, shelf)] == []


@pytest.mark.parametrize(
    ("measure", "way", "kind", "reading", "field", "at"),
    [
        ({"count": "visit"}, "count", "petitions.visit", None, None, "opened"),
        ({"count": "petitions.visit"}, "count", "petitions.visit", None, None, "opened"),
        ({"sum": "visit.people", "at": "came_on"}, "sum", "petitions.visit", None, "people", "came_on"),
        ({"distinct": "visit.subject"}, "distinct", "petitions.visit", None, "subject", "opened"),
        ({"stock": "firm"}, "stock", "petitions.firm", None, None, "opened"),
        ({"sum": "firm.month.tax"}, "sum", "petitions.firm", "month", "tax", "period"),
        ({"count": "firm", "at": "opened_on"}, "count", "petitions.firm", None, None, "opened_on"),
        ({"sum": "work.money", "at": "life.started"}, "sum", "petitions.work", None, "money", "life.started"),
        ({"count": "visit.closed_in_time"}, "count", "petitions.visit", None, None, "closed"),
    ],
)
def test_what_is_counted(
    measure: dict[str, str], way: str, kind: str, reading: str | None, field: str | None, at: str,
    pack: Pack, shelf: PackShelf,
) -> None:  # fmt: skip
    counted = read_measure(Measure.model_validate(measure), pack, shelf)
    found = (counted.way, counted.full_code, counted.reading, counted.field, counted.at)
    assert found == (way, kind, reading, field, at)


def test_a_well_known_condition_and_an_own_one_hold_together(pack: Pack, shelf: PackShelf) -> None:
    measure = Measure(count="visit.closed_in_time", where={"people": 1})
    where = read_measure(measure, pack, shelf).where
    assert dict(where) == {"outcome": {"set": True}, "in_time": True, "people": 1}


def test_a_side_of_a_share_may_be_an_indicator(pack: Pack, shelf: PackShelf) -> None:
    assert read_part("petitions.visits", pack, shelf) == "petitions.visits"
    assert isinstance(read_part("visit.closed", pack, shelf), Counted)


@pytest.mark.parametrize(
    ("measure", "problem"),
    [
        ({"count": "visits"}, "unknown_kind"),
        ({"count": "rivers.patrol"}, "pack_absent"),
        ({"sum": "visit"}, "measure_field_missing"),
        ({"sum": "visit.persons"}, "unknown_field"),
        ({"sum": "visit.came_on"}, "measure_number"),
        ({"sum": "firm.year.tax"}, "unknown_field"),
        ({"distinct": "visit"}, "measure_field_missing"),
        ({"distinct": "visit.nobody"}, "unknown_field"),
        ({"count": "visit", "at": "ended"}, "unknown_at"),
        ({"count": "visit.soon"}, "unknown_measure"),
    ],
)
def test_what_counts_nothing_is_refused(
    measure: dict[str, str], problem: str, pack: Pack, shelf: PackShelf
) -> None:
    with pytest.raises(MeasureError) as refused:
        read_measure(Measure.model_validate(measure), pack, shelf)
    assert refused.value.problem == problem


def test_a_kind_of_the_own_pack_comes_before_a_pack_of_that_name(pack: Pack) -> None:
    other = load_text("pack: visit\nname: 同名\neffective: 2022-01-01\n", "visit.yaml").pack
    assert other is not None
    shelf = PackShelf({"petitions": pack, "visit": other})
    assert find_kind("visit.people", pack, shelf).rest == ("people",)


def test_additive_indicators_say_what_they_count(pack: Pack, shelf: PackShelf) -> None:
    counted = counted_of(pack.indicators["petitions.visitors"], pack, shelf)
    assert counted is not None
    assert (counted.field, dict(counted.where)) == ("people", {"people": {"gte": 2}})
    assert pack.effective == date(2022, 5, 1)
