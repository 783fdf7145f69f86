"""The command takes files in whole, also after it was killed, and says what became of each row."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

HEADS = "留言编号,留言用户,留言主题,留言时间,留言详情\n"


@pytest.fixture
def file(tmp_path):
    place = tmp_path / "留言.csv"
    place.write_text(HEADS + "1,甲,路灯不亮,2023-5-15 9:00,东边\n2,乙,井盖破损,不详,西边\n")
    return place


def cases(data):
    with sqlite3.connect(data / "zhenshu.sqlite3") as database:
        return database.execute("SELECT source_number FROM cases_case ORDER BY id").fetchall()


def test_a_file_comes_in_once_and_bad_rows_stand_beside_it(zhenshu, installation, file):
    done = zhenshu("intake", file, "--kind", "hotline.ticket", status=1)
    assert "2023" not in done.stdout
    assert str(file.with_name("留言-未导入.xlsx")) in done.stdout
    assert "留言时间" in done.stderr
    assert cases(installation) == [("1",)]
    zhenshu("intake", file, "--kind", "hotline.ticket", status=1)
    assert cases(installation) == [("1",)]


def test_a_trial_stores_nothing(zhenshu, installation, file):
    zhenshu("intake", file, "--kind", "hotline.ticket", "--dry-run", status=1)
    assert cases(installation) == []


def test_columns_are_given_and_remembered(zhenshu, installation, tmp_path):
    place = tmp_path / "自制.csv"
    place.write_text("序号,事由\n1,路灯不亮\n")
    zhenshu("intake", place, "--kind", "hotline.ticket", status=2)
    zhenshu("intake", place, "--kind", "hotline.ticket", "--columns", "序号=number，事由=title")
    place.write_text("序号,事由\n1,路灯不亮\n2,井盖破损\n")
    assert "事由 → title" in zhenshu("intake", place, "--kind", "hotline.ticket").stderr
    assert cases(installation) == [("1",), ("2",)]


def test_columns_may_stand_in_a_file(zhenshu, installation, tmp_path):
    (tmp_path / "a.csv").write_text("事由,号\n路灯不亮,1\n")
    (tmp_path / "map.json").write_text(json.dumps({"事由": ["title"], "号": "number"}))
    zhenshu("intake", tmp_path / "a.csv", "--kind", "hotline.ticket", "--columns", tmp_path / "map.json")
    assert cases(installation) == [("1",)]


@pytest.mark.parametrize(
    "options",
    [
        ["--kind", "hotline.none"],
        ["--kind", "hotline.ticket", "--area", "乌有镇"],
        ["--kind", "hotline.ticket", "--columns", "title"],
        ["--kind", "hotline.ticket", "--columns", "没有=title"],
        ["--kind", "hotline.ticket", "--by", "nobody"],
    ],
    ids=["kind", "area", "columns", "heading", "user"],
)
def test_what_can_not_be_done_is_said_before_anything_is_stored(zhenshu, installation, file, options):
    assert zhenshu("intake", file, *options, status=2).stderr.strip()
    assert cases(installation) == []


def test_the_person_named_stands_in_the_ledger(zhenshu, installation, file):
    zhenshu("intake", file, "--kind", "hotline.ticket", "--by", "admin", status=1)
    with sqlite3.connect(installation / "zhenshu.sqlite3") as database:
        found = database.execute("SELECT actor_name FROM ledger_entry WHERE action = 'case.opened'")
        assert found.fetchall() == [("系统管理员",)]


def test_killed_in_the_middle_then_again_every_row_is_there_once(
    zhenshu, installation, environment, tmp_path
):
    """The process is killed as soon as its first thousand rows are stored."""
    place = tmp_path / "many.csv"
    place.write_text(HEADS + "".join(f"{n},甲,第{n}件,2023-5-15 9:00,内容\n" for n in range(6000)))
    command = [sys.executable, "-m", "zhenshu", "intake", str(place), "--kind", "hotline.ticket"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    while not cases(installation) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    stored = len(cases(installation))
    assert 0 < stored < 6000
    assert stored % 1000 == 0
    zhenshu("intake", place, "--kind", "hotline.ticket")
    assert sorted(int(number) for (number,) in cases(installation)) == list(range(6000))
