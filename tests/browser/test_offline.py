"""Bad days of a phone and of a browser: no signal, a reload, a second press."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PHONE, OpenAs, settle
from tests.doors.desk.matters import Matters

from zhenshu.registers.cases.models import Case

PRESS_TWICE = """() => {
  const form = document.querySelector("#new-case");
  form.requestSubmit();
  form.requestSubmit();
}"""
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_report_without_a_signal_waits_and_is_sent_once(open_as: OpenAs, matters: Matters):
    hand = open_as("grid_worker", "/patrol/", **PHONE)
    hand.page.context.set_offline(True)
    hand.fill("#patrol-text", "桥头护栏松动")
    hand.click(".zs-patrol-send")
    expect(hand.page.locator("#zs-waiting b")).to_have_text("1")
    assert Case.objects.count() == 0
    hand.page.context.set_offline(False)
    expect(hand.page.locator("#zs-waiting")).to_be_hidden()
    assert Case.objects.get().title == "桥头护栏松动"
    hand.page.reload()
    settle(hand.page)
    assert Case.objects.count() == 1


def test_the_patrol_page_opens_without_a_signal(open_as: OpenAs, matters: Matters):
    hand = open_as("grid_worker", "/patrol/", **PHONE)
    hand.page.wait_for_function("navigator.serviceWorker.controller !== null")
    hand.page.reload()
    settle(hand.page)
    hand.page.context.set_offline(True)
    hand.page.reload()
    hand.fill("#patrol-text", "没有信号时写下的")
    hand.click(".zs-patrol-send")
    expect(hand.page.locator("#zs-waiting b")).to_have_text("1")
    hand.page.context.set_offline(False)
    expect(hand.page.locator("#zs-waiting")).to_be_hidden()
    assert Case.objects.get().title == "没有信号时写下的"


def test_an_unsent_sentence_survives_a_reload(open_as: OpenAs, matters: Matters):
    hand = open_as("grid_worker", "/patrol/", **PHONE)
    hand.page.locator("#patrol-text").press_sequentially("路灯")
    hand.page.reload()
    settle(hand.page)
    expect(hand.page.locator("#patrol-text")).to_have_value("路灯")


def test_a_new_matter_is_kept_at_each_key_press_and_sent_once(open_as: OpenAs, matters: Matters):
    hand = open_as("dispatcher", "/cases/new/grid.event/")
    hand.page.locator("#case-title").press_sequentially("村口路灯不亮")
    hand.page.reload()
    settle(hand.page)
    expect(hand.page.locator("#case-title")).to_have_value("村口路灯不亮")
    hand.fill("#case-address", "东浦村第一网格")
    with hand.page.expect_navigation():
        hand.page.evaluate(PRESS_TWICE)
    settle(hand.page)
    assert Case.objects.get().title == "村口路灯不亮"
    hand.page.goto("/cases/new/grid.event/")
    settle(hand.page)
    expect(hand.page.locator("#case-title")).to_have_value("")
