"""A matter, an order and a year from hand to hand: each person at the own page, each step as they take it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.browser.conftest import PHONE, Hand, OpenAs, settle
from tests.doors.desk.matters import Matters

from zhenshu.registers.cases.models import Case, Supervision
from zhenshu.registers.plans.models import PlanItem

pytestmark = pytest.mark.django_db(transaction=True)
REPORT = Path(__file__).parents[1] / "fixtures" / "reports" / "wangshu-2024.txt"
HERE = {"geolocation": {"latitude": 31.005, "longitude": 120.005}, "permissions": ["geolocation"]}


def reported_without_a_signal(hand: Hand, words: str) -> Case:
    """Report from a phone that has no signal, and return the matter once there is one."""
    hand.page.context.set_offline(True)
    hand.fill("#patrol-text", words)
    hand.click(".zs-patrol-send")
    expect(hand.page.locator("#zs-waiting b")).to_have_text("1")
    hand.page.context.set_offline(False)
    expect(hand.page.locator("#zs-waiting")).to_be_hidden()
    return Case.objects.get()


def answer_with_a_ready_text(hand: Hand, case: Case) -> None:
    hand.click(f"#row-{case.number}")
    settle(hand.page)
    hand.click("[data-canned-text]")
    with hand.page.expect_navigation():
        hand.click("#zs-next .btn-primary")


def test_a_pothole_goes_from_the_phone_by_the_dispatcher_to_the_answer_and_back(
    open_as: OpenAs, matters: Matters
):
    walker = open_as("grid_worker", "/patrol/", **HERE, **PHONE)
    case = reported_without_a_signal(walker, "菜场东门占道经营，行人绕行")
    dispatcher = open_as("dispatcher", "/cases/")
    expect(dispatcher.page.locator("[data-record]")).to_have_attribute("data-record", case.number)
    dispatcher.press("y")
    expect(dispatcher.page.locator(f"#row-{case.number}")).to_have_count(0)
    answer_with_a_ready_text(open_as("officer", "/"), case)
    case.refresh_from_db()
    assert (case.stage, case.lead_office.key) == ("answered", "enforcement")
    walker.page.goto("/")
    settle(walker.page)
    row = walker.page.locator(f"#row-{case.number}").first
    expect(row).to_contain_text("反馈")
    row.click()
    settle(walker.page)
    expect(walker.page.locator("main")).to_contain_text(case.answer)


def test_an_order_goes_from_the_leader_to_the_office_and_its_reply_back(open_as: OpenAs, matters: Matters):
    case = matters.overdue("小区消防通道被占用")
    leader = open_as("leader", f"/cases/{case.number}/")
    leader.click("a[href$='/steps/supervise/']")
    leader.page.wait_for_selector("#zs-modal textarea")
    leader.fill("#zs-modal textarea", "请两个工作日内书面说明进展")
    with leader.page.expect_navigation():
        leader.click("#zs-modal .btn-primary")
    officer = open_as("officer", "/")
    expect(officer.page.locator("main")).to_contain_text("请两个工作日内书面说明进展")
    officer.page.goto(f"/cases/{case.number}/steps/reply_supervision/")
    settle(officer.page)
    officer.fill("main textarea", "已约谈物业，今日清理完毕")
    with officer.page.expect_navigation():
        officer.click("main .btn-primary")
    assert Supervision.objects.get().state == "replied"
    leader.page.goto("/supervision/")
    settle(leader.page)
    expect(leader.page.locator("main")).to_contain_text("已约谈物业，今日清理完毕")


def test_a_secretary_reads_last_years_report_follows_a_promise_and_composes_this_years(open_as: OpenAs):
    """What the report promises becomes a task; the year's own report is then begun from the ledger."""
    hand = open_as("secretary", "/reports/")
    hand.page.set_input_files("input[name=file]", str(REPORT))
    with hand.page.expect_navigation():
        hand.click("form[enctype] .btn-primary")
    settle(hand.page)
    hand.click("a[href$='/adopt/']")
    settle(hand.page)
    with hand.page.expect_navigation():
        hand.click(".zs-adopt-bar .btn-primary")
    promise = PlanItem.objects.filter(due__year=2025).order_by("pk").first()
    hand.page.goto("/plans/?year=2025")
    settle(hand.page)
    expect(hand.page.locator("#zs-list")).to_contain_text(promise.title)
    hand.page.goto(f"/reports/{timezone.localdate().year}/")
    settle(hand.page)
    with hand.page.expect_navigation():
        hand.click(hand.page.get_by_role("button", name="起草"))
    settle(hand.page)
    expect(hand.page.locator("h1")).to_contain_text(str(date.today().year))
    assert "/reports/editions/" in hand.page.url
