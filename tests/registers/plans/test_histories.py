"""Items of the past come in with the stages they reached; all of a list or none of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from zhenshu.ground.ledger.history import entries_of
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.errors import PlanInvalidError, PlanNotAllowedError
from zhenshu.registers.plans.histories import PastItem, import_items
from zhenshu.registers.plans.models import PlanItem, PlanVersion, ProgressEntry
from zhenshu.registers.plans.reporting import Report


def past(planning, title, **more):
    start = date(2023, 2, 1)
    draft = PlanDraft(
        kind="plans.project", title=title, area=planning.town.town.pk, start=start, due=date(2023, 5, 31)
    )
    return PastItem(draft, **more)


LIVED = {"signed": date(2023, 2, 3), "started": date(2023, 3, 1), "completed": date(2023, 4, 20)}


def test_what_was_done_comes_in_done_with_its_stages(planning):
    told = Report(line="竣工验收", percent=None)
    done = past(planning, "旧路改造", life=LIVED, report=told, done_on=date(2023, 4, 28))
    on_the_way = past(
        planning, "新桥", life={"signed": date(2023, 4, 1)}, report=Report(line="备料", percent=Decimal(35))
    )
    first, second = import_items([done, on_the_way], by=planning.scopes["secretary"], at=planning.now)
    held = PlanItem.objects.get(pk=first.pk)
    assert (held.state, held.done_on, held.stage) == ("done", date(2023, 4, 28), "completed")
    assert held.progress == 100
    assert held.life["started"] == "2023-03-01"
    assert (PlanItem.objects.get(pk=second.pk).state, PlanItem.objects.get(pk=second.pk).progress) == (
        "open",
        35,
    )
    assert ProgressEntry.objects.filter(item__in=[first, second]).count() == 2
    for item in (first, second):
        assert len(list(entries_of("plans.planitem", item.pk))) == 1
        assert PlanVersion.objects.get(item=item, until=None).title == item.title


WRONG = {
    "a day to come": {"done_on": date(2023, 5, 20)},
    "days that run backwards": {"life": {"signed": date(2023, 4, 1), "started": date(2023, 3, 1)}},
    "an unknown stage": {"life": {"dreamt": date(2023, 3, 1)}},
    "a percentage beyond all": {"report": Report(line="完成", percent=Decimal(120))},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_one_wrong_item_keeps_the_whole_list_out(planning, wrong):
    good = past(planning, "旧路改造", life=LIVED)
    with pytest.raises(PlanInvalidError):
        import_items(
            [good, past(planning, "新桥", **wrong)], by=planning.scopes["secretary"], at=planning.now
        )
    assert not PlanItem.objects.filter(title__in=["旧路改造", "新桥"]).exists()


def test_who_may_not_plan_brings_nothing_in(planning):
    with pytest.raises(PlanNotAllowedError):
        import_items([past(planning, "旧路改造")], by=planning.scopes["viewer"], at=planning.now)
    assert not PlanItem.objects.filter(title="旧路改造").exists()
