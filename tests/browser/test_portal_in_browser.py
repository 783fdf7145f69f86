"""Somebody with a phone and no account: report, keep the code, see the answer, judge."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Watch
from tests.doors.desk.matters import Matters

from zhenshu.registers.cases.loop import Given
from zhenshu.registers.cases.models import Case
from zhenshu.registers.portal.limits import DIGITS, POLICY

pytestmark = pytest.mark.django_db(transaction=True)


def send(page: Page) -> None:
    """Work out the sum and send, not quicker than a person."""
    digits = [DIGITS.index(sign) for sign in page.inner_text("label[for=zp-sum]") if sign in DIGITS]
    page.wait_for_timeout(POLICY.quickest.total_seconds() * 1000 + 300)
    page.fill("[name=sum]", str(sum(digits)))
    page.click("form[data-report] .zp-button:not([type])")


def test_a_citizen_reports_follows_and_judges_on_a_phone(
    browser, live_server, matters: Matters, watch: Watch
):
    place = {"latitude": 31.005, "longitude": 120.005}
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", geolocation=place, permissions=["geolocation"], **PHONE
    )
    page = context.new_page()
    page.on("console", watch.on_console)
    page.on("pageerror", watch.on_error)
    page.on("request", watch.on_request)
    page.goto("/portal/")
    page.click(".zp-door-report")
    page.fill("[name=text]", "菜场东门路灯不亮，晚上看不清台阶")
    page.click("[data-locate]")
    expect(page.locator("[data-located]")).to_contain_text("定位")
    send(page)
    number = page.inner_text("[data-number]")
    code = page.inner_text("[data-code]")
    case = Case.objects.get(number=number)
    assert (case.area.name, round(case.lon, 3)) == ("微网格1", 120.005)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    given = Given(office=matters.offices["enforcement"].pk)
    for action, who, said in (
        ("dispatch", "dispatcher", given), ("accept", "officer", Given()),
        ("answer", "officer", Given(opinion="路灯已更换")), ("verify", "dispatcher", Given(opinion="属实")),
    ):  # fmt: skip
        matters.step(case, action, who, said)

    page.goto("/portal/")
    page.click("text=查进度")
    page.fill("[name=number]", number)
    page.fill("[name=code]", code)
    page.click(".zp-button")
    page.wait_for_url(re.compile(f"/portal/matter/{number}/"))
    expect(page.locator("main")).to_contain_text("路灯已更换")
    page.check("[name=solved][value=yes]")
    page.check("[name=satisfied][value=yes]")
    page.click("#judge .zp-button")
    expect(page.locator("[role=status]")).to_be_visible()
    case.refresh_from_db()
    assert (case.stage, case.solved, case.satisfied) == ("called_back", "yes", "yes")
    context.close()


def test_without_scripts_the_form_works_all_the_same(browser, live_server, town, offices):
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", java_script_enabled=False, **PHONE
    )
    page = context.new_page()
    page.goto("/portal/choose/report/")
    page.fill("[name=text]", "井盖松动")
    page.select_option("[name=village]", label=town.villages[0].name)
    send(page)
    assert Case.objects.get().number == page.inner_text("[data-number]")
    context.close()
