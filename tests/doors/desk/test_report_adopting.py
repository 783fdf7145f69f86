"""Reading a report at the desk: kept, held against the ledger, taken over; what cannot be read says why."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO

import docx
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.html import escape
from tests.papers.writing.conftest import Petitions, petitions, scope_of_post, year  # noqa: F401

from zhenshu.doors.desk.home_plans import plan_card
from zhenshu.measures.indicators.models import Reported, Target
from zhenshu.measures.indicators.targets import RULE, set_target
from zhenshu.papers.adopting.models import Adoption, SourceReport
from zhenshu.registers.plans.models import PlanItem, State

pytestmark = pytest.mark.django_db

TEXT = (
    "澄江镇2023年政府工作报告\n一、2023年工作回顾\n共接待来访6批9人次。规上工业总产值10亿元。\n"
    "二、2024年工作安排\n新建停车位120个，建成孝丰社区服务中心。规上工业总产值突破12亿元。\n"
)


@pytest.fixture
def source(clients) -> SourceReport:
    clients["secretary"].post("/reports/read/", {"text": TEXT})
    return SourceReport.objects.get()


def page_of(client, source, tail=""):
    return client.get(f"/reports/read/{source.pk}/{tail}")


def text_of(answer) -> str:
    return answer.content.decode()


# ── who gets in ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 302), ("officer", 403), ("viewer", 403), ("leader", 200), ("secretary", 200)],
)
def test_who_may_read_and_take_over(clients, source, who, status):
    for tail in ("", "adopt/", "edit/"):
        assert page_of(clients[who], source, tail).status_code == status
    assert clients[who].get("/reports/read/").status_code == status


@pytest.mark.parametrize("who", ["officer", "grid_worker", "viewer"])
def test_who_may_not_take_over_makes_nothing(clients, source, who):
    key = next(iter(page_of(clients["secretary"], source, "adopt/").context["sheet"].items)).key
    assert clients[who].post(f"/reports/read/{source.pk}/adopt/", {"choose": key}).status_code == 403
    assert not PlanItem.objects.exists()


def test_targets_are_for_everybody_of_an_office(clients, source):
    assert clients["officer"].get("/targets/").status_code == 200
    assert clients["grid_worker"].get("/targets/").status_code == 403


# ── read ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pasted_report_is_held_against_the_ledger(year: Petitions, clients, source):  # noqa: F811
    answer = page_of(clients["secretary"], source)
    shown = answer.context["shown"]
    visits = next(line for line in shown.lines if "6批" in line.quote)
    persons = next(line for line in shown.lines if "9人次" in line.quote)
    assert (visits.ledger, visits.difference) == ("5批", "-1")
    assert (persons.ledger, persons.difference) == ("9人次", "")
    assert visits.link in text_of(answer).replace("&amp;", "&")
    assert any(one.kind == "与台账不符" for one in shown.findings)


def test_the_text_is_whole_and_every_line_has_its_place_in_it(clients, source):
    shown = page_of(clients["secretary"], source).context["shown"]
    assert "".join(one.text for one in shown.stretches) == TEXT.strip()
    joins = {key for one in shown.stretches for key in one.joins.split()}
    assert {line.join for line in (*shown.lines, *shown.promises, *shown.findings)} <= joins


def test_the_reports_page_lists_what_was_read(clients, source):
    text = text_of(clients["secretary"].get("/reports/"))
    assert source.title in text
    assert f"/reports/read/{source.pk}/" in text


def test_last_years_promises_are_held_against_this_years_results(clients, source):
    later = TEXT.replace("2024", "2025").replace("2023", "2024").replace("10亿元", "8亿元")
    clients["secretary"].post("/reports/read/", {"text": later})
    answer = page_of(clients["secretary"], SourceReport.objects.get(year=2024))
    missed = next(one for one in answer.context["shown"].findings if one.kind == "未达上年承诺")
    assert answer.context["shown"].last == source
    assert "8亿元" in missed.quotes[0]
    assert "12亿元" in missed.last_quotes[0]


def test_markup_in_a_report_stays_text(clients):
    clients["secretary"].post(
        "/reports/read/", {"text": "一、回顾\n<script>alert(1)</script>拆除违建24起。\n"}
    )
    assert "<script>alert(1)" not in text_of(page_of(clients["secretary"], SourceReport.objects.get()))


def word_file(text: str) -> bytes:
    word, held = docx.Document(), BytesIO()
    for line in text.splitlines():
        word.add_paragraph(line)
    word.save(held)
    return held.getvalue()


def test_an_uploaded_document_is_read(clients):
    file = SimpleUploadedFile("报告.docx", word_file(TEXT))
    answer = clients["leader"].post("/reports/read/", {"file": file}, follow=True)
    assert answer.status_code == 200
    assert any("120个" in line.quote for line in answer.context["shown"].lines)


def scanned_pdf() -> bytes:
    document, held = pypdfium2.PdfDocument.new(), BytesIO()
    document.new_page(300, 400)
    document.save(held)
    return held.getvalue()


def swollen_docx() -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", b" " * 400_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("空.txt", b" \n ", "空"),
        ("扫描.pdf", scanned_pdf, "扫描"),
        ("炸弹.docx", swollen_docx, "炸弹"),
        ("坏.docx", b"PK\x03\x04 broken", "坏"),
        ("长.txt", ("全镇完成项目建设3个。" * 700_000).encode(), ""),
        ("表.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "表"),
    ],
    ids=["empty", "scan", "bomb", "broken", "20 MB", "old office"],
)
def test_a_file_that_cannot_be_read_says_why_at_its_field(clients, name, content, word):
    file = SimpleUploadedFile(name, content() if callable(content) else content)
    answer = clients["secretary"].post("/reports/read/", {"file": file})
    (sentence,) = answer.context["form"].errors["file"]
    assert answer.status_code == 422
    assert word in sentence
    assert escape(sentence) in text_of(answer)
    assert not SourceReport.objects.exists()


@pytest.mark.parametrize("said", [{}, {"text": "  "}], ids=["nothing", "blank"])
def test_nothing_to_read_is_said(clients, said):
    answer = clients["secretary"].post("/reports/read/", said)
    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_a_novel_is_read_with_a_warning(clients):
    tale = "夜里下起雨来，他沿着河边慢慢走，想起小时候听过的故事。" * 30
    answer = clients["secretary"].post("/reports/read/", {"text": tale}, follow=True)
    assert answer.context["warnings"]
    assert escape(answer.context["warnings"][0]) in text_of(answer)


# ── taken over ────────────────────────────────────────────────────────────────────────────────────────


def send_all(client, source, **said):
    sheet = page_of(client, source, "adopt/").context["sheet"]
    rows = [*sheet.items, *sheet.targets, *sheet.values]
    form = {"choose": [row.key for row in rows if row.chosen], "signer": "白砚"}
    for row in rows:
        form |= {f"{name}:{row.key}": value for name, value in row.values.items()}
    return client.post(f"/reports/read/{source.pk}/adopt/", {**form, **said}, follow=True)


def test_one_confirmation_makes_tasks_and_targets_and_shows_them(clients, source):
    answer = send_all(clients["secretary"], source)
    park = PlanItem.objects.get(title="新建停车位120个")
    assert (park.source_report, park.due, park.category) == (source.pk, date(2024, 12, 31), "work_report")
    output = Target.objects.get(report_id=source.pk, quote__contains="12亿元")
    assert (output.year, output.bound) == (2024, "at_least")
    assert all(row.made for row in answer.context["sheet"].items)
    assert f"/plans/{park.pk}/" in text_of(answer)
    board = clients["secretary"].get("/targets/?year=2024")
    assert "突破12亿元" in text_of(board)


def test_a_wrong_row_keeps_what_was_typed_and_makes_nothing(clients, source):
    row = page_of(clients["secretary"], source, "adopt/").context["sheet"].items[0]
    answer = send_all(
        clients["secretary"], source, **{f"title:{row.key}": " ", f"due:{row.key}": "2024-13-01"}
    )
    assert answer.status_code == 422
    refused = next(one for one in answer.context["sheet"].items if one.key == row.key)
    assert refused.problem
    assert refused.values["due"] == "2024-13-01"
    assert not PlanItem.objects.exists()


def test_one_button_beside_the_text_makes_one_task_and_comes_back(clients, source):
    promise = page_of(clients["secretary"], source).context["shown"].promises[0]
    said = {"choose": promise.item.key, "back": "text"}
    answer = clients["secretary"].post(f"/reports/read/{source.pk}/adopt/", said)
    assert answer["Location"] == f"/reports/read/{source.pk}/"
    assert PlanItem.objects.get().source_quote == promise.quote


def test_what_was_taken_over_is_withdrawn(clients, source):
    send_all(clients["secretary"], source)
    url = f"/reports/read/adoptions/{Adoption.objects.get().pk}/withdraw/"
    assert clients["officer"].post(url).status_code == 403
    clients["secretary"].post(url)
    assert not PlanItem.objects.exclude(state=State.CANCELLED).exists()
    assert not Target.objects.filter(ended=False).exists()
    assert Reported.objects.count() == len(Adoption.objects.get().values)


def test_title_and_year_are_corrected_and_a_mistake_is_set_aside(clients, source):
    url = f"/reports/read/{source.pk}/"
    clients["secretary"].post(f"{url}edit/", {"title": "镇政府报告", "year": "2022"})
    source.refresh_from_db()
    assert (source.title, source.year) == ("镇政府报告", 2022)
    clients["secretary"].post(f"{url}aside/")
    assert "镇政府报告" not in text_of(clients["secretary"].get("/reports/read/"))


# ── the year against its promises ─────────────────────────────────────────────────────────────────────


def test_home_counts_open_the_lists_they_count(clients, people, scope_for, town):
    this = timezone.localdate().year
    text = TEXT.replace("2024", str(this)).replace("2023", str(this - 1))
    clients["secretary"].post("/reports/read/", {"text": text})
    send_all(clients["secretary"], SourceReport.objects.get())
    for who in ("leader", "secretary"):
        card = plan_card(scope_for(people[who]))
        targets, promises = card.year
        for row in (targets, promises):
            lamps = [lamp for lamp in row.lamps if lamp.count]
            for counted in (row, *lamps):
                listed = clients[who].get(counted.url).context["table"].rows
                assert len(listed) == counted.count > 0
        assert escape(targets.url) in text_of(clients[who].get("/"))


def test_the_board_of_targets_tells_state_and_rule(clients, people, scope_for, town):
    this = timezone.localdate().year
    set_target("petitions.visits", town.town, this, 100, unit="批", by=scope_for(people["secretary"]))
    text = text_of(clients["leader"].get("/targets/"))
    assert "≥ 100批" in text
    assert escape(str(RULE.sentence)) in text
