"""Tallies equal a plain recount of the records, whatever happened to them."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from tests.measures.indicators.conftest import Records

from zhenshu.ground.packs.registry import library
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.models import Member, Part, Tally
from zhenshu.measures.indicators.tallies import build_missing, check, rebuild
from zhenshu.registers.dossiers.acts import close_dossier, correct_dossier, merge_dossiers


@pytest.fixture(autouse=True)
def _built(db: None) -> None:
    """Everything is counted from the start, so that only the followers keep the tallies."""
    build_missing()


def total(code: str) -> tuple[int, int]:
    """Return value and number of an indicator's own part over all village places and months."""
    digest = catalogue().plan(code).node.quantity.digest  # type: ignore[union-attr]
    rows = Tally.objects.filter(part__digest=digest, place__grid_id=0)
    return sum(row.value for row in rows), sum(row.n for row in rows)


def test_opening_counts_at_once(records: Records) -> None:
    records.matter("2023-05-16", fields={"people": 3})
    assert total("counts.matters") == (10_000, 1)
    assert total("counts.matters.people") == (30_000, 1)
    assert check() == []


def test_closing_correcting_and_reopening_move_tallies(records: Records) -> None:
    case = records.closed("2023-05-16", "2023-05-18", fields={"people": 3, "cost": 1.5}, channel="phone")
    assert total("counts.matters.closed") == (10_000, 1)
    assert total("counts.matters.cost") == (15_000, 1)
    assert total("counts.matters.open") == (0, 0)
    records.take(case, "reopen", "2023-06-02", reason="again", opinion="又坏了")
    assert total("counts.matters.closed") == (0, 0)
    assert total("counts.matters.open") == (10_000, 1)
    changes = {"channel": "visit", "area": records.town.micro_grids[-1].pk}
    records.take(case, "correct", "2023-06-03", changes=changes, fields={"people": 8})
    assert total("counts.matters.people") == (80_000, 1)
    assert total("counts.matters.cost") == (0, 0)
    assert check() == []


def test_merged_and_rejected_are_left_out_where_the_pack_says(records: Records) -> None:
    told = {"fields": {"people": 9, "ways": ["a"]}}
    first, second, third = (records.matter("2023-05-16", **told) for _ in range(3))
    records.take(second, "merge", "2023-05-17", into=first.number)
    records.take(third, "reject", "2023-05-17", reason="repeated")
    assert total("counts.matters.mixed") == (10_000, 1)
    assert check() == []


def test_members_are_counted_once_however_often_named(records: Records) -> None:
    firm = records.firm("澄江铸造", "2020-03-01")
    for day in ("2023-05-16", "2023-05-20", "2023-06-01"):
        records.matter(day, subject=firm.pk)
    assert {(row.member, row.n) for row in Member.objects.all()} == {(str(firm.pk), 2), (str(firm.pk), 1)}
    assert check() == []


def test_dossiers_stand_in_stock_until_closed(records: Records) -> None:
    firm = records.firm("澄江铸造", "2020-03-01", size="large", staff=40)
    assert total("counts.firms.staff") == (400_000, 1)
    kind, secretary = library().dossier_kind("counts.firm"), records.scopes["secretary"]
    firm = correct_dossier(firm, kind, {"size": "small", "staff": 25}, version=1, by=secretary)
    assert total("counts.firms.large") == (0, 0)
    assert total("counts.firms.staff") == (250_000, 1)
    close_dossier(firm, version=2, on=date(2023, 4, 1), by=secretary)
    assert total("counts.firms") == (0, 0)
    assert check() == []


def test_readings_follow_their_dossier(records: Records) -> None:
    firm = records.firm("澄江铸造", "2020-03-01", size="large")
    records.reading(firm, "2023-04", output=120.5)
    records.reading(firm, "2023-05", output=99.25)
    assert total("counts.output.large") == (2_197_500, 2)
    records.reading(firm, "2023-05", output=100, reason="更正")
    assert total("counts.output") == (2_205_000, 2)
    kind, secretary = library().dossier_kind("counts.firm"), records.scopes["secretary"]
    correct_dossier(firm, kind, {"size": "small"}, version=1, by=secretary, area=records.town.villages[1])
    assert total("counts.output.large") == (0, 0)
    assert total("counts.output") == (2_205_000, 2)
    assert check() == []


