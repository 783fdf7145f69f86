"""Report pages: who may open them, what a report read shows, and figures that open their records."""

from __future__ import annotations

import re
from io import BytesIO

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.papers.writing.conftest import Petitions, petitions, scope_of_post, year  # noqa: F401

TEXT = (
    "澄江镇2023年政府工作报告\n一、2023年工作回顾\n共接待来访6批9人次。规上工业总产值10亿元。\n"
    "二、2024年工作安排\n新建停车位120个，建成孝丰社区服务中心。\n"
)
PAGES = ("/reports/", "/reports/2023/", "/reports/2023/report.docx")


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("nobody", 302),
        ("officer", 403),
        ("grid_worker", 403),
        ("viewer", 403),
        ("leader", 200),
        ("secretary", 200),
        ("administrator", 200),
    ],
)
def test_who_may_open_reports(clients, url, who, status):
    assert clients[who].get(url).status_code == status


def read(client, **said):
    answer = client.post("/reports/", said)
    return answer, answer.content.decode()


def test_a_pasted_report_is_held_against_the_ledger(year: Petitions, clients):  # noqa: F811
    answer, text = read(clients["secretary"], text=TEXT)
    lines = {line.quote: line for line in answer.context["lines"]}
    visits = next(line for quote, line in lines.items() if "6批" in quote)
    persons = next(line for quote, line in lines.items() if "9人次" in quote)
    assert (visits.ledger, visits.difference) == ("5批", "-1")
    assert (persons.ledger, persons.difference) == ("9人次", "")
    assert visits.link in text.replace("&amp;", "&")
    assert any(one.kind == "与台账不符" for one in answer.context["findings"])


def test_the_text_is_whole_and_marked(year: Petitions, clients):  # noqa: F811
    answer, _ = read(clients["secretary"], text=TEXT)
    stretches = answer.context["stretches"]
    assert "".join(one.text for one in stretches) == TEXT.strip()
    looks = {one.text: one.look for one in stretches if one.look}
    assert any("zs-figure-actual" in look for look in looks.values())
    assert any("zs-promise" in look and "zs-figure-target" in look for look in looks.values())
    joins = {one.join for one in stretches if one.join}
    assert joins == {line.join for line in answer.context["lines"]}


def test_an_uploaded_document_is_read(clients):
    word, held = docx.Document(), BytesIO()
    for line in TEXT.splitlines():
        word.add_paragraph(line)
    word.save(held)
    answer, _ = read(clients["leader"], file=SimpleUploadedFile("报告.docx", held.getvalue()))
    assert answer.status_code == 200
    assert any("120个" in line.quote for line in answer.context["lines"])
    assert answer.context["promises"]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"text": "  "},
        {"file": SimpleUploadedFile("a.docx", b"PK\x03\x04 broken")},
        {"text": TEXT, "file": SimpleUploadedFile("a.txt", TEXT.encode())},
    ],
    ids=["nothing", "blank", "broken", "both"],
)
def test_what_cannot_be_read_is_said_at_the_form(clients, said):
    answer, text = read(clients["secretary"], **said)
    assert answer.status_code in (200, 422)
    assert answer.context["form"].errors
    assert "lines" not in answer.context


def test_a_report_with_markup_stays_text(clients):
    _, text = read(clients["secretary"], text="一、回顾\n<script>alert(1)</script>拆除违建24起。\n")
    assert "<script>alert(1)" not in text


def test_every_figure_of_a_composed_report_opens_its_records(year: Petitions, clients):  # noqa: F811
    text = clients["secretary"].get("/reports/2023/").content.decode()
    assert "共接待来访" in text
    links = set(re.findall(r'class="zs-figure" href="([^"]+)"', text))
    assert links
    for link in links:
        answer = clients["secretary"].get(link.replace("&amp;", "&"))
        assert answer.status_code == 200
        value, groups = answer.context["value"], answer.context["groups"]
        assert groups[0][0].count == value.n


def test_the_records_lead_to_their_matter(year: Petitions, clients):  # noqa: F811
    code = year.town.town.code
    answer = clients["secretary"].get(f"/reports/figures/petitions.visits/?area={code}&period=2023")
    assert answer.content.decode().count("反映村道破损") == 5
    assert "/cases/petitions-2023-000001/" in answer.content.decode()


def test_without_records_nothing_is_composed(clients):
    assert "zs-figure" not in clients["secretary"].get("/reports/2019/").content.decode()


def test_the_composed_document_downloads(year: Petitions, clients):  # noqa: F811
    answer = clients["secretary"].get("/reports/2023/report.docx")
    word = docx.Document(BytesIO(answer.content))
    assert any("共接待来访5批9人次" in paragraph.text for paragraph in word.paragraphs)
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("tail", "status"),
    [
        ("petitions.visits/?period=2023", 200),
        ("petitions.nothing/?period=2023", 404),
        ("petitions.visits/?period=soon", 404),
        ("petitions.visits/?period=2023&area=990199999999", 404),
        ("petitions.visits/?period=2023&area=990100000000", 403),
    ],
)
def test_figures_that_cannot_be_opened(clients, tail, status):
    assert clients["secretary"].get(f"/reports/figures/{tail}").status_code == status
