"""Report pages: who may open them, what a report read shows, and figures that open their records."""

from __future__ import annotations

import re
from io import BytesIO

import docx
import pytest
from tests.papers.writing.conftest import Petitions, petitions, scope_of_post, year  # noqa: F401

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
