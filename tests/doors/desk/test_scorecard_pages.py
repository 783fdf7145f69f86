"""Pages of the assessment: scores open their arithmetic and records; publish, object, answer; who may."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from zhenshu.ground.people.models import Post
from zhenshu.ground.worktime.periods import Kind, period_of, previous
from zhenshu.measures.indicators.tallies import rebuild
from zhenshu.measures.scorecards.models import Appeal, Scorecard
from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db
CARD = "grid.grids"


@pytest.fixture
def period():
    """The month before this one, which is over."""
    return previous(period_of(timezone.localdate(), Kind.MONTH))


@pytest.fixture
def closed(matters, period):
    """Two matters of the first grid of last month, one of them late; the columns as the loop leaves them."""
    made = []
    for in_time in (True, False):
        case = matters.report("路灯不亮")
        at = timezone.make_aware(datetime(period.start.year, period.start.month, 10, 10))
        Case.objects.filter(pk=case.pk).update(
            opened_at=at, closed_at=at + timedelta(days=1), outcome="resolved", in_time=in_time,
            satisfied="yes", solved="yes", called_back_at=at + timedelta(days=1), stage="closed",
        )  # fmt: skip
        made.append(case)
    rebuild()
    return made


def board_of(client, period, **more):
    said = "".join(f"&{name}={value}" for name, value in more.items())
    return client.get(f"/scorecards/{CARD}/?period={period.key}{said}")


def begin_and_publish(client, period):
    client.post(f"/scorecards/{CARD}/begin/?period={period.key}")
    draft = Scorecard.objects.get()
    client.post(f"/scorecards/editions/{draft.pk}/publish/", {"version": draft.version})
    draft.refresh_from_db()
    return draft


def test_the_list_names_every_card_and_leads_to_its_estimate(clients):
    table = clients["leader"].get("/scorecards/").context["table"]
    names = [row.cells[0].text for row in table.rows]
    assert "接诉即办单位考评" in names
    assert "接诉即办行业主管考评" in names
    assert all(clients["leader"].get(row.cells[6].url).status_code == 200 for row in table.rows[:4])


def test_a_score_opens_its_arithmetic_and_the_records_it_counts(clients, closed, period):
    (row,) = board_of(clients["leader"], period).context["table"].rows
    assert (row.cells[0].text, row.cells[2].text) == ("1", "68.75")  # (50 × ½ + 30) of 80
    page = clients["leader"].get(row.cells[4].url)
    assert page.context["score"].line == "50 × 50 ÷ 100 = 25"
    assert [(group.count, len(table.rows)) for group, table in page.context["groups"]] == [(1, 1), (2, 2)]
    assert clients["leader"].get(page.context["indicator_url"]).status_code == 200
    assert clients["leader"].get(row.url).context["weak"][0][0].code == "in_time"


def test_publishing_asks_twice_freezes_and_prints(clients, closed, period):
    edition = begin_and_publish(clients["secretary"], period)
    assert edition.state == "published"
    Case.objects.filter(pk=closed[1].pk).update(in_time=True)
    rebuild()
    (row,) = board_of(clients["leader"], period).context["table"].rows
    assert row.cells[2].text == "68.75"
    (changed,) = clients["leader"].get(f"/scorecards/editions/{edition.pk}/changes/").context["table"].rows
    assert [cell.text for cell in changed.cells[2:4]] == ["25", "50"]
    assert "68.75" in clients["leader"].get(f"/scorecards/{CARD}/print/?period={period.key}").content.decode()


def test_the_excel_file_holds_numbers(clients, closed, period):
    book = load_workbook(BytesIO(board_of(clients["leader"], period, **{"as": "xlsx"}).content))
    head, first = list(book.worksheets[0].iter_rows(values_only=True))[:2]
    assert head[1] in ("单位", "Unit")
    assert first[2:] == (pytest.approx(68.75), "–", 25, 30, "–")


def test_a_unit_objects_and_somebody_else_answers(clients, closed, period, town):
    edition = begin_and_publish(clients["secretary"], period)
    path = f"/scorecards/editions/{edition.pk}/object/{town.grids[0].pk}/in_time/"
    refused = clients["officer"].post(path, {"reason": "不是我网格"})
    assert (refused.status_code, Appeal.objects.count()) == (403, 0)
    Post.objects.filter(user__username="second_officer").update(area=town.villages[0])
    assert clients["second_officer"].post(path, {"reason": ""}).status_code == 422
    assert clients["second_officer"].post(path, {"reason": "雨天停工，有佐证"}).status_code == 302
    appeal = Appeal.objects.get()
    answer = f"/scorecards/appeals/{appeal.pk}/answer/"
    waiting = [one for one in clients["leader"].get("/").context["shares"] if "/appeals/" in one.url]
    assert [one.value for one in waiting] == [1]
    said = {"decision": "upheld", "points": "40", "answer": "属实"}
    assert clients["second_officer"].post(answer, said).status_code == 403
    assert clients["leader"].post(answer, {**said, "points": ""}).status_code == 422
    assert clients["leader"].post(answer, said).status_code == 302
    (row,) = board_of(clients["leader"], period).context["table"].rows
    assert (row.cells[2].text, row.cells[4].text) == ("87.5", "40")
    assert "25" in row.cells[4].below


@pytest.mark.parametrize(
    ("who", "sees", "keeps"),
    [("secretary", 200, True), ("leader", 200, True), ("administrator", 200, True),
     ("dispatcher", 200, True), ("officer", 200, False), ("viewer", 200, False),
     ("grid_worker", 403, False), ("nobody", 302, False)],
)  # fmt: skip
def test_who_sees_a_card_and_who_begins_it(who, sees, keeps, clients, closed, period):
    """The dispatcher works in the command centre, which the pack names as the card's own office."""
    assert board_of(clients[who], period).status_code == sees
    clients[who].post(f"/scorecards/{CARD}/begin/?period={period.key}")
    assert Scorecard.objects.exists() == keeps
    if keeps:
        assert {board_of(clients["officer"], period).context["page_note"]} <= {"预估", "Estimate"}


def test_a_mark_by_hand_is_entered_on_the_page_of_its_score(clients, town, period, closed):
    clients["secretary"].post(f"/scorecards/grid.peace_month/begin/?period={period.key}")
    draft = Scorecard.objects.get()
    page = clients["secretary"].get(
        f"/scorecards/grid.peace_month/units/{town.villages[0].pk}/evidence/?period={period.key}"
    )
    (button,) = [one for one in page.context["buttons"] if "/mark/" in one.url]
    assert (
        clients["secretary"].post(button.url, {"points": "11", "reason": "全", "signer": "许"}).status_code
        == 422
    )
    assert (
        clients["secretary"].post(button.url, {"points": "9", "reason": "全", "signer": "许"}).status_code
        == 302
    )
    assert draft.marks.get().points == 9


def test_what_is_not_there_is_not_found(clients):
    for path in ("/scorecards/nix.da/", "/scorecards/editions/99/appeals/", f"/scorecards/{CARD}/units/99/"):
        assert clients["leader"].get(path).status_code == 404
