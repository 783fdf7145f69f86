"""A published report in a real browser: a figure shows where it comes from and opens its records."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, OpenAs, settle
from tests.papers.writing.conftest import Petitions, petitions, scope_of_post, year  # noqa: F401

from zhenshu.papers.publishing import acts
from zhenshu.papers.publishing.models import Report

pytestmark = pytest.mark.django_db(transaction=True)
# A folder for pictures of what the test sees: `ZHENSHU_PICTURES=docs/screenshots pytest tests/browser`.
PICTURES = os.environ.get("ZHENSHU_PICTURES", "")


@pytest.fixture
def draft(year: Petitions) -> Report:  # noqa: F811
    return acts.start_draft(year.town.town, 2023, by=year.secretary)


def keep_picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.jpg"), type="jpeg", quality=62)


def test_a_figure_of_a_published_report_opens_its_records_in_one_click(open_as: OpenAs, draft, petitions):  # noqa: F811
    words = {"title": draft.title, "opening": "各位代表：\n现在报告工作，请予审议。", "closing": ""}
    said = acts.write_words(draft, **words, version=1, by=petitions.secretary)
    acts.publish(said, version=2, by=petitions.secretary)
    petitions.visit("2023-12-01", 4)
    hand = open_as("secretary", f"/reports/editions/{draft.pk}/")
    figure = hand.page.locator("a.zs-figure").first
    figure.hover()
    card = hand.page.locator(".zs-figure-card:visible")
    expect(card).to_contain_text("接待来访批次")
    expect(card).to_contain_text("计数：")
    expect(card).to_contain_text("现在6（+1）")
    keep_picture(hand.page, "report")
    with hand.page.expect_navigation():
        hand.click(figure)
    settle(hand.page)
    assert hand.clicks == 1
    expect(hand.page.locator("h1")).to_contain_text("接待来访批次")
    expect(hand.page.locator('main a[href^="/cases/petitions-2023-"]')).to_have_count(6)


def test_the_keyboard_reaches_a_figure_and_opens_its_records(open_as: OpenAs, draft: Report):
    hand = open_as("secretary", f"/reports/editions/{draft.pk}/")
    figure = hand.page.locator("a.zs-figure").nth(1)
    figure.focus()
    expect(hand.page.locator(".zs-figure-card:visible")).to_contain_text("接待来访人次")
    with hand.page.expect_navigation():
        hand.press("Enter")
    settle(hand.page)
    expect(hand.page.locator("h1")).to_contain_text("接待来访人次")


def test_a_sentence_is_worded_around_its_figures_and_published(open_as: OpenAs, draft: Report):
    hand = open_as("secretary", f"/reports/editions/{draft.pk}/")
    with hand.page.expect_navigation():
        hand.click(".zs-sentence-acts a")
    settle(hand.page)
    hand.fill(".zs-words textarea", "镇村两级接待来访")
    with hand.page.expect_navigation():
        hand.click(".zs-form-buttons .btn-primary")
    settle(hand.page)
    expect(hand.page.locator(".zs-by-hand")).to_contain_text("镇村两级接待来访5批9人次")
    hand.page.goto(f"/reports/editions/{draft.pk}/publish/")
    settle(hand.page)
    with hand.page.expect_navigation():
        hand.click(".zs-form-buttons .btn-primary")
    settle(hand.page)
    assert Report.objects.get().state == "published"
    expect(hand.page.locator(".zs-seal")).to_be_visible()


def test_on_a_phone_nothing_stands_beside_the_page(open_as: OpenAs, draft: Report):
    hand = open_as("secretary", f"/reports/editions/{draft.pk}/?beside=1", **PHONE)
    hand.page.wait_for_selector(".zs-writer")
    wide = hand.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
