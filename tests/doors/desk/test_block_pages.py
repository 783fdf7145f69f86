"""Work by line at the desk: every kind is listed, filled, shown; who may not sees nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from tests.registers.blocks.conftest import Makes, blocks_pack, makes, scopes

from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.packs.registry import library
from zhenshu.registers.blocks import contracts, payouts
from zhenshu.registers.blocks.acts import RecordDraft, keep_record
from zhenshu.registers.blocks.models import Record, State

__all__ = ["blocks_pack", "makes", "scopes"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "blocks_pack")]


def url(name: str, *args: object, **query: str) -> str:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"desk:{name}", args=args) + (f"?{asked}" if asked else "")


@pytest.fixture
def desk(clients, makes: Makes) -> Callable:
    """Return what a page says to a role; the secretary unless told otherwise."""

    def get(address: str, by: str = "secretary", status: int = 200) -> str:
        answer = clients[by].get(address, headers={"accept-language": "en"})
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer.content.decode()

    return get


@pytest.fixture
def send(clients, makes: Makes) -> Callable:
    def post(address: str, by: str = "secretary", status: int = 302, **said: object) -> str:
        answer = clients[by].post(address, said, headers={"accept-language": "en"})
        assert answer.status_code == status, answer.content.decode()[:3000]
        return answer.content.decode()

    return post


def today() -> date:
    return timezone.localdate()


def test_the_lines_show_every_kind_with_what_there_is(desk, makes):
    firm = makes.one("firm", "澄江铸造", colour="red")
    keep_record(RecordDraft(kind="blocks.visit", day=today(), subject=firm.pk), by=makes.scopes["officer"])
    assert url("line", "blocks") in desk(url("lines"))
    shown = desk(url("line", "blocks"))
    for kind in library().pack("blocks").kinds().values():
        assert kind.name in shown
    assert url("records_of", "blocks.visit") in shown
    assert url("special_records", "blocks.near") in shown


def test_every_list_form_and_special_list_opens_for_every_role(desk, clients):
    pack = library().pack("blocks")
    blocks = ("rounds", "checklists", "contracts", "payouts", "bookings", "meetings", "surveys", "learning",
              "ties", "ballots", "funds")  # fmt: skip
    for block in blocks:
        for kind in getattr(pack, block).values():
            for role in ("secretary", "viewer", "grid_worker"):
                desk(url("records_of", kind.full_code), role)
            answer = clients["secretary"].get(url("new_record", kind.full_code))
            assert answer.status_code == (302 if block == "payouts" else 200), (block, kind.code)
    for code in ("visit", "lease", "allowance", "hall", "class", "sponsor", "charity", "near"):
        desk(url("special_records", f"blocks.{code}"))
    desk(url("records_of", "blocks.hazard"), status=404)
    desk(url("special_records", "blocks.vote"), status=404)
    assert clients["nobody"].get(url("lines")).status_code == 302


def test_a_visit_is_logged_found_corrected_and_withdrawn(desk, send, makes):
    firm = makes.one("firm", "澄江铸造", colour="red")
    new = url("new_record", "blocks.visit")
    wrong = send(new, status=422, subject="没有的厂", day=today())
    assert "没有的厂" in wrong
    send(new, subject="澄江铸造", day=today(), **{"fields.people": "4"})
    kept = Record.objects.get()
    assert (kept.subject_id, kept.fields["people"]) == (firm.pk, 4)
    assert "澄江铸造" in desk(url("records_of", "blocks.visit", q="铸造"))
    assert "澄江铸造" not in desk(url("records_of", "blocks.visit", day="2020-01-01", day_until="2020-12-31"))
    assert "澄江铸造" in desk(url("records_of", "blocks.visit", sort="-day"))
    send(url("correct_record", kept.pk), version=1, **{"fields.people": "6"})
    assert "6" in desk(url("record", kept.pk))
    send(url("correct_record", kept.pk), status=422, version=1, **{"fields.people": "7"})
    send(url("withdraw_record", kept.pk), version=2, reason="重复")
    assert "重复" in desk(url("record", kept.pk))
    assert "澄江铸造" not in desk(url("records_of", "blocks.visit"))


def test_a_list_goes_to_excel_as_it_is_narrowed(clients, makes):
    for name in ("甲厂", "乙厂"):
        firm = makes.one("firm", name, colour="red")
        draft = RecordDraft(kind="blocks.visit", day=today(), subject=firm.pk, fields={"people": 2})
        keep_record(draft, by=makes.scopes["secretary"])
    answer = clients["secretary"].get(url("records_of", "blocks.visit", q="甲", **{"as": "xlsx"}))
    rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].values)
    assert [row[0] for row in rows[1:]] == ["甲厂"]
    assert 2 in rows[1]


def test_nobody_sees_or_changes_records_of_another_area(desk, send, makes):
    firm = makes.one("firm", "别村的厂", colour="red", area=makes.town.grids[2])
    kept = keep_record(
        RecordDraft(kind="blocks.visit", day=today(), subject=firm.pk), by=makes.scopes["secretary"]
    )
    assert "别村的厂" not in desk(url("records_of", "blocks.visit"), "grid_worker")
    desk(url("record", kept.pk), "grid_worker", status=404)
    send(url("withdraw_record", kept.pk), "grid_worker", status=404, version=1, reason="测")
    assert "New" not in desk(url("records_of", "blocks.visit"), "viewer")
    kept.refresh_from_db()
    assert kept.state == State.KEPT


def test_names_of_sensitive_people_are_for_those_with_the_right(desk, makes):
    makes.one("elder", "钱阿婆", age=95)
    payouts.prepare_run(library().kinds["blocks.allowance"], "2023-05", by=makes.scopes["secretary"])
    assert "钱阿婆" in desk(url("records_of", "blocks.allowance"))
    assert "钱阿婆" not in desk(url("records_of", "blocks.allowance"), "leader")
    assert "Excel" not in desk(url("records_of", "blocks.allowance"))


# ── the blocks' own pages ─────────────────────────────────────────────────────────────────────────────


def test_who_is_due_for_a_visit_leaves_the_list_when_visited(desk, send, makes):
    makes.one("firm", "红厂", colour="red")
    late = url("special_records", "blocks.visit", when="late")
    assert "红厂" in desk(late)
    send(url("new_record", "blocks.visit"), subject="红厂", day=today())
    desk(url("lines"))  # shows the word that the visit is kept
    assert "红厂" not in desk(late)


def test_a_failed_item_of_a_sheet_is_a_matter_linked_both_ways(desk, send, makes):
    makes.one("firm", "甲厂", colour="red")
    said = {"item-exits": "fail", "note-exits": "堆放杂物", "item-duty": "pass"}
    send(url("new_record", "blocks.sheet"), subject="甲厂", day=today(), **said)
    kept = Record.objects.get(block="checklists")
    case = kept.raised.get().case
    shown = desk(url("record", kept.pk))
    assert case.number in shown
    assert "消防法第二十八条" in shown
    assert url("record", kept.pk) in desk(url("case", case.number))
    send(url("record_act", kept.pk, "answer"), **{"item-power": "pass"})
    assert "Answer open items" not in desk(url("record", kept.pk))


def test_a_lease_is_signed_paid_and_its_arrears_listed(desk, send, makes):
    makes.one("room", "老厂房")
    makes.one("firm", "租户", colour="blue")
    first = today() - timedelta(days=200)
    send(
        url("new_record", "blocks.lease"), subject="老厂房", party="租户", day=first,
        last_day=first + timedelta(days=700), **{"fields.amount": "3000"},
    )  # fmt: skip
    kept = Record.objects.get(block="contracts")
    assert "9,000.00" in desk(url("special_records", "blocks.lease"))
    send(url("record_act", kept.pk, "pay"), amount="9000", day=today())
    assert "Nothing is owed" in desk(url("special_records", "blocks.lease"))
    send(url("record_act", kept.pk, "pay"), status=422, amount="999999", day=today())
    assert contracts.instalments_of(Record.objects.get(pk=kept.pk))[2].open == 0


def test_a_run_lists_everybody_once_and_pays_after_its_publication(desk, send, makes):
    makes.one("elder", "钱阿婆", age=95)
    run = {"period": "2023-05"}
    assert "钱阿婆" in desk(url("special_records", "blocks.allowance", period="2023-05"))
    send(url("run_payout", "blocks.allowance", "list"), **run)
    send(url("run_payout", "blocks.allowance", "list"), **run)
    send(url("run_payout", "blocks.allowance", "pay"), day=today(), **run)
    assert Record.objects.get().state == State.LISTED
    Record.objects.update(due=today() - timedelta(days=1))
    send(url("run_payout", "blocks.allowance", "pay"), day=today(), **run)
    assert Record.objects.get().state == State.PAID
    assert "200.00" in desk(url("special_records", "blocks.allowance", period="2023-05", show="paid"))


def test_a_meeting_with_quorum_decides_and_its_decision_becomes_a_task(desk, send, makes, people):
    present = [people[name].pk for name in ("officer", "second_officer", "leader", "secretary")]
    said = {"area": makes.town.town.pk, "day": today(), "title": "五月联席会", "topics": "排水\n路灯"}
    decisions = f"修排水 | 应急管理办公室 | {today() + timedelta(days=30)}"
    send(url("new_record", "blocks.joint"), present=present, decisions=decisions, minutes="略", **said)
    kept = Record.objects.get(block="meetings")
    send(url("record_item_act", kept.pk, "carry", 0))
    assert kept.raised.get().plan_item.title == "修排水"
    assert url("plan", kept.raised.get().plan_item.pk) in desk(url("record", kept.pk))
    send(url("new_record", "blocks.joint"), status=422, present=present[:1], decisions="空", **said)


def test_a_ballot_a_tie_a_fund_and_a_survey_are_kept_by_their_forms(desk, send, makes, people):
    area = makes.town.town.pk
    numbers = {"roll": 60, "given": 58, "returned": 58, "invalid": 0}
    votes = "公园 50\n停车场 45\n路 20"
    send(url("new_record", "blocks.vote"), area=area, day=today(), title="票决", votes=votes, **numbers)
    vote = Record.objects.get(block="ballots")
    assert vote.detail["chosen"] == ["公园", "停车场"]
    send(url("record_item_act", vote.pk, "plan", 0))
    assert vote.raised.get().plan_item.title == "公园"

    makes.one("firm", "甲厂", colour="red")
    send(url("new_record", "blocks.sponsor"), subject="甲厂", holder=people["officer"].name, day=today())
    assert people["officer"].name in desk(url("special_records", "blocks.sponsor"))

    money = {"area": area, "day": today()}
    send(url("new_record", "blocks.charity"), **money, **{"fields.use": "gift", "fields.amount": "500"})
    over = {"fields.use": "aid", "fields.amount": "600"}
    assert "100" in send(url("new_record", "blocks.charity"), status=422, **money, **over)
    assert "500.00" in desk(url("special_records", "blocks.charity"))

    send(url("new_record", "blocks.peace"), area=area, day=today(), seed="2023-05-01 公证")
    survey = Record.objects.get(block="surveys")
    answer = {"subject": "甲厂", "fields.knows": "yes", "fields.feels": "good"}
    send(url("record_act", survey.pk, "answer"), **answer)
    send(url("record_act", survey.pk, "answer"), status=422, **answer)
    assert "2023-05-01 公证" in desk(url("record", survey.pk))


# ── everything about one subject ──────────────────────────────────────────────────────────────────────


def test_the_page_of_a_dossier_shows_what_every_register_keeps_about_it(desk, send, makes, people):
    firm = makes.one("firm", "甲厂", colour="red")
    by = makes.scopes["secretary"]
    keep_record(RecordDraft(kind="blocks.visit", day=today(), subject=firm.pk, fields={"people": 7}), by=by)
    send(url("new_record", "blocks.sponsor"), subject="甲厂", holder=people["officer"].name, day=today())
    said = {"item-exits": "fail", "note-exits": "堆放杂物"}
    send(url("new_record", "blocks.sheet"), subject="甲厂", day=today(), **said)
    case = Record.objects.get(block="checklists").raised.get().case
    shown = desk(url("dossier", firm.pk))
    for words in ("走访", "服务人次 7", people["officer"].name, case.number):
        assert words in shown
    assert url("records_of", "blocks.visit", subject=firm.pk) in shown
    assert case.number in desk(url("dossier_growth", firm.pk))
    assert "服务人次 7" in desk(url("dossier_growth", firm.pk))


def test_the_whole_file_goes_out_as_a_workbook_and_leaves_a_line(clients, desk, makes):
    firm = makes.one("firm", "=甲厂", colour="red", staff=12)
    keep_record(
        RecordDraft(kind="blocks.visit", day=today(), subject=firm.pk, fields={"people": 7}),
        by=makes.scopes["secretary"],
    )
    answer = clients["secretary"].get(url("dossier_file", firm.pk), headers={"accept-language": "en"})
    book = load_workbook(BytesIO(answer.content))
    facts = dict(row[:2] for row in book["Facts"].values)
    assert (facts["Name"], facts["人数"]) == ("=甲厂", "12")
    (_head, line) = book["Records"].values
    assert line[0] == "走访"
    assert "服务人次 7" in line[3]
    assert "dossier.exported" in [one.action for one in entries_of("dossiers.dossier", firm.pk)]
    elder = makes.one("elder", "钱阿婆", age=90)
    assert clients["secretary"].get(url("dossier_file", elder.pk)).status_code == 403
    assert url("dossier_file", elder.pk) not in desk(url("dossier", elder.pk))


def test_a_growth_chain_tells_only_what_one_may_see(desk, makes):
    firm = makes.one("firm", "甲厂", colour="red")
    desk(url("dossier_growth", firm.pk), "grid_worker")
    desk(url("dossier_growth", firm.pk), "viewer", status=404)
    desk(url("dossier_file", firm.pk), "viewer", status=404)
