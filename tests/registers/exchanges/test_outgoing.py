"""What goes up: in the transaction of the step, tried again, given up visibly; receipts once, late, never."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from django.db import transaction
from openpyxl import load_workbook

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.exchanges import sending
from zhenshu.registers.exchanges.errors import ExchangeNotAllowedError, ExchangeStateError
from zhenshu.registers.exchanges.folders import move_files
from zhenshu.registers.exchanges.keeping import visible_items
from zhenshu.registers.exchanges.kinds import find_exchange
from zhenshu.registers.exchanges.models import Item
from zhenshu.registers.exchanges.receipts import Receipt, acknowledge
from zhenshu.registers.exchanges.reports import in_order
from zhenshu.registers.exchanges.sending import claim, push_waiting
from zhenshu.registers.exchanges.sheets import write_rows
from zhenshu.registers.exchanges.working import (
    count_standings,
    hand_out,
    is_silent,
    try_again,
    try_all_again,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pushing(exchange, platform):
    exchange.set_up("out", "push", url=platform.url, token="geheim")
    return exchange


def states(exchange):
    return [(item.stage, item.state) for item in exchange.items()]


# ── the outbox ────────────────────────────────────────────────────────────────────────────────────────


def test_reported_stages_and_no_others_are_queued(exchange):
    exchange.set_up("out")
    exchange.live(exchange.ticket())
    assert states(exchange) == [("handling", "waiting"), ("verified", "waiting")]
    row = in_order(find_exchange(exchange.code), exchange.items()[1].payload)
    assert list(row) == ["流水号", "工单编号", "状态", "单位", "类型", "办理情况", "答复时间", "退回"]
    assert (row["工单编号"], row["状态"], row["类型"], row["办理情况"]) == (
        "S001",
        "已办结",
        "咨询",
        "已修好",
    )
    assert row["单位"] == exchange.offices["enforcement"].name
    assert row["答复时间"] == "2023/05/15 09:03"


def test_a_step_taken_back_takes_its_report_along(exchange):
    exchange.set_up("out")
    case = exchange.live(exchange.ticket(), "dispatch")
    with transaction.atomic():
        exchange.step(case, "accept", "officer")
        assert Item.objects.filter(stage="handling").exists()
        transaction.set_rollback(True)
    assert not Item.objects.filter(stage="handling").exists()


def test_a_rejection_goes_up_as_an_answer_and_a_return_as_none(exchange):
    exchange.set_up("out")
    exchange.step(exchange.ticket("S001"), "reject", "dispatcher", reason="beyond")
    [item] = exchange.items()
    assert (item.stage, item.payload["状态"], item.payload["退回"]) == ("rejected", "退单", "不属本级")
    case = exchange.live(exchange.ticket("S002"), "answer")
    before = len(exchange.items())
    exchange.step(case, "return", "dispatcher", reason="unclear", opinion="再看看")
    assert len(exchange.items()) == before
    exchange.step(case, "answer", "officer", opinion="又修了一次")
    exchange.step(case, "verify", "dispatcher")
    assert exchange.items()[-1].payload["办理情况"] == "又修了一次"


def test_matters_of_our_own_and_channels_at_rest_send_nothing(exchange):
    exchange.set_up("out", active=False)
    exchange.live(exchange.ticket())
    assert exchange.items() == []


# ── sending ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_report_goes_before_the_second(pushing, platform):
    pushing.live(pushing.ticket())
    assert push_waiting(at=pushing.now).sent == 1
    assert push_waiting(at=pushing.now).sent == 1
    assert [body["stage"] for _headers, body in platform.heard] == ["handling", "verified"]
    headers, body = platform.heard[0]
    assert headers["Authorization"] == "Bearer geheim"
    assert headers["Idempotency-Key"] == body["message"] == body["row"]["流水号"]
    assert states(pushing) == [("handling", "sent"), ("verified", "sent")]


def test_a_failing_platform_is_tried_again_after_the_packs_pauses_and_given_up(pushing, platform):
    pushing.live(pushing.ticket(), "accept")
    platform.status = 503
    assert push_waiting(at=pushing.now).failed == 1
    assert push_waiting(at=pushing.now + timedelta(seconds=59)).failed == 0, "a minute is a minute"
    assert push_waiting(at=pushing.now + timedelta(minutes=1)).failed == 1
    assert push_waiting(at=pushing.now + timedelta(minutes=5)).failed == 0, "then five"
    assert push_waiting(at=pushing.now + timedelta(minutes=6)).gave_up == 1
    [item] = pushing.items()
    assert (item.state, item.tries, item.last_error, item.next_try_at) == ("failed", 3, "HTTP 503", None)
    assert push_waiting(at=pushing.now + timedelta(days=9)).sent == 0
    messages = {body["message"] for _headers, body in platform.heard}
    assert len(platform.heard) == 3
    assert messages == {str(item.message)}, "one number for all tries"
    entries = Entry.objects.filter(subject_kind="exchanges.item", subject_id=item.pk).order_by("seq")
    assert [one.action for one in entries] == [
        "exchange.queued", "exchange.not_sent", "exchange.not_sent", "exchange.given_up",
    ]  # fmt: skip


def test_a_worker_that_died_leaves_nothing_behind_for_good(pushing, platform):
    """It took the report and was killed: after the lease another one sends it, under the same number."""
    pushing.live(pushing.ticket(), "accept")
    [taken] = claim(pushing.now, 10)
    assert push_waiting(at=pushing.now + timedelta(minutes=1)).sent == 0
    assert push_waiting(at=pushing.now + sending.LEASE).sent == 1
    assert platform.heard[0][1]["message"] == str(taken.message)


@pytest.mark.parametrize(("status", "state"), [(422, "refused"), (409, "acknowledged"), (204, "sent")])
def test_what_an_answer_means(pushing, platform, status, state):
    pushing.live(pushing.ticket(), "accept")
    platform.status = status
    push_waiting(at=pushing.now)
    assert states(pushing) == [("handling", state)]


@pytest.mark.parametrize(
    ("body", "state", "words"),
    [
        (b'{"code": 0}', "acknowledged", ""),
        ('{"code": 7, "msg": "编号不存在"}'.encode(), "refused", "编号不存在"),
        (b"<html>ok</html>", "acknowledged", ""),
    ],
    ids=["yes", "no", "no JSON"],
)
def test_a_platform_that_answers_in_its_reply(exchange, platform, body, state, words):
    exchange.code = "above.prompt"
    exchange.set_up("out", "push", url=platform.url)
    platform.body = body
    exchange.live(exchange.ticket())
    push_waiting(at=exchange.now)
    item = exchange.items()[0]
    assert (item.state, item.last_error) == (state, words)


# ── receipts ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sent(pushing):
    """A report that went out and is not confirmed."""
    pushing.live(pushing.ticket(), "accept")
    push_waiting(at=pushing.now)
    return pushing


def hear(exchange, *receipts, by="dispatcher"):
    found = acknowledge(exchange.channels["out"], receipts, by=exchange.scopes[by], at=exchange.now)
    return [str(one) for one in found]


def test_a_receipt_that_comes_twice_counts_once(sent):
    [item] = sent.items()
    yes = Receipt(True, message=str(item.message))
    assert hear(sent, yes, yes) == ["confirmed", "repeated"]
    entries = Entry.objects.filter(subject_id=item.pk, action="exchange.acknowledged")
    assert entries.count() == 1


def test_a_second_receipt_that_says_the_opposite_is_noted(sent, in_english):
    assert hear(sent, Receipt(True, number="S001"), Receipt(False, number="S001", reason="材料不全")) == [
        "confirmed", "contradicted",
    ]  # fmt: skip
    [item] = sent.items()
    assert (item.state, "材料不全" in item.note) == ("acknowledged", True)


def test_a_late_receipt_counts_after_we_gave_up(pushing, platform):
    pushing.live(pushing.ticket(), "accept")
    platform.status = 500
    for minutes in (0, 1, 6):
        push_waiting(at=pushing.now + timedelta(minutes=minutes))
    assert states(pushing) == [("handling", "failed")]
    assert hear(pushing, Receipt(True, number="S001")) == ["late"]
    [item] = pushing.items()
    assert (item.state, bool(item.note)) == ("acknowledged", True)


def test_a_receipt_that_never_comes_is_listed(sent):
    [item] = sent.items()
    kept = visible_items(sent.scopes["dispatcher"])
    assert not kept.filter(is_silent(sent.now)).exists()
    later = item.due_at + timedelta(seconds=1)
    assert list(kept.filter(is_silent(later))) == [item]
    assert count_standings([item.channel], later)[item.channel_id].silent == 1


def test_a_receipt_about_nothing_is_said_to_be_unknown(sent):
    assert hear(sent, Receipt(True, number="S999"), Receipt(True, message="kein")) == ["unknown", "unknown"]


def test_a_receipt_between_sending_and_storing_stands(pushing, platform, monkeypatch):
    """Their receipt may be quicker than the end of our own call."""
    pushing.live(pushing.ticket(), "accept")
    read = sending._read_reply

    def confirmed_meanwhile(*args):
        hear(pushing, Receipt(True, message=str(pushing.items()[0].message)))
        return read(*args)

    monkeypatch.setattr(sending, "_read_reply", confirmed_meanwhile)
    push_waiting(at=pushing.now)
    assert states(pushing) == [("handling", "acknowledged")]


# ── the queue ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_refused_is_sent_again_with_what_the_case_says_now(pushing, platform):
    case = pushing.live(pushing.ticket())
    push_waiting(at=pushing.now)
    platform.status = 422
    push_waiting(at=pushing.now)
    refused = pushing.items()[1]
    case.answer = "答复写全了"
    case.save(update_fields=["answer"])
    again = try_again(refused, by=pushing.scopes["dispatcher"], at=pushing.now)
    assert (again.state, again.payload["办理情况"]) == ("waiting", "答复写全了")
    assert again.message != refused.message, "other words, another number"
    platform.status = 200
    push_waiting(at=pushing.now)
    assert platform.heard[-1][1]["row"]["办理情况"] == "答复写全了"


def test_the_queue_is_for_keepers_and_confirmed_items_rest(sent):
    [item] = sent.items()
    assert not visible_items(sent.scopes["officer"]).exists()
    with pytest.raises(ExchangeNotAllowedError):
        try_again(item, by=sent.scopes["leader"])
    with pytest.raises(ExchangeNotAllowedError):
        hear(sent, Receipt(True, number="S001"), by="officer")
    hear(sent, Receipt(True, number="S001"))
    with pytest.raises(ExchangeStateError):
        try_again(item, by=sent.scopes["dispatcher"])


def test_all_that_failed_goes_again_at_once(pushing, platform):
    for number in ("S001", "S002", "S003"):
        pushing.live(pushing.ticket(number), "accept")
    Item.objects.filter(channel__direction="out").update(state="failed", next_try_at=None)
    keeper = pushing.scopes["dispatcher"]
    found = visible_items(keeper).filter(state="failed")
    assert try_all_again(found, by=keeper, at=pushing.now) == (3, 0)
    assert push_waiting(at=pushing.now).sent == 3


def test_what_they_fetch_is_sent_until_they_confirm(exchange):
    channel = exchange.set_up("out", "api")
    exchange.live(exchange.ticket())
    keeper = exchange.scopes["dispatcher"]
    assert [i.stage for i in hand_out(channel, limit=10, by=keeper, at=exchange.now)] == [
        "handling", "verified",
    ]  # fmt: skip
    assert {item.state for item in exchange.items()} == {"sent"}
    hear(exchange, Receipt(True, message=str(exchange.items()[0].message)))
    assert [i.stage for i in hand_out(channel, limit=10, by=keeper, at=exchange.now)] == ["verified"]


def test_reports_of_a_confidential_matter_need_the_sensitive_right(exchange):
    channel = exchange.set_up("out", "api")
    case = exchange.live(exchange.ticket())
    case.confidential = True
    case.save(update_fields=["confidential"])
    assert hand_out(channel, limit=10, by=exchange.scopes["dispatcher"], at=exchange.now) == []


def test_reports_lie_in_a_file_and_a_receipt_file_confirms_them(exchange, folder):
    exchange.set_up("out", "folder", file_format="csv")
    exchange.live(exchange.ticket(), words="=HYPERLINK(1)")
    for _ in range(2):
        move_files(at=exchange.now, rested=timedelta(days=-9999))
    files = sorted(one for one in folder("out").iterdir() if one.suffix == ".csv")
    rows = [row for file in files for row in csv.DictReader(file.read_text("utf-8-sig").splitlines())]
    assert [row["状态"] for row in rows] == ["已签收", "已办结"]
    assert rows[1]["办理情况"] == "'=HYPERLINK(1)", "a cell never computes"
    place = folder("receipts")
    place.mkdir(exist_ok=True)
    (place / "回执.csv").write_text(f"流水号,接收结果\n{rows[0]['流水号']},成功\n", encoding="utf-8")
    move_files(at=exchange.now, rested=timedelta(days=-9999))
    assert states(exchange) == [("handling", "acknowledged"), ("verified", "sent")]


def test_an_xlsx_holds_text_that_starts_like_a_formula_as_text(tmp_path):
    place = tmp_path / "out.xlsx"
    place.write_bytes(write_rows([{"办理情况": "=1+1"}], ["办理情况"], form="xlsx", title="回复"))
    cell = load_workbook(place).active["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
