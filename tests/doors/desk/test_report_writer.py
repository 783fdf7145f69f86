"""The writer's pages: who may write, what is shown of a figure, and that both numbers of an override are."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO

import docx
import pytest
from django.test import Client
from tests.papers.writing.conftest import Petitions, petitions, scope_of_post, year  # noqa: F401

from zhenshu.measures.indicators.targets import change_target, set_target
from zhenshu.papers.publishing import acts
from zhenshu.papers.publishing.models import Report
from zhenshu.registers.plans.acts import cancel_item, complete_item, create_item
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.reporting import Report as Progress
from zhenshu.registers.plans.reporting import report_progress

VISITS = "petitions.visits:value"
RATE = "petitions.closed_in_time_share"
PAGES = ("", "report.docx", "print/", "changes/", "words/", "publish/", f"figures/{VISITS}/override/")


@pytest.fixture
def draft(year: Petitions) -> Report:  # noqa: F811
    return acts.start_draft(year.town.town, 2023, by=year.secretary)


def at(report: Report, tail: str = "") -> str:
    return f"/reports/editions/{report.pk}/{tail}"


def body(answer) -> str:
    return unescape(answer.content.decode())


@pytest.mark.parametrize("tail", PAGES)
def test_each_page_opens_for_the_writer_and_for_nobody_else_to_write(draft, clients, tail):
    assert clients["secretary"].get(at(draft, tail)).status_code == 200
    writes = any(word in tail for word in ("words", "publish", "override"))
    assert clients["administrator"].get(at(draft, tail)).status_code == (403 if writes else 200)
    for who in ("officer", "viewer", "dispatcher"):
        assert clients[who].get(at(draft, tail)).status_code == 403


def test_a_draft_is_started_by_a_button_once(year: Petitions, clients):  # noqa: F811
    answer = clients["secretary"].post("/reports/2023/draft/")
    report = Report.objects.get()
    assert answer.headers["Location"] == at(report)
    again = clients["secretary"].post("/reports/2023/draft/", follow=True)
    assert "2023" in again.redirect_chain[0][0]
    assert Report.objects.count() == 1
    assert clients["administrator"].post("/reports/2023/draft/").status_code == 403


def test_every_figure_has_its_card_and_opens_its_records(draft, clients):
    text = body(clients["secretary"].get(at(draft)))
    found = re.findall(r'class="zs-figure" href="([^"]+)" data-card="([^"]+)"', text)
    assert len(found) == 6
    for link, card in found:
        assert f'id="{card}" hidden' in text
        assert clients["secretary"].get(link).status_code == 200
    assert "计数：" in text


def test_an_override_shows_both_figures_and_can_be_withdrawn(draft, clients):
    client = clients["secretary"]
    said = {"version": 1, "shown": "6", "reason": "含年末补登"}
    client.post(at(draft, f"figures/{VISITS}/override/"), said)
    text = body(client.get(at(draft)))
    assert "zs-figure-overridden" in text
    assert "含年末补登" in text
    assert re.search(r">6</a>批", text)
    client.post(at(draft, f"figures/{VISITS}/withdraw/"), {"version": 2})
    assert re.search(r">5</a>批", body(client.get(at(draft))))


def test_a_refused_override_stays_on_its_form(draft, clients):
    answer = clients["secretary"].post(
        at(draft, f"figures/{VISITS}/override/"), {"version": 1, "shown": "六", "reason": "补"}
    )
    assert answer.status_code == 422
    assert Report.objects.get().content["overrides"] == {}


def test_a_sentence_is_worded_around_its_figures(draft, clients):
    client, key = clients["secretary"], draft.content["sections"][0]["sentences"][0]["key"]
    form = body(client.get(at(draft, f"sentences/{key}/")))
    assert form.count("zs-word-figure") == 6
    words = {f"words-{n}": f"词{n}" for n in range(7)}
    client.post(at(draft, f"sentences/{key}/"), {"version": 1, **words})
    text = re.sub(r"<[^>]+>", "", body(client.get(at(draft, "print/"))))
    assert "词05词19词23词36词42词53词6" in text


def test_numbers_typed_into_free_words_are_told_to_have_no_source(draft, clients):
    said = {"version": 1, "title": "报告", "opening": "各位代表：\n全年新建公园12个。", "closing": ""}
    clients["secretary"].post(at(draft, "words/"), said)
    assert "<q>12个</q>" in body(clients["secretary"].get(at(draft)))


def test_the_length_stands_against_its_limit(draft, clients):
    said = {"version": 1, "title": "报告", "opening": "长" * 12_500, "closing": ""}
    clients["secretary"].post(at(draft, "words/"), said)
    answer = clients["secretary"].get(at(draft))
    length = answer.context["length"]
    assert length.over
    assert (length.minutes.limit, length.minutes.stated > 60) == (60, True)
    assert "减负" in length.basis


def test_what_is_published_stands_while_the_records_change(draft, year: Petitions, clients):  # noqa: F811
    client = clients["leader"]
    client.post(at(draft, "publish/"), {"version": 1})
    year.visit("2023-12-01", 4)
    text = body(client.get(at(draft)))
    assert re.search(r">5</a>批", text)
    assert "zs-figure-changed" in text
    table = client.get(at(draft, "changes/")).context["table"]
    assert [cell.text for cell in table.rows[0].cells][1:4] == ["5", "6", "+1"]
    listed = client.get("/reports/").context["editions"]
    assert listed.rows[0].cells[-1].text == "4"
    word = docx.Document(BytesIO(client.get(at(draft, "report.docx")).content))
    assert any("共接待来访5批9人次" in paragraph.text for paragraph in word.paragraphs)


def test_a_withdrawn_edition_says_why(draft, clients):
    client = clients["secretary"]
    client.post(at(draft, "publish/"), {"version": 1})
    client.post(at(draft, "withdraw/"), {"version": 2, "reason": "数据有误"})
    assert "数据有误" in body(client.get(at(draft)))
    assert Report.objects.get().state == "withdrawn"


def test_last_year_stands_beside(draft, year: Petitions, clients):  # noqa: F811
    year.visit("2022-01-05", 2)
    beside = body(clients["secretary"].get(at(draft, "?beside=1")))
    assert "共接待来访1批2人次" in beside
    last = acts.start_draft(year.town.town, 2022, by=year.secretary)
    acts.publish(last, version=1, by=year.secretary)
    year.visit("2022-02-05", 2)
    assert "共接待来访1批2人次" in body(clients["secretary"].get(at(draft, "?beside=1")))


# ── promises ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def promised(year: Petitions, offices) -> dict[str, PlanItem]:  # noqa: F811
    """Three tasks of last year's report for 2023: one done, one cancelled, one that got stuck."""
    by = year.secretary
    made = {}
    for title in ("新建公园", "改造老街", "建设停车场"):
        draft = PlanDraft(
            kind="plans.task", title=title, area=year.town.town.pk, due=date(2023, 12, 20),
            lead_office=offices["enforcement"].pk, source_report=1, source_place=title,
            source_quote=f"{title}。",
        )  # fmt: skip
        made[title] = create_item(draft, by=by)
    complete_item(made["新建公园"], on=date(2023, 11, 1), version=1, by=by)
    cancel_item(made["改造老街"], reason="规划调整", version=1, by=by)
    stuck = Progress(line="征地未完成", percent=Decimal(40), difficulties="征地协议未签")
    report_progress(made["建设停车场"], stuck, version=1, by=by)
    return made