def test_merged_dossiers_count_once_with_their_readings(records: Records) -> None:
    kept = records.firm("澄江铸造", "2020-03-01", size="large")
    double = records.firm("澄江铸造厂", "2021-03-01", size="small", area=records.town.villages[1])
    records.reading(kept, "2023-04", output=100)
    records.reading(double, "2023-04", output=100)
    records.reading(double, "2023-05", output=50)
    merge_dossiers(kept, double, versions=(1, 1), on=date(2023, 6, 1), by=records.scopes["secretary"])
    assert total("counts.firms") == (10_000, 1)
    assert total("counts.output") == (1_500_000, 2)
    assert check() == []


def test_the_latest_reading_decides_what_a_dossier_counts_as(records: Records) -> None:
    firm = records.firm("澄江铸造", "2020-03-01", size="small")
    steps = (
        ("2023-04", 150, 1),
        ("2023-05", 90, 0),
        ("2023-03", 160, 0),
        ("2023-05", 110, 1),
        ("2023-06", 250, 0),
    )
    for month, output, expected in steps:
        records.reading(firm, month, output=output, reason="核定")
        assert total("counts.firms.near") == (expected * 10_000, expected), (month, output)
        assert check() == []
    kind, secretary = library().dossier_kind("counts.firm"), records.scopes["secretary"]
    records.reading(firm, "2023-07", output=120)
    correct_dossier(firm, kind, {"size": "large"}, version=1, by=secretary)
    assert total("counts.firms.near") == (0, 0)
    assert check() == []


def test_a_merged_dossier_hands_its_latest_reading_over(records: Records) -> None:
    kept = records.firm("澄江铸造", "2020-03-01", size="small")
    double = records.firm("澄江铸造厂", "2021-03-01", size="small", area=records.town.villages[1])
    records.reading(kept, "2023-04", output=50)
    records.reading(double, "2023-05", output=120)
    records.reading(double, "2023-06", output=130)
    assert total("counts.firms.near") == (10_000, 1)
    merge_dossiers(kept, double, versions=(1, 1), on=date(2023, 6, 1), by=records.scopes["secretary"])
    assert total("counts.firms.near") == (10_000, 1)
    assert check() == []


def test_check_names_what_deviates(records: Records) -> None:
    records.matter("2023-05-16")
    digest = catalogue().plan("counts.matters").node.quantity.digest  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_tally SET value = value + 10000, n = n + 1 WHERE part_id = "
                       "(SELECT id FROM indicators_part WHERE digest = %s)", [digest])  # fmt: skip
    found = check()
    assert {(one.kind, one.kept, one.counted) for one in found} == {
        ("counts.matter", (20_000, 2), (10_000, 1))
    }
    rebuild()
    assert check() == []


def test_a_new_indicator_is_counted_over_the_records_before_it(records: Records, counts_pack) -> None:
    records.matter("2023-05-16", channel="web")
    text = counts_pack.read_text(encoding="utf-8")
    counts_pack.write_text(
        text + "  counts.matters.web: {name: 网络事项, unit: 件, count: matter, where: {channel: web}}\n",
        encoding="utf-8",
    )
    from zhenshu.ground.packs.registry import forget_library

    forget_library()
    assert "counts.matters.web" in catalogue().plans
    build_missing()
    assert total("counts.matters.web") == (10_000, 1)
    records.matter("2023-05-17", channel="web")
    assert total("counts.matters.web") == (20_000, 2)
    assert check() == []


def test_a_part_nobody_asks_for_rests_and_is_counted_anew_when_it_returns(records, counts_pack) -> None:
    from zhenshu.ground.packs.registry import forget_library

    text = counts_pack.read_text(encoding="utf-8")
    line = next(one for one in text.splitlines(keepends=True) if "counts.matters.light:" in one)
    counts_pack.write_text(text.replace(line, ""), encoding="utf-8")
    forget_library()
    records.matter("2023-05-16", category="light/dark")
    counts_pack.write_text(text, encoding="utf-8")
    forget_library()
    digest = catalogue().plan("counts.matters.light").node.quantity.digest  # type: ignore[union-attr]
    assert Part.objects.get(digest=digest).built_at is None
    build_missing()
    assert total("counts.matters.light") == (10_000, 1)
