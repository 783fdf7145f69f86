"""The shipped scorecards: the records an office keeps give the points that the rows of the table name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.conftest import Town
from tests.measures.lines.test_rows import Keeper

from zhenshu.ground.people.models import Office, Post, User
from zhenshu.ground.people.scope import scope_of
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.scorecards.compute import compute
from zhenshu.measures.scorecards.units import card_kind, card_kinds
from zhenshu.registers.plans.models import PlanItem

pytestmark = pytest.mark.django_db
MAY = {"due": date(2023, 5, 20)}
DONE = {**MAY, "done": date(2023, 5, 10)}
VILLAGE, GRID, OFFICE = "东浦村", "东浦村 第一网格", "综合执法队"
CHARGED = "office"  # stands for the office of the test, in whatever field

# card, period, unit, records, points
ROWS: dict[str, tuple[str, str, str, list[dict[str, Any]], dict[str, float]]] = {
    "grid-05": (
        "grid.grids", "2023-05", GRID,
        [{"plan": "grid.grid_task", "category": "check", **DONE}, {"plan": "grid.grid_task", **MAY}],
        {"tasks": 10},
    ),
    "grid-13": (
        "grid.peace_month", "2023-05", VILLAGE,
        [{"plan": "grid.grid_task", "category": "creation", **DONE},
         {"plan": "grid.grid_task", "category": "event_guard", **MAY},
         {"plan": "grid.grid_task", "category": "check", **MAY}],
        {"creation": 15},
    ),
    "grid-14": (
        "grid.standards", "2023-H1", VILLAGE,
        [{"dossier": "grid.community",
          "readings": [["quarter", "2023-Q1", {"households": 900, "posts": 4, "filled": 3}]]},
         {"record": "grid.standard_sheet", "about": "grid.community", "derived": {"failed": 2}}],
        {"posts": 22.5, "items": 40, "council": 0},
    ),
    "enforcement-02": (
        "enforcement.file_quality", "2023-H1", OFFICE,
        [{"case": "enforcement.case", "fields": {"reviewed": True}},
         {"case": "enforcement.case", "fields": {"reviewed": False}}],
        {"review": 15},
    ),
    "urban-11": (
        "urban.villages", "2023-05", VILLAGE,
        [{"case": "urban.creation_problem"},
         {"record": "urban.creation", "about": "base.place", "derived": {"failed": 3}}],
        {"creation": 50, "checks": 17, "sorted": 30},
    ),
    "urban-15": (
        "urban.drives", "2023-05", VILLAGE,
        [{"plan": "urban.drive", "fields": {"target": 100, "done_amount": 80}, **MAY}],
        {"amount": 48},
    ),
    "rural-01": (
        "rural.villages", "2023-Q2", VILLAGE,
        [{"case": "rural.problem", "category": "waste"},
         {"record": "rural.village_check", "about": "base.village", "fields": {"score": 92, "found": 2}}],
        {"score": 36.8, "found": 19},
    ),
    "projects-10": (
        "projects.quarter", "2023-Q2", OFFICE,
        [{"dossier": "projects.card",
          "fields": {"year_plan": 1000, "listed_on": "2023-01-10", "charged": CHARGED},
          "readings": [["month", "2023-05", {"invested": 400}]]}],
        {"invested": 16},
    ),
    "investment-06": (
        "investment.quarter", "2023-Q2", OFFICE,
        [{"dossier": "investment.fund_project", "fields": {"charged": CHARGED},
          "readings": [["month", "2023-05", {"inner": 300}]]}],
        {"arrived": 40, "signed": 0},
    ),
    "finance-02": (
        "finance.offices", "2023", OFFICE,
        [{"dossier": "finance.budget_line",
          "fields": {"amount": 100, "budget_on": "2023-01-10", "charged": CHARGED},
          "readings": [["payment", "2023-05", {"paid": 80}], ["performance", "2023", {"score": 90}]]}],
        {"progress": 32, "performance": 54},
    ),
    "culture-06": (
        "culture.tour_village", "2023", VILLAGE,
        [{"dossier": "culture.attraction", "readings": [["visitors", "2023-05", {"visitors": 1200}]]}],
        {"visitors": 30},
    ),
    "governance-03": (
        "governance.offices", "2023-Q2", OFFICE,
        [{"case": "governance.finding"}, {"plan": "governance.year_task", **DONE}],
        {"findings": 20, "tasks": 50},
    ),
}  # fmt: skip


class OfficeKeeper(Keeper):
    """Keeps records that lie in one place and belong to one office."""

    office: Office

    def cast(self) -> dict[str, int]:
        return {**super().cast(), "office": self.office.pk}

    def complete(self, fields: Any, given: Any) -> dict[str, Any]:
        said = super().complete(fields, given)
        return {key: self.office.pk if value == CHARGED else value for key, value in said.items()}


@pytest.mark.parametrize("row", ROWS)
def test_the_records_of_a_row_give_its_points(
    row: str, town: Town, offices: dict[str, Office], people: dict[str, User]
) -> None:
    code, period, unit, records, points = ROWS[row]
    Post.objects.filter(user=people["secretary"]).update(sensitive=True)
    place = town.grids[0] if unit == GRID else town.villages[0] if unit == VILLAGE else town.town
    keeper = OfficeKeeper(
        replace(town, town=place), scope_of(people["secretary"], on=date(2023, 6, 1)), people
    )
    keeper.office = offices["enforcement"]
    for said in records:
        keeper.keep(said)
    PlanItem.objects.update(lead_office=keeper.office)  # offices are read from the records themselves
    found = {one.unit.name: one for one in compute(card_kind(code), town.town, parse_period(period)).scored}
    assert unit in found
    told = {item: found[unit].scores[item].points for item in points}
    assert {item: None if one is None else float(one) for item, one in told.items()} == points


def test_every_shipped_card_scores_units_and_its_full_marks_add_up_to_a_hundred() -> None:
    full = {
        code: sum(item.full for item in card.items.values() if item.way != "bonus")
        for code, card in card_kinds().items()
        if not code.startswith("scored.")
    }
    assert {code: total for code, total in full.items() if total != 100} == {}
    assert {card.of for card in card_kinds().values()} <= {"town", "village", "grid", "office", "dossier"}
    assert all(card.basis for code, card in card_kinds().items() if code in full)