def test_promises_stand_against_what_came_of_them(promised, year: Petitions, clients):  # noqa: F811
    answer = clients["secretary"].get("/reports/2023/promises/")
    lines = {
        row.cells[0].text: (row.cells[5].lamp, row.cells[6].text) for row in answer.context["table"].rows
    }
    assert lines == {
        "新建公园": ("normal", ""),
        "改造老街": ("overdue", "规划调整"),
        "建设停车场": ("overdue", "征地协议未签"),
    }
    only = clients["secretary"].get("/reports/2023/promises/?outcome=missed").context["table"]
    assert len(only.rows) == 2


def test_the_composed_report_answers_for_last_years_promises(promised, year: Petitions, clients):  # noqa: F811
    text = re.sub(r"<[^>]+>", "", body(clients["secretary"].get("/reports/2023/")))
    assert "2022年报告确定、当年到期的任务3项，已完成1项，未完成2项。" in text
    assert "建设停车场未完成，主要是征地协议未签。" in text


def test_a_promise_kept_later_shows_as_changed(promised, year: Petitions, clients):  # noqa: F811
    draft = acts.start_draft(year.town.town, 2023, by=year.secretary)
    stuck = PlanItem.objects.get(pk=promised["建设停车场"].pk)
    complete_item(stuck, on=date(2024, 3, 1), version=stuck.version, by=year.secretary)
    rows = clients["secretary"].get(at(draft, "changes/")).context["table"].rows
    assert {row.cells[0].text: row.cells[3].text for row in rows} == {
        "报告确定的任务已完成数": "+1",
        "报告确定的任务未完成数": "-1",
    }


def test_targets_stand_against_results_and_what_was_published(year: Petitions, clients):  # noqa: F811
    town, by = year.town.town, year.secretary
    target = set_target("petitions.visits", town, 2023, Decimal(4), unit="批", by=by)
    rate = set_target(RATE, town, 2023, Decimal("98.5"), unit="%", by=by)
    year.visit("2022-01-05", 2)
    acts.publish(acts.start_draft(town, 2022, by=by), version=1, by=by)
    change_target(rate, version=1, by=by, reason="下达调整", value=Decimal(97))
    rows = clients["secretary"].get("/reports/2023/promises/").context["table"].rows
    told = {row.cells[0].text: row.cells for row in rows}
    visits, share = told["接待来访批次"], told["信访按期办结率"]
    assert (visits[2].text, visits[3].text, visits[4].text, visits[5].lamp) == (
        "≥4批",
        "5批",
        "125",
        "normal",
    )
    assert share[2].text == "≥97%"
    assert "98.5" in share[2].below
    assert share[5].lamp == "none"
    assert target.indicator in visits[0].url


def test_a_stranger_to_reports_is_kept_out(client: Client, draft):
    assert client.get(at(draft)).status_code == 302
    assert client.get("/reports/2023/promises/").status_code == 302


def test_targets_without_a_value_are_not_told_as_missed(year: Petitions, clients):  # noqa: F811
    town, by = year.town.town, year.secretary
    set_target("petitions.visits", town, 2023, Decimal(9), unit="批", by=by)
    set_target(RATE, town, 2023, Decimal("98.5"), unit="%", by=by)
    text = re.sub(r"<[^>]+>", "", body(clients["secretary"].get("/reports/2023/")))
    assert "有数据的年度目标1项，未完成1项。" in text
