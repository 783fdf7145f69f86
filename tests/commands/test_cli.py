"""The command line: light to start, and each command does what it says."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

PROMISED = (
    "up",
    "migrate",
    "worker",
    "doctor",
    "backup",
    "restore",
    "token",
    "people",
    "packs",
    "ledger",
    "read",
    "check",
)


def test_help_names_every_command_and_loads_nothing_heavy(zhenshu):
    text = zhenshu("--help").stdout
    assert all(f"  {name} " in text for name in PROMISED)
    loaded = "import sys, zhenshu.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()).isdisjoint({"django", "rich", "shapely", "granian"})


def test_migrate_makes_the_data_folder_and_can_run_twice(zhenshu, tmp_path):
    zhenshu("migrate", "--data", tmp_path / "elsewhere")
    zhenshu("migrate", "--data", tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "zhenshu.sqlite3").stat().st_size > 0
    assert not (tmp_path / "data").exists()


def test_the_signing_key_is_for_its_owner_only(installation):
    assert (installation / "secret.key").stat().st_mode & 0o077 == 0


REPORT = "澄江镇政府工作报告\n2023年，全镇完成规上工业产值4.559亿元，比上年2.66亿元增长55%。\n"


def test_read_check_and_packs_check_need_no_data_folder(zhenshu, tmp_path):
    report = tmp_path / "report.txt"
    report.write_text(REPORT)
    lines = [json.loads(line) for line in zhenshu("read", report, "--jsonl").stdout.splitlines()]
    figure = next(line for line in lines if line["value"] == 4.559)
    assert REPORT[figure["start"] : figure["end"]] == figure["quote"] == "4.559亿元"
    finding = json.loads(zhenshu("check", report, "--jsonl", status=1).stdout)
    assert finding["type"] == "contradiction"
    zhenshu("check", tmp_path / "none.txt", status=2)
    zhenshu("packs", "check")
    assert not (tmp_path / "data").exists()


def test_packs_check_names_what_is_wrong(zhenshu, tmp_path):
    (tmp_path / "own.yaml").write_text("pack: own\nname: 自有\neffective: 2023-01-01\ncolour: red\n")
    assert "own.yaml:4" in zhenshu("packs", "check", tmp_path / "own.yaml", status=1).stdout


def test_token_prints_the_token_alone(zhenshu, installation):
    done = zhenshu("token", "admin", "--scopes", "intake,cases:read", "--days", "3")
    assert done.stdout.startswith("zs_")
    assert len(done.stdout.split()) == 1
    assert "admin" not in zhenshu("token", "nobody", status=1).stdout
    assert "cases:read" in zhenshu("token", "admin", "--scopes", "everything", status=1).stderr


def test_verify_names_the_line_that_was_tampered_with(zhenshu, installation):
    assert "5" in zhenshu("ledger", "verify").stdout
    with sqlite3.connect(installation / "zhenshu.sqlite3") as database:
        database.execute("DROP TRIGGER ledger_entry_no_update")
        database.execute("UPDATE ledger_entry SET actor_name = 'x' WHERE seq = 3")
    database.close()
    assert "3" in zhenshu("ledger", "verify", status=1).stdout
    assert "✗" in zhenshu("doctor", "--deep", status=1).stdout


def test_doctor_finds_nothing_wrong_with_a_new_installation(zhenshu, installation):
    assert "✗" not in zhenshu("doctor").stdout


def test_doctor_says_to_migrate(zhenshu):
    assert "zhenshu migrate" in zhenshu("doctor", status=1).stdout


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(url, *, tries=300):
    for _ in range(tries):
        try:
            with urllib.request.urlopen(url, timeout=20) as response:
                return response.read().decode()
        except OSError:  # refused, cut off or too slow: not yet there
            time.sleep(0.2)
    raise AssertionError(f"{url} never answered")


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_up_serves_refuses_a_taken_port_and_leaves_nobody_behind(zhenshu, environment, port, tmp_path):
    command = [sys.executable, "-m", "zhenshu", "up", "--empty", "--town", "澄江镇", "--port", str(port)]
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        assert '"status": "ok"' in answer(f"http://127.0.0.1:{port}/healthz")
        children = children_of(server.pid)
        assert len(children) == 2
        assert str(port + 1) in zhenshu("up", "--port", port, status=1).stderr
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
    assert [child for child in children if os.path.exists(f"/proc/{child}")] == []
    assert "admin" in (tmp_path / "log").read_text()
