"""Plan items are counted like every other record: by start, by end, by the stages of their life."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.measures.indicators.conftest import Records, moment

from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.explain import explain
from zhenshu.measures.indicators.tallies import build_missing, check
from zhenshu.registers.plans.acts import cancel_item, complete_item, create_item, edit_item
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.relighting import relight
from zhenshu.registers.plans.reporting import record_life_stage


@pytest.fixture
def promise(records: Records) -> Any:
    build_missing()

    def make(start: str, due: str, *, invest: float = 0, **more: Any) -> PlanItem:
        draft = PlanDraft(
            kind="counts.promise", title="新建公园", area=records.town.town.pk, fields={"invest": invest},
            start=date.fromisoformat(start), due=date.fromisoformat(due), **more,
        )  # fmt: skip
        return create_item(draft, by=records.scopes["secretary"], at=moment(start))

    return make


def test_life_of_a_project_in_figures(promise: Any, records: Records) -> None:
    town, secretary = records.town.town, records.scopes["secretary"]
    item = promise("2023-02-01", "2023-09-30", invest=1250.5)
    other = promise("2023-03-01", "2023-12-30")
    item = record_life_stage(item, "signed", date(2023, 2, 20), version=item.version, by=secretary)
    item = complete_item(item, on=date(2023, 8, 15), version=item.version, by=secretary)
    expected = {
        "counts.promises.started": (1, 2), "counts.promises.signed": (1, 1), "counts.promises.done": (0, 1),
        "counts.promises.running": (1, 1), "counts.promises.all_done": (0, 1),
        "counts.promises.invest": (1250.5, 1250.5),
    }  # fmt: skip
    for code, (february, year) in expected.items():
        assert evaluate(code, town, "2023-02").value == february, code
        assert evaluate(code, town, "2023").value == year, code
    assert check() == []
    cancel_item(other, reason="停建", version=other.version, by=secretary)
    assert evaluate("counts.promises.started", town, "2023").value == 1
    assert check() == []


def test_a_stage_taken_back_and_a_moved_item(promise: Any, records: Records) -> None:
    secretary = records.scopes["secretary"]
    item = promise("2023-02-01", "2023-09-30", invest=10)
    item = record_life_stage(item, "signed", date(2023, 2, 20), version=item.version, by=secretary)
    item = record_life_stage(item, "signed", None, version=item.version, by=secretary)
    edit_item(item, {"area": records.town.villages[1].pk}, version=item.version, by=secretary)
    assert evaluate("counts.promises.signed", records.town.town, "2023").value == 0
    assert evaluate("counts.promises.running", records.town.villages[1], "2023").value == 1
    assert check() == []


def test_lamps_that_change_overnight_move_the_tallies(promise: Any, records: Records) -> None:
    promise("2023-02-01", "2023-03-01")
    relight(moment("2023-06-01"))
    assert evaluate("counts.promises.behind", records.town.town, "2023-06").value == 1
    assert check() == []


@pytest.mark.parametrize(
    "code", ["counts.promises.running", "counts.promises.started", "counts.promises.signed"]
)
def test_the_items_behind_a_figure(promise: Any, records: Records, code: str) -> None:
    secretary = records.scopes["secretary"]
    item = promise("2023-02-01", "2023-09-30")
    record_life_stage(item, "signed", date(2023, 2, 20), version=item.version, by=secretary)
    found = explain(code, records.town.town, "2023-02", scope=secretary)
    assert (found.groups[0].count, [one.title for one in found.groups[0].records]) == (1, ["新建公园"])
    hidden = explain(code, records.town.town, "2023-02", scope=records.scopes["grid_worker"])
    assert hidden.groups[0].hidden == 1


def test_members_of_plan_items(promise: Any, records: Records, offices: Any) -> None:
    for _ in range(2):
        promise("2023-02-01", "2023-09-30", lead_office=offices["safety"].pk)
    assert evaluate("counts.promises.offices", records.town.town, "2023").value == 1
    assert check() == []
