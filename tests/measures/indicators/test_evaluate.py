"""Values of every form of indicator, by hand-made records whose figures one can add up in the head."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.measures.indicators.conftest import Records

from zhenshu.ground.areas.tree import Part, merge_areas, move_area, rename_area, split_area
from zhenshu.ground.ledger.record import SYSTEM
from zhenshu.measures.indicators.errors import UnknownIndicatorError
from zhenshu.measures.indicators.evaluate import evaluate, evaluate_board
from zhenshu.measures.indicators.tallies import build_missing
from zhenshu.registers.dossiers.acts import close_dossier


@pytest.fixture(autouse=True)
def _built(db: None) -> None:
    build_missing()


@pytest.fixture
def year(records: Records) -> Records:
    """Five matters of 2023: three in the first village, two in the second; one of 2022."""
    first, second = records.town.micro_grids[0], records.town.micro_grids[-1]
    records.closed("2023-01-10", "2023-01-12", area=first, channel="phone", fields={"people": 2, "cost": 1.5})
    records.closed("2023-01-20", "2023-03-01", area=first, channel="web", fields={"people": 3, "cost": 2})
    records.matter("2023-02-28", area=first, channel="web", fields={"people": 5})
    records.matter("2023-05-31", area=second, channel="visit", category="light/dark", fields={"cost": 9})
    records.matter(
        "2023-12-31", area=second, channel="web", fields={"people": 4, "first_time": True, "ways": ["b"]}
    )
    records.matter("2022-03-05", area=second, channel="phone")
    return records


@pytest.mark.parametrize(
    ("code", "period", "expected"),
    [
        ("counts.matters", "2023", 5),
        ("counts.matters", "2023-01", 2),
        ("counts.matters", "2023-Q1", 3),
        ("counts.matters", "2022..2023", 6),
        ("counts.matters", "2023-02-28", 1),
        ("counts.matters", "2023-01-15..2023-05-31", 3),
        ("counts.matters", "2021", 0),
        ("counts.matters.closed", "2023", 2),
        ("counts.matters.open", "2023-01", 2),
        ("counts.matters.open", "2023", 4),
        ("counts.matters.open", "2023-02-15", 2),
        ("counts.matters.people", "2023", 14),
        ("counts.matters.cost", "2023", Decimal("3.5")),
        ("counts.matters.cost_in_thousands", "2023", Decimal("0.0035")),
        ("counts.matters.light", "2023", 1),
        ("counts.matters.mixed", "2023", 1),
        ("counts.matters.in_time_share", "2023", Decimal("50.00")),
        ("counts.matters.in_time_share", "2023-06", None),
        ("counts.matters.web_share", "2023", Decimal("60.0")),
        ("counts.matters.people_each", "2023", Decimal("2.80")),
        ("counts.matters.cost_each", "2023", Decimal("2500.00")),
        ("counts.matters.per_nothing", "2023", None),
    ],
)
def test_one_value_for_the_town(year: Records, code: str, period: str, expected: object) -> None:
    assert evaluate(code, year.town.town, period).value == expected


def test_a_value_carries_what_explains_it(year: Records) -> None:
    value = evaluate("counts.matters.web_share", year.town.town, "2023")
    assert (value.numerator, value.denominator, value.n) == (3, 5, 5)
    assert (value.unit, value.made_from, value.name) == ("%", "records", "网络占比")
    assert value.definition_version.startswith("2020-01-01·")


def test_exclusions_are_counted_beside_the_value(records: Records) -> None:
    case = records.matter("2023-05-16", fields={"people": 9, "ways": ["a"]})
    records.matter("2023-05-16", fields={"people": 9, "ways": ["a"]})
    records.take(case, "reject", "2023-05-17", reason="repeated")
    value = evaluate("counts.matters.mixed", records.town.town, "2023")
    assert (value.value, value.excluded) == (1, 1)


def test_areas_of_every_level(year: Records) -> None:
    town = year.town
    for area, expected in (
        (town.district, 5), (town.villages[0], 3), (town.villages[1], 2), (town.grids[0], 3),
        (town.grids[1], 0), (town.micro_grids[0], 3), (town.micro_grids[1], 0),
    ):  # fmt: skip
        assert evaluate("counts.matters", area, "2023").value == expected, area


def test_what_is_dated_later_is_left_out(year: Records) -> None:
    assert evaluate("counts.matters", year.town.town, "2023", on=date(2023, 2, 28)).value == 3
    assert evaluate("counts.matters", year.town.town, "2023", on=date(2023, 2, 27)).value == 2
    assert evaluate("counts.matters", year.town.town, "2023", on=date(2022, 2, 27)).value == 0


def test_members_do_not_add_up_over_months(records: Records) -> None:
    firms = [records.firm(name, "2020-01-01") for name in ("甲厂", "乙厂")]
    for day, firm in (("2023-01-05", 0), ("2023-01-08", 0), ("2023-02-05", 0), ("2023-02-06", 1)):
        records.matter(day, subject=firms[firm].pk)
    values = [
        evaluate("counts.matters.firms", records.town.town, p).value for p in ("2023-01", "2023-02", "2023")
    ]
    assert values == [1, 2, 2]
    assert evaluate("counts.matters.firms", records.town.town, "2023-01-01..2023-02-05").value == 1


def test_stock_of_dossiers_and_their_sums(records: Records) -> None:
    town, secretary = records.town.town, records.scopes["secretary"]
    gone = records.firm("甲厂", "2020-03-01", staff=30, size="large")
    records.firm("乙厂", "2023-02-10", staff=12, certified="2023-07-01")
    close_dossier(gone, version=1, on=date(2023, 6, 15), by=secretary)
    expected = {
        "2019": (0, 0),
        "2022": (1, 30),
        "2023-05": (2, 42),
        "2023-06": (1, 12),
        "2023-06-14": (2, 42),
    }
    for period, (firms, staff) in expected.items():
        assert evaluate("counts.firms", town, period).value == firms, period
        assert evaluate("counts.firms.staff", town, period).value == staff, period
    assert evaluate("counts.firms.new", town, "2023").value == 1
    assert evaluate("counts.firms.certified", town, "2023").value == 1


def test_readings_add_up_or_take_the_last_month(records: Records) -> None:
    firm = records.firm("甲厂", "2020-03-01", size="large")
    for month, output in (("2023-01", 10), ("2023-02", 20.5), ("2023-04", 30)):
        records.reading(firm, month, output=output)
    town = records.town.town
    assert evaluate("counts.output", town, "2023").value == Decimal("60.5")
    assert evaluate("counts.output.latest", town, "2023").value == 30
    assert evaluate("counts.output.latest", town, "2023-Q1").value == Decimal("20.5")
    assert evaluate("counts.output.latest", town, "2022").value == 0


def test_over_time_mean_and_highest_month(records: Records) -> None:
    for day in ("2023-01-05", "2023-01-06", "2023-01-07", "2023-04-05"):
        records.matter(day, kind="counts.visit")
    assert evaluate("counts.visits.busiest", records.town.town, "2023").value == 3
    assert evaluate("counts.visits.monthly_mean", records.town.town, "2023").value == 2


def test_a_board_says_the_same_as_single_values(year: Records) -> None:
    town = year.town
    codes = [
        "counts.matters",
        "counts.matters.open",
        "counts.matters.web_share",
        "counts.matters.people_each",
    ]
    areas = [town.town, *town.villages, *town.grids]
    periods = ["2023-01", "2023-05", "2023", "2023-01..2023-10"]
    board = evaluate_board(codes, areas, periods)
    for code in codes:
        for area in areas:
            for period in board.periods:
                single = evaluate(code, area, period)
                assert board.value(code, area.pk, period).value == single.value, (code, area, period)


def test_a_board_takes_few_statements(year: Records, django_assert_max_num_queries) -> None:
    town = year.town
    codes = [
        "counts.matters",
        "counts.matters.open",
        "counts.matters.firms",
        "counts.revenue",
        "counts.firms",
    ]
    evaluate_board(codes, [town.town], ["2023"])
    with django_assert_max_num_queries(
        9
    ):  # parts and missing parts are known to a process that has committed
        evaluate_board(codes, [town.town, *town.villages], [f"2023-{m:02d}" for m in range(1, 13)])


def test_an_unknown_code_names_its_neighbours(records: Records) -> None:
    with pytest.raises(UnknownIndicatorError, match=r"counts\.matters"):
        evaluate("counts.matter", records.town.town, "2023")


# ── borders that move ─────────────────────────────────────────────────────────────────────────────────


def test_a_merged_village_has_its_predecessors_figures_under_todays_borders(year: Records) -> None:
    town = year.town
    merged = merge_areas(list(town.villages), name="双浦村", on=date(2024, 7, 1), by=SYSTEM)
    assert evaluate("counts.matters", merged, "2023").value == 0
    assert evaluate("counts.matters", merged, "2023", boundaries="today").value == 5
    assert evaluate("counts.matters", town.villages[0], "2023").value == 3
    assert evaluate("counts.matters", town.town, "2023", boundaries="today").value == 5
    year.matter("2024-08-01", area=town.micro_grids[0])
    assert evaluate("counts.matters", merged, "2024").value == 1


def test_a_moved_grid_takes_its_history_along_only_under_todays_borders(year: Records) -> None:
    town = year.town
    moved = rename_area(town.grids[0], "第九网格", by=SYSTEM)
    move_area(moved, town.villages[1], by=SYSTEM)
    then = [evaluate("counts.matters", village, "2023").value for village in town.villages]
    today = [
        evaluate("counts.matters", village, "2023", boundaries="today").value for village in town.villages
    ]
    assert (then, today) == ([3, 2], [0, 5])
    assert evaluate("counts.matters.web_share", town.villages[1], "2023", boundaries="today").denominator == 5
    assert evaluate("counts.matters", town.villages[1], "2023-02-28", boundaries="today").value == 1


def test_a_split_village_divides_by_its_grids(year: Records) -> None:
    town = year.town
    parts = [
        Part("东浦东村", child_ids=[town.grids[0].pk]),
        Part("东浦西村", child_ids=[town.grids[1].pk]),
    ]
    year.matter("2023-03-03", area=town.villages[0])
    east, west = split_area(town.villages[0], parts, on=date(2024, 1, 1), by=SYSTEM)
    figures = [evaluate("counts.matters", area, "2023", boundaries="today").value for area in (east, west)]
    assert figures == [3, 0]
    assert evaluate("counts.matters", town.town, "2023", boundaries="today").value == 6
    assert evaluate("counts.matters", town.villages[0], "2023").value == 4


def test_dossiers_are_found_under_both_borders(records: Records) -> None:
    records.firm("甲厂", "2020-03-01", area=records.town.villages[0])
    merged = merge_areas(list(records.town.villages), name="双浦村", on=date(2024, 7, 1), by=SYSTEM)
    assert evaluate("counts.firms", merged, "2023", boundaries="today").value == 1
    assert evaluate("counts.firms", records.town.villages[0], "2023").value == 1
