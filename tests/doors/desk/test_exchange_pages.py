"""The exchanges at the desk: who enters, what stands in the queue, trying again, comparing a list."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.loop import Given, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.exchanges.incoming import receive
from zhenshu.registers.exchanges.models import Channel, Item, Reconciliation
from zhenshu.registers.exchanges.set_up import set_up_channel

pytestmark = pytest.mark.django_db
CITY = "hotline.city_platform"


@pytest.fixture
def channels(town, people, scope_for):
    by = scope_for(people["administrator"])
    return {
        direction: set_up_channel(CITY, direction, area=town.town, transport="api", by=by)
        for direction in ("in", "out")
    }


@pytest.fixture
def ticket(channels, people, scope_for, offices):
    """A ticket from the city that an office signed for; its report is given up."""
    row = {"工单编号": "SR1", "问题标题": "路灯不亮", "工单类型": "投诉"}
    [answer] = receive(channels["in"], [row], by=scope_for(people["dispatcher"]))
    case = Case.objects.get(number=answer.case)
    given = Given(office=offices["enforcement"].pk)
    take_step(case.pk, "dispatch", by=scope_for(people["dispatcher"]), given=given)
    take_step(case.pk, "accept", by=scope_for(people["officer"]))
    Item.objects.filter(stage="handling").update(state="failed", next_try_at=None, last_error="HTTP 503")
    return case


PAGES = ("exchanges", "exchange_queue", "balances", "new_balance")


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 302), ("officer", 403), ("grid_worker", 403), ("leader", 403), ("dispatcher", 200)],
)
def test_only_keepers_enter(clients, ticket, who, status):
    pages = [clients[who].get(reverse(f"desk:{name}")).status_code for name in PAGES]
    assert pages == [status] * len(PAGES)
    item = Item.objects.get(stage="handling")
    assert clients[who].get(reverse("desk:retry_item", args=[item.pk])).status_code == status


def test_every_count_opens_its_list(clients, ticket):
    page = clients["dispatcher"].get(reverse("desk:exchanges")).content.decode()
    address = f"{reverse('desk:exchange_queue')}?exchange={CITY}&direction=out&state=failed"
    assert address.replace("&", "&amp;") in page
    queue = clients["dispatcher"].get(address).content.decode()
    assert "HTTP 503" in queue
    assert ticket.number in queue
    assert clients["dispatcher"].get(f"{address}&as=xlsx").status_code == 200


def test_one_and_all_are_tried_again(clients, ticket):
    item = Item.objects.get(stage="handling")
    clients["dispatcher"].post(reverse("desk:retry_item", args=[item.pk]))
    item.refresh_from_db()
    assert item.state == "waiting"
    Item.objects.filter(pk=item.pk).update(state="failed")
    clients["dispatcher"].post(reverse("desk:retry_items"))
    item.refresh_from_db()
    assert item.state == "failed", "all of everything is never meant"
    clients["dispatcher"].post(f"{reverse('desk:retry_items')}?state=failed")
    item.refresh_from_db()
    assert item.state == "waiting"


def test_a_ticket_that_cannot_be_read_is_mended(clients, channels, people, scope_for):
    row = {"工单编号": "SR2", "问题标题": "井盖", "工单类型": "投诉", "紧急程度": "特提"}
    receive(channels["in"], [row], by=scope_for(people["dispatcher"]))
    url = reverse("desk:retry_item", args=[Item.objects.get().pk])
    (form,) = clients["dispatcher"].get(url).context["forms"]
    cells = {form.fields[name].label: name for name in form.fields}
    assert form.fields[cells["紧急程度"]].initial == "特提"
    said = {cells[heading]: value for heading, value in row.items()}
    assert clients["dispatcher"].post(url, said).status_code == 422
    assert clients["dispatcher"].post(url, {**said, cells["紧急程度"]: "紧急"}).status_code == 302
    assert Case.objects.get(source_number="SR2").priority == "urgent"


def test_rows_go_out_in_their_columns(clients, ticket):
    url = f"{reverse('desk:export_items', args=['csv'])}?exchange={CITY}&direction=out"
    text = clients["dispatcher"].get(url).content.decode("utf-8-sig")
    assert text.startswith("流水号,工单编号,办理状态,承办单位")
    assert "已签收" in text
    assert Entry.objects.filter(action="list.exported").count() == 1


def test_a_channel_is_set_up_and_its_token_is_never_shown(clients, town):
    url = reverse("desk:exchange_channel", args=[CITY, "out"])
    said = {
        "transport": "push",
        "area": town.town.pk,
        "file_format": "csv",
        "token": "geheim",
        "active": "on",
    }
    assert clients["dispatcher"].get(url).status_code == 403
    wrong = clients["administrator"].post(url, {**said, "url": "ftp://10.1.1.1/"})
    assert wrong.status_code == 422
    assert clients["administrator"].post(url, {**said, "url": "http://10.1.1.1/"}).status_code == 302
    assert Channel.objects.get().token == "geheim"
    assert "geheim" not in clients["administrator"].get(url).content.decode()


def test_a_list_is_compared_and_its_differences_settled(clients, ticket):
    content = "工单编号,问题标题,工单类型,工单状态\nSR9,下水道堵塞,求助,办理中\n".encode()
    today = date.today().isoformat()
    said = {"exchange": CITY, "since": today, "until": today, "file": SimpleUploadedFile("清单.csv", content)}
    keeper = clients["dispatcher"]
    answer = keeper.post(reverse("desk:new_balance"), said)
    balance = Reconciliation.objects.get()
    assert answer["Location"] == reverse("desk:balance", args=[balance.pk])
    page = keeper.get(answer["Location"]).content.decode()
    assert "SR9" in page
    assert "SR1" in page, "ours, which their list lacks"
    new, ours = (balance.lines.get(number=number) for number in ("SR9", "SR1"))
    keeper.post(reverse("desk:settle_lines", args=[balance.pk, "take"]), {"key": [new.pk]})
    assert Case.objects.filter(source_number="SR9").exists()
    explain = reverse("desk:settle_line", args=[ours.pk, "explain"])
    assert keeper.post(explain, {"reason": ""}).status_code == 422
    keeper.post(explain, {"reason": "对方当日未导出"})
    keeper.get(answer["Location"])  # says that it is settled
    assert "SR1" not in keeper.get(answer["Location"]).content.decode()
    assert clients["leader"].get(answer["Location"]).status_code == 403
