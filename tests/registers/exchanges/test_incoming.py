"""What comes down: their number is the key, and nothing becomes two matters."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases import intake
from zhenshu.registers.cases.models import Case, Notice
from zhenshu.registers.cases.story import story_of
from zhenshu.registers.exchanges.errors import ExchangeNotAllowedError, ExchangeStateError
from zhenshu.registers.exchanges.folders import move_files
from zhenshu.registers.exchanges.models import Channel, Item
from zhenshu.registers.exchanges.set_up import change_channel
from zhenshu.registers.exchanges.working import try_again

pytestmark = pytest.mark.django_db


def acts(subject="exchanges.item"):
    return list(Entry.objects.filter(subject_kind=subject).order_by("seq").values_list("action", flat=True))


def test_a_ticket_becomes_a_case_with_its_words(exchange):
    case = exchange.ticket(类型="投诉", 电话="13800000000")
    assert (case.title, case.source_number, case.fields["nature"]) == ("路灯不亮", "S001", "blame")
    assert case.area_id == exchange.town.town.pk
    assert acts() == ["exchange.taken_in"]


def test_the_same_ticket_again_changes_nothing(exchange):
    exchange.ticket()
    entries = Entry.objects.count()
    [again] = exchange.send(exchange.row())
    assert (again.result, Case.objects.count(), Entry.objects.count()) == ("known", 1, entries)


def test_other_words_leave_a_note_and_tell_the_handler(exchange, people, in_english):
    case = exchange.live(exchange.ticket(), "accept")
    [again] = exchange.send(exchange.row(内容="村口和桥头的路灯都不亮", 电话="13900000000"))
    assert (again.result, again.case, Case.objects.count()) == ("updated", case.number, 1)
    [line] = [line for line in story_of(case) if line.action == "changed_above"]
    assert "村口路灯三天不亮" in line.opinion
    assert "桥头" in line.opinion
    assert "电话" in line.opinion
    assert "13900000000" not in line.opinion, "who reported stands in its own place"
    assert Notice.objects.filter(user=people["officer"], kind="changed_above").count() == 1
    assert Item.objects.get(stage="").changed == 1


def test_a_broken_ticket_waits_in_the_queue_until_it_can_be_read(exchange):
    [answer] = exchange.send(exchange.row(等级="不存在"))
    assert (answer.result, Case.objects.count()) == ("refused", 0)
    assert answer.reason
    item = Item.objects.get()
    with pytest.raises(ExchangeStateError):
        try_again(item, by=exchange.scopes["dispatcher"])
    [mended] = exchange.send(exchange.row(等级="高"))
    assert mended.result == "taken"
    item.refresh_from_db()
    assert (item.state, item.case.number) == ("acknowledged", mended.case)
    assert acts() == ["exchange.refused_here", "exchange.taken_in"]


def test_a_ticket_taken_in_by_hand_is_known(exchange):
    content = "工单编号,标题,内容,下发时间\nS001,路灯不亮,不亮,2023-05-15 08:30\n".encode()
    sheet = intake.read_sheet(content, "above.ticket")
    intake.take_in(sheet, intake.plan_intake(sheet, "above.ticket"), by=exchange.scopes["dispatcher"])
    [answer] = exchange.send(exchange.row())
    assert (answer.result, Case.objects.count()) == ("known", 1)


def test_a_ticket_that_comes_with_its_end_is_concluded(exchange):
    row = exchange.row(办理结果="已修好", 回复时间="2023-05-15 08:50")
    [answer, again] = [exchange.send(row)[0] for _ in range(2)]
    assert (answer.result, again.result) == ("taken", "known")
    case = Case.objects.get()
    assert (case.is_open, case.answer) == (False, "已修好")


def test_without_a_number_nothing_is_taken(exchange):
    [answer] = exchange.send({"标题": "无号"})
    assert (answer.result, Case.objects.count(), Item.objects.count()) == ("refused", 0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_case(exchange):
    rows = [[exchange.row(f"S{place:03d}") for place in range(12)] for _ in range(2)]
    barrier = Barrier(2)

    def run(some):
        barrier.wait()
        try:
            return exchange.send(*some)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = [one for some in pool.map(run, rows) for one in some]
    assert sorted(str(one.result) for one in answers) == ["known"] * 12 + ["taken"] * 12
    assert Case.objects.count() == Item.objects.count() == 12


@pytest.mark.parametrize("who", ["officer", "grid_worker", "leader", "viewer"])
def test_only_keepers_of_the_area_take_in(exchange, who):
    with pytest.raises(ExchangeNotAllowedError):
        exchange.send(exchange.row(), by=who)


def test_only_an_administrator_sets_up_and_the_token_stays_secret(exchange):
    channel = exchange.channels["in"]
    with pytest.raises(ExchangeNotAllowedError):
        change_channel(channel, by=exchange.scopes["dispatcher"], active=False)
    changed = change_channel(channel, by=exchange.scopes["administrator"], token="geheim-123", active=False)
    assert change_channel(changed, by=exchange.scopes["administrator"], token="").token == "geheim-123"
    told = Entry.objects.filter(subject_kind="exchanges.channel")
    assert "geheim" not in str(list(told.values_list("changes", flat=True)))


# ── by file ───────────────────────────────────────────────────────────────────────────────────────────


def lay_down(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / name
    place.write_text(text, encoding="utf-8")
    long_ago = (timezone.now() - timedelta(minutes=5)).timestamp()
    os.utime(place, (long_ago, long_ago))
    return place


LIST = """工单编号,标题,内容,下发时间,等级
S001,路灯不亮,不亮,2023-05-15 08:30,
S002,井盖,破损,2023-05-15 08:31,怪
"""


def test_a_file_is_taken_in_answered_and_put_away(exchange, folder):
    Channel.objects.update(transport="folder")
    lay_down(folder("in"), "单.csv", LIST)
    lay_down(folder("in"), "未完.csv.part", LIST)
    moved = move_files()
    assert (moved.files, moved.tickets, moved.refused, Case.objects.count()) == (1, 1, 1, 1)
    assert sorted(one.name for one in folder("in").iterdir()) == ["done", "未完.csv.part"]
    answer = (folder("out") / "回执-单.csv").read_text("utf-8-sig").splitlines()
    assert answer[1].startswith(f"S001,已接收,{Case.objects.get().number}")
    assert answer[2].startswith("S002,未接收,,")
    lay_down(folder("in"), "单.csv", LIST)
    assert move_files().tickets == 1
    assert Case.objects.count() == 1


def test_a_file_that_is_no_table_is_put_aside_and_named(exchange, folder):
    Channel.objects.update(transport="folder")
    lay_down(folder("in"), "坏.xlsx", "PK\x03\x04 not a workbook")
    assert move_files().broken == 1
    assert [one.name for one in (folder("in") / "broken").iterdir()] == ["坏.xlsx"]
    assert "坏.xlsx" in Channel.objects.get().last_error


def test_a_file_still_being_written_is_left(exchange, folder):
    Channel.objects.update(transport="folder")
    place = lay_down(folder("in"), "单.csv", LIST)
    os.utime(place)
    (folder("in") / "链接.csv").symlink_to(place)
    assert move_files().files == 0
