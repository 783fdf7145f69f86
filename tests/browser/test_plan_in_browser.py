"""The plan in a real browser: dragging a bar asks first, the reddest project is three clicks away."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.browser.conftest import OpenAs, settle

from zhenshu.registers.cases.models import Supervision
from zhenshu.registers.plans.acts import create_item
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import PlanItem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make(town, people, offices, scope_for):
    def create(title: str, start: date, due: date, **said) -> PlanItem:
        draft = PlanDraft(
            kind="plans.project", title=title, area=town.town.pk, start=start, due=due,
            lead_office=offices["enforcement"].pk, **said,
        )  # fmt: skip
        return create_item(draft, by=scope_for(people["secretary"]))

    return create


@pytest.mark.parametrize("scale", ["Month", "Week"])
def test_a_dragged_bar_shows_what_moves_and_moves_it_when_told(open_as: OpenAs, make, scale):
    today = timezone.localdate()
    survey = make("勘察", today, today + timedelta(days=27))
    build = make(
        "施工", today + timedelta(days=28), today + timedelta(days=83), predecessors=((survey.pk, 0),)
    )
    hand = open_as("officer", "/plans/gantt/")
    hand.page.click(f"[data-gantt-mode={scale}]")
    bar = hand.page.locator(f'.bar-wrapper[data-id="{survey.pk}"] .bar')
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    y = box["y"] + box["height"] / 2
    hand.page.mouse.move(box["x"] + 20, y)
    hand.page.mouse.down()
    hand.page.mouse.move(box["x"] + 20 + box["width"] / 2, y, steps=8)
    hand.page.mouse.up()
    moves = hand.page.locator("#zs-modal-body .zs-moves")
    expect(moves).to_contain_text("勘察")
    expect(moves).to_contain_text("施工")
    survey.refresh_from_db()
    assert survey.start == today
    with hand.page.expect_navigation():
        hand.page.click("#zs-modal-body .btn-primary")
    settle(hand.page)
    survey.refresh_from_db()
    build.refresh_from_db()
    assert 8 <= (survey.start - today).days <= 20
    assert (survey.due - survey.start).days == 27
    assert build.start > survey.due


def test_a_drag_that_is_left_as_it_is_puts_the_bar_back(open_as: OpenAs, make):
    today = timezone.localdate()
    item = make("勘察", today, today + timedelta(days=27))
    hand = open_as("officer", "/plans/gantt/")
    bar = hand.page.locator(f'.bar-wrapper[data-id="{item.pk}"] .bar')
    before, at = bar.bounding_box(), bar.get_attribute("x")
    hand.page.mouse.move(before["x"] + 20, before["y"] + 8)
    hand.page.mouse.down()
    hand.page.mouse.move(before["x"] + 80, before["y"] + 8, steps=8)
    hand.page.mouse.up()
    hand.page.locator("#zs-modal .btn-close").click()
    expect(hand.page.locator("#zs-modal")).to_be_hidden()
    expect(bar).to_have_attribute("x", at)
    assert PlanItem.objects.get(pk=item.pk).start == today


def test_a_leader_orders_supervision_of_the_reddest_project_in_three_clicks(open_as: OpenAs, make, offices):
    today = timezone.localdate()
    make("正常项目", today, today + timedelta(days=200))
    late = make("滞后项目", today - timedelta(days=100), today - timedelta(days=5))
    hand = open_as("leader", "/")
    hand.click(hand.page.get_by_role("link", name="滞后项目").first)
    settle(hand.page)
    hand.click(f'a[href="/plans/{late.pk}/supervise/"]')
    settle(hand.page)
    hand.fill("[name=text]", "三日内报送整改方案")
    hand.fill("[name=due]", str(today + timedelta(days=3)))
    with hand.page.expect_navigation():
        hand.click(".zs-form .btn-primary")
    assert hand.clicks == 3
    order = Supervision.objects.get(plan_item_id=late.pk)
    assert (order.text, order.office) == ("三日内报送整改方案", offices["enforcement"])
