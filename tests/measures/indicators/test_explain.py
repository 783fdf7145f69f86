"""The records behind a figure: as many as it says, and only those one may see."""

from __future__ import annotations

from datetime import date

import pytest
from tests.measures.indicators.conftest import Records

from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.indicators.compare import compare, contributions, standings
from zhenshu.measures.indicators.evaluate import evaluate_board
from zhenshu.measures.indicators.explain import explain
from zhenshu.measures.indicators.reported import report_value
from zhenshu.registers.dossiers.acts import close_dossier


@pytest.fixture
def year(records: Records) -> Records:
    first, second = records.town.micro_grids[0], records.town.micro_grids[-1]
    records.closed("2023-01-10", "2023-01-12", area=first, channel="phone", fields={"people": 2})
    records.matter("2023-02-28", area=first, channel="web", fields={"people": 5})
    records.matter("2023-05-31", area=second, channel="web")
    records.matter("2022-05-31", area=second, channel="web", fields={"people": 1})
    return records


@pytest.mark.parametrize(
    "code", ["counts.matters", "counts.matters.open", "counts.matters.people", "counts.firms"]
)
@pytest.mark.parametrize("period", ["2022", "2023", "2023-01", "2023-02-28"])
def test_as_many_records_as_the_figure_says(year: Records, code: str, period: str) -> None:
    firm = year.firm("甲厂", "2022-03-01")
    close_dossier(firm, version=1, on=date(2023, 1, 20), by=year.scopes["secretary"])
    found = explain(code, year.town.town, period, scope=year.scopes["secretary"])
    assert found.groups[0].count == found.value.n
    assert found.groups[0].records.count() == found.value.n


def test_a_share_opens_both_its_sides(year: Records) -> None:
    found = explain("counts.matters.web_share", year.town.town, "2023", scope=year.scopes["secretary"])
    assert [(group.count, group.kind) for group in found.groups] == [
        (2, "counts.matter"),
        (3, "counts.matter"),
    ]
    assert len({group.title for group in found.groups}) == 2


def test_records_one_may_not_see_are_counted_but_not_shown(year: Records) -> None:
    found = explain("counts.matters", year.town.town, "2023", scope=year.scopes["viewer"])
    assert (found.value.value, found.groups[0].count, found.groups[0].seen, found.groups[0].hidden) == (
        3,
        3,
        1,
        2,
    )
    village = year.town.villages[1].pk
    assert [case.village_id for case in found.groups[0].records] == [village]


def test_reported_values_are_shown_with_their_signer(year: Records) -> None:
    secretary = year.scopes["secretary"]
    report_value("counts.revenue", year.town.town, "2023-01", 3, signer="李统计", by=secretary)
    found = explain("counts.revenue", year.town.town, "2023-01", scope=secretary)
    assert [row.signer for row in found.reported] == ["李统计"]
    assert found.groups == ()


# ── comparisons ───────────────────────────────────────────────────────────────────────────────────────


def test_comparisons_with_last_year_and_the_period_before(year: Records) -> None:
    board = evaluate_board(["counts.matters"], [year.town.town], ["2023", "2023-02"])
    over_year = compare(board, "counts.matters", year.town.town.pk, parse_period("2023")).over_year
    assert (over_year.base, over_year.percent) == (1, 200)
    over_month = compare(board, "counts.matters", year.town.town.pk, parse_period("2023-02")).over_previous
    assert (over_month.base, over_month.change) == (1, 0)


def test_rank_and_share_among_villages(year: Records) -> None:
    period = parse_period("2023")
    villages = [village.pk for village in year.town.villages]
    board = evaluate_board(["counts.matters", "counts.matters.in_time_share"], villages, [period])
    order = standings(board, "counts.matters", villages, period)
    assert [(one.area, one.rank, one.of) for one in order] == [(villages[0], 1, 2), (villages[1], 2, 2)]
    assert round(sum(one.share for one in order), 6) == 100
    shares = standings(board, "counts.matters.in_time_share", villages, period)
    assert [(one.rank, one.share) for one in shares] == [(1, None), (None, None)]


def test_contributions_add_up_to_the_growth(year: Records) -> None:
    period = parse_period("2023")
    villages = [village.pk for village in year.town.villages]
    board = evaluate_board(["counts.matters"], [*villages, year.town.town.pk], [period])
    points = contributions(board, "counts.matters", villages, period)
    growth = compare(board, "counts.matters", year.town.town.pk, period).over_year.percent
    assert sum(points.values()) == growth
