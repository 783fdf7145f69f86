"""Pages as people see them: the keyboard, the phone, the split view."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PHONE, OpenAs, Watch, settle
from tests.doors.desk.matters import Matters

pytestmark = pytest.mark.django_db(transaction=True)


def test_j_and_k_move_and_enter_opens_beside_the_list(open_as: OpenAs, matters: Matters):
    first, second = matters.report("村口路灯三盏不亮"), matters.report("河面漂浮物聚集")
    hand = open_as("dispatcher", "/cases/")
    hand.page.wait_for_selector("[data-record]")
    hand.press("j")
    hand.press("Enter")
    expect(hand.page.locator("[data-record]")).to_have_attribute("data-record", second.number)
    hand.press("k")
    hand.press("Enter")
    expect(hand.page.locator("[data-record]")).to_have_attribute("data-record", first.number)


def test_slash_searches_and_question_mark_helps(open_as: OpenAs, matters: Matters):
    hand = open_as("dispatcher", "/cases/")
    hand.press("/")
    expect(hand.page.locator("#zs-search")).to_be_focused()
    hand.press("Escape")
    hand.press("?")
    expect(hand.page.locator("#zs-keys")).to_be_visible()


def test_e_begins_a_reply(open_as: OpenAs, matters: Matters):
    case = matters.dispatched("菜场门口占道经营")
    hand = open_as("officer", f"/cases/{case.number}/")
    hand.press("e")
    expect(hand.page.locator("#zs-next textarea")).to_be_focused()


def test_a_refused_step_says_why_and_keeps_what_was_typed(open_as: OpenAs, matters: Matters, watch: Watch):
    watch.provoked.add("409")
    case = matters.dispatched("菜场门口占道经营")
    hand = open_as("officer", f"/cases/{case.number}/")
    matters.answer(case, "另一人先答复了")
    hand.fill("#zs-next textarea", "已到现场劝离")
    hand.click("#zs-next .btn-primary")
    expect(hand.page.locator("#zs-next [role=alert]")).to_be_visible()
    expect(hand.page.locator("#zs-next textarea")).to_have_value("已到现场劝离")


def test_choosing_rows_offers_what_may_be_done_with_them(open_as: OpenAs, matters: Matters):
    matters.report("村口路灯三盏不亮")
    matters.report("河面漂浮物聚集")
    hand = open_as("dispatcher", "/cases/")
    hand.click("[data-bulk-all]")
    expect(hand.page.locator("[data-bulk-bar]")).to_be_visible()
    with hand.page.expect_navigation():
        hand.click("[data-bulk-bar] button[formaction*='/dispatch/']")
    settle(hand.page)
    assert hand.page.locator("[data-rows] .zs-row").count() == 2


def test_a_view_is_saved_under_a_name(open_as: OpenAs, matters: Matters):
    hand = open_as("dispatcher", "/cases/?list=open&kind=grid.event")
    hand.click(".zs-view-save")
    hand.page.wait_for_selector("#zs-modal [name=name]")
    hand.fill("#zs-modal [name=name]", "网格在办")
    with hand.page.expect_navigation():
        hand.click("#zs-modal .btn-primary")
    settle(hand.page)
    expect(hand.page.locator(".zs-view", has_text="网格在办")).to_have_count(1)


PHONE_PAGES = (
    "/",
    "/cases/",
    "/cases/?list=open",
    "/cases/new/",
    "/cases/new/grid.event/",
    "/patrol/",
    "CASE",
)


@pytest.mark.parametrize("address", PHONE_PAGES)
def test_a_phone_never_scrolls_sideways(open_as: OpenAs, matters: Matters, address: str):
    case = matters.report("村口路灯三盏不亮，夜间行走不便，附近有老人晚归")
    hand = open_as("grid_worker", "/", **PHONE)
    hand.page.goto(address.replace("CASE", f"/cases/{case.number}/"))
    settle(hand.page)
    wide = hand.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


OFFICE_PAGES = (
    "/", "/reports/", "/plans/", "/plans/chart/", "/plans/gantt/", "/plans/calendar/", "/indicators/",
    "/targets/", "/loads/", "/supervision/", "/ledger/", "/packs/", "/engines/", "/dossiers/",
)  # fmt: skip


def test_a_leaders_phone_never_scrolls_sideways(open_as: OpenAs, matters: Matters):
    matters.overdue("村口路灯三盏不亮，夜间行走不便，附近有老人晚归")
    hand = open_as("leader", "/", **PHONE)
    wide = {}
    for address in OFFICE_PAGES:
        settle(hand.page, address)
        wide[address] = hand.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    assert wide == dict.fromkeys(OFFICE_PAGES, 0)
