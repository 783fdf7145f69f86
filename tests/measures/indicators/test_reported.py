"""Reported series: signed, corrected beside the old value, told for any stretch their months make up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.measures.indicators.conftest import Records

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.models import Office, Post, User
from zhenshu.ground.people.scope import scope_of
from zhenshu.measures.indicators.errors import ReportedError, RightMissingError
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.reported import history_of, report_value


@pytest.fixture
def report(records: Records) -> Any:
    def enter(period: str, value: Any, *, area: Any = None, by: str = "secretary", **more: Any) -> Any:
        area = area or records.town.town
        more = {"signer": "李统计", "code": "counts.revenue", **more}
        return report_value(more.pop("code"), area, period, value, by=records.scopes[by], **more)

    return enter


def of(area: Any, period: str, code: str = "counts.revenue") -> Decimal | None:
    return evaluate(code, area, period).value


def test_months_make_quarters_and_years(report: Any, records: Records) -> None:
    for month in range(1, 13):
        report(f"2023-{month:02d}", month)
    town = records.town.town
    told = {"2023-03": 3, "2023-Q2": 15, "2023-H1": 21, "2023": 78, "2023-01..2023-10": 55, "2022": None}
    assert {period: of(town, period) for period in told} == told


def test_a_month_is_told_by_two_accumulated_stretches(report: Any, records: Records) -> None:
    report("2023-01..2023-09", "88.5")
    report("2023-01..2023-10", 100)
    assert of(records.town.town, "2023-10") == Decimal("11.5")
    assert of(records.town.town, "2023-09") is None


def test_a_year_known_only_as_a_whole_has_no_months(report: Any, records: Records) -> None:
    report("2023", "6.3")
    assert (of(records.town.town, "2023"), of(records.town.town, "2023-05")) == (Decimal("6.3"), None)


def test_villages_add_up_unless_the_town_was_reported_itself(report: Any, records: Records) -> None:
    report("2023", 2, area=records.town.villages[0])
    value = evaluate("counts.revenue", records.town.town, "2023")
    assert (value.value, value.missing_areas, value.made_from) == (2, 1, "reported")
    report("2023", 5)
    assert of(records.town.town, "2023") == 5


def test_rates_never_add_up(report: Any, records: Records) -> None:
    report("2023-01", "61.2", code="counts.rate", unit="%")
    report("2023-02", "61.5", code="counts.rate", unit="%")
    report("2023-02", 50, code="counts.rate", area=records.town.villages[0])
    assert of(records.town.town, "2023-Q1", "counts.rate") == Decimal("61.5")
    assert of(records.town.district, "2023-Q1", "counts.rate") is None


def test_a_value_names_its_signers(report: Any, records: Records) -> None:
    report("2023-01", 3, signer="李统计")
    report("2023-02", 4, signer="王统计")
    assert evaluate("counts.revenue", records.town.town, "2023-01..2023-02").signers == ("李统计", "王统计")


def test_other_units_of_the_same_measure_are_converted(report: Any, records: Records) -> None:
    report("2023", 63_000, unit="万元")
    assert of(records.town.town, "2023") == Decimal("6.3")
    with pytest.raises(ReportedError, match="亿元"):
        report("2022", 5, unit="公斤")


def test_records_and_reports_join_in_a_formula(report: Any, records: Records) -> None:
    for name in ("甲厂", "乙厂"):
        records.firm(name, "2020-01-01")
    report("2023", "0.5")
    value = evaluate("counts.revenue_each", records.town.town, "2023")
    assert (value.value, value.made_from) == (Decimal("25000000.00"), "mixed")


def test_a_correction_needs_a_reason_and_keeps_the_old_value(report: Any, records: Records) -> None:
    first = report("2023-05", 8)
    assert report("2023-05", "8.0") == first
    with pytest.raises(ReportedError, match="2023-05"):
        report("2023-05", 9)
    report("2023-05", 9, reason="漏报一户")
    kept = history_of("counts.revenue", records.town.town, "2023-05")
    assert [(row.value, row.replaced_by_id is None) for row in kept] == [(8, False), (9, True)]
    entry = Entry.objects.filter(action="figure.corrected").get()
    assert (entry.note, entry.changes["value"]) == ("漏报一户", ["8.000000", "9.000000"])
    assert of(records.town.town, "2023-05") == 9


@pytest.mark.parametrize(
    ("period", "value", "more"),
    [
        ("2023-05", 1, {"signer": " "}),
        ("2023-05", "一百", {}),
        ("2023-05", "1e30", {}),
        ("2023-05", "NaN", {}),
        ("2023-13", 1, {}),
        ("2023-05-06", 1, {}),
        ("2023-05", 1, {"code": "counts.matters"}),
    ],
)
def test_what_cannot_be_a_value_is_refused(
    report: Any, period: str, value: Any, more: dict[str, Any]
) -> None:
    with pytest.raises(ReportedError, match="."):
        report(period, value, **more)


def test_who_may_report(
    report: Any, records: Records, offices: dict[str, Office], people: dict[str, User]
) -> None:
    economy = Office.objects.create(key="economy", name="经济发展办公室", area=records.town.town)
    statistician = User.objects.create(username="statistician", name="李统计")
    Post.objects.create(user=statistician, role="officer", office=economy, area=records.town.town)
    records.scopes["statistician"] = scope_of(statistician, on=records.town.town.valid_from)
    allowed = {"secretary", "administrator", "statistician"}
    for month, name in enumerate(records.scopes, start=1):
        if name in allowed:
            assert report(f"2023-{month:02d}", 1, by=name).pk
            continue
        with pytest.raises(RightMissingError):
            report(f"2023-{month:02d}", 1, by=name)
