"""A secretary turns a report into tasks and targets, clicks counted; a line and its words show each other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import OpenAs, settle

from zhenshu.measures.indicators.models import Target
from zhenshu.papers.adopting.models import SourceReport
from zhenshu.registers.plans.models import PlanItem

pytestmark = pytest.mark.django_db(transaction=True)
REPORT = Path(__file__).parents[1] / "fixtures" / "reports" / "wangshu-2024.txt"
# A folder for pictures of what the test sees: `ZHENSHU_PICTURES=docs/screenshots pytest tests/browser`.
PICTURES = os.environ.get("ZHENSHU_PICTURES", "")


def picture(page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.jpg"), type="jpeg", quality=62)


def read_report(hand) -> SourceReport:
    hand.page.set_input_files("input[name=file]", str(REPORT))
    hand.inputs += 1
    with hand.page.expect_navigation():
        hand.click("form[enctype] .btn-primary")
    settle(hand.page)
    return SourceReport.objects.get()


def test_a_secretary_turns_a_report_into_tasks_and_targets_in_four_clicks(open_as: OpenAs):
    hand = open_as("secretary", "/reports/")
    source = read_report(hand)
    picture(hand.page, "report-read")
    hand.click(f"a[href='/reports/read/{source.pk}/adopt/']")
    settle(hand.page)
    ticked = hand.page.locator("input[name=choose]:checked").count()
    expect(hand.page.locator("[data-adopt-count]")).to_have_text(str(ticked))
    picture(hand.page, "report-adopt")
    with hand.page.expect_navigation():
        hand.click(".zs-adopt-bar .btn-primary")
    settle(hand.page)
    items, targets = PlanItem.objects.count(), Target.objects.filter(year=2025).count()
    assert items >= 30
    assert targets >= 8
    hand.page.goto("/targets/?year=2025")
    hand.clicks += 1
    settle(hand.page)
    expect(hand.page.locator("#zs-list tbody tr")).to_have_count(targets)
    expect(hand.page.locator("#zs-list")).to_contain_text("突破95亿元")
    picture(hand.page, "targets")
    assert (hand.clicks, hand.inputs) == (4, 1)


def test_a_box_for_all_and_the_count_on_the_button_go_together(open_as: OpenAs):
    hand = open_as("secretary", "/reports/")
    source = read_report(hand)
    hand.page.goto(f"/reports/read/{source.pk}/adopt/")
    settle(hand.page)
    group = hand.page.locator("[data-adopt-group]").first
    group.locator("[data-adopt-all]").check()
    rows = group.locator("input[name=choose]")
    expect(group.locator("input[name=choose]:checked")).to_have_count(rows.count())
    rows.first.uncheck()
    expect(group.locator("[data-adopt-all]")).not_to_be_checked()
    ticked = hand.page.locator("input[name=choose]:checked").count()
    expect(hand.page.locator("[data-adopt-count]")).to_have_text(str(ticked))


def test_a_line_and_its_words_show_each_other_by_mouse_and_by_keyboard(open_as: OpenAs):
    hand = open_as("secretary", "/reports/")
    read_report(hand)
    page = hand.page
    line = page.locator(".zs-report-promises li", has_text="新建口袋公园3处")
    words = page.locator(f".zs-report-text [data-join~='{line.get_attribute('data-join')}']").first
    line.hover()
    expect(words).to_have_class("zs-promise zs-joined")
    line.focus()
    page.keyboard.press("Enter")
    expect(words).to_be_focused()
    expect(words).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(line).to_be_focused()
    words.hover()
    expect(line).to_have_class("zs-joined")
