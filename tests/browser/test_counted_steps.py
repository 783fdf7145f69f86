"""The steps whose clicks and keys are promised, walked by a hand that counts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PHONE, OpenAs, settle
from tests.doors.desk.matters import Matters

from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dispatcher_confirms_a_suggested_dispatch_with_one_key(open_as: OpenAs, matters: Matters):
    first, second = matters.report("村口路灯三盏不亮"), matters.report("河面漂浮物聚集")
    hand = open_as("dispatcher", "/cases/")
    expect(hand.page.locator("[data-record]")).to_have_attribute("data-record", first.number)
    hand.press("y")
    expect(hand.page.locator(f"#row-{first.number}")).to_have_count(0)
    expect(hand.page.locator("[data-record]")).to_have_attribute("data-record", second.number)
    assert (hand.keys, hand.clicks) == (1, 0)
    first.refresh_from_db()
    assert (first.stage, first.lead_office.key) == ("dispatched", "enforcement")


def test_a_confirmed_dispatch_is_taken_back_by_undo(open_as: OpenAs, matters: Matters):
    case = matters.report("村口路灯三盏不亮")
    matters.report("河面漂浮物聚集")
    hand = open_as("dispatcher", "/cases/")
    hand.page.wait_for_selector("[data-record]")
    hand.press("y")
    with hand.page.expect_navigation():
        hand.click("[data-undo-button]")
    settle(hand.page)
    case.refresh_from_db()
    assert (case.stage, case.lead_office) == ("accepted", None)


def test_an_officer_answers_with_a_ready_text_in_four_clicks(open_as: OpenAs, matters: Matters):
    case = matters.dispatched("菜场门口占道经营")
    hand = open_as("officer", "/")
    hand.click(f"#row-{case.number}")
    settle(hand.page)
    hand.click("[data-canned-text]")
    with hand.page.expect_navigation():
        hand.click("#zs-next .btn-primary")
    assert hand.clicks <= 4
    case.refresh_from_db()
    assert case.stage == "answered"
    assert case.answer


def test_a_grid_worker_reports_with_at_most_four_inputs(open_as: OpenAs, matters: Matters):
    place = {"latitude": 31.005, "longitude": 120.005}
    hand = open_as("grid_worker", "/", geolocation=place, permissions=["geolocation"], **PHONE)
    hand.click(".zs-big-button")
    settle(hand.page)
    expect(hand.page.locator("#zs-place")).to_have_attribute("data-state", "known")
    hand.fill("#patrol-text", "菜场东门路面有坑，电动车易摔")
    hand.click(".zs-patrol-send")
    expect(hand.page.locator(".zs-toast")).to_contain_text("grid-")
    assert hand.clicks + hand.inputs <= 4
    case = Case.objects.get()
    assert (case.title, case.area.name) == ("菜场东门路面有坑，电动车易摔", "微网格1")
    assert (round(case.lon, 3), case.reported_by.username) == (120.005, "grid_worker")


def test_a_leader_orders_supervision_in_three_clicks_from_home(open_as: OpenAs, matters: Matters):
    case = matters.overdue("小区消防通道被占用")
    hand = open_as("leader", "/")
    hand.click(f"#row-{case.number}")
    settle(hand.page)
    hand.click("a[href$='/steps/supervise/']")
    hand.page.wait_for_selector("#zs-modal textarea")
    hand.fill("#zs-modal textarea", "请两个工作日内书面说明进展")
    with hand.page.expect_navigation():
        hand.click("#zs-modal .btn-primary")
    assert hand.clicks <= 3
    case.refresh_from_db()
    assert case.supervised


def test_last_months_table_of_a_kind_is_exported_in_three_clicks(open_as: OpenAs, matters: Matters):
    matters.report("村口路灯三盏不亮")
    hand = open_as("dispatcher", "/")
    hand.click(".zs-nav a[href='/cases/']")
    settle(hand.page)
    hand.page.select_option("select[name=kind]", "grid.event")
    hand.clicks += 1
    settle(hand.page)
    with hand.page.expect_download() as download:
        hand.click("a[href*='/cases/export/']")
    assert hand.clicks <= 3
    assert download.value.suggested_filename.endswith(".xlsx")


def test_every_number_of_home_opens_the_list_it_counts(open_as: OpenAs, matters: Matters):
    matters.report("村口路灯三盏不亮")
    matters.report("河面漂浮物聚集")
    hand = open_as("dispatcher", "/")
    tile = hand.page.locator("a.zs-tile").first
    number = re.match(r"\d+", tile.locator(".zs-tile-value").inner_text())
    hand.click(tile)
    settle(hand.page)
    assert hand.clicks == 1
    assert hand.page.locator("[data-rows] .zs-row").count() == int(number[0]) == 2
