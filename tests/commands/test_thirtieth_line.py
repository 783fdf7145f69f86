"""A business line that nobody shipped: one YAML file into the data folder of a running installation."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

OWN_LINE = """
pack: bees
name: 养蜂
line: bees
effective: 2023-01-01
dossiers:
  keeper:
    name: 养蜂户
    title: name
    identity: [name]
    fields:
      name: {name: 姓名, required: true}
      hives: {name: 蜂箱数, type: integer, unit: 箱}
cases:
  sickness:
    name: 蜂病报告
    opened_by: [administrator]
    fields:
      lost: {name: 损失蜂箱, type: integer, unit: 箱, required: true}
    clocks:
      answer: {limit: 3 工作日, promise: true, basis: 示例}
    directory: [{office: any}]
indicators:
  bees.hives: {name: 蜂箱存量, unit: 箱, sum: keeper.hives}
  bees.sick: {name: 蜂病报告起数, unit: 起, count: sickness}
  bees.lost: {name: 损失蜂箱数, unit: 箱, sum: sickness.lost}
sentences:
  review: 接到蜂病报告{bees.sick}起，损失蜂箱{bees.lost}箱。
"""
LATER = "later-Word-2025"


@dataclass(frozen=True)
class Running:
    """A server that has run since before the file came: where, on which folder, and how to get in."""

    address: str
    data: Path
    password: str


@pytest.fixture
def running(environment: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "zhenshu", "up", "--empty", "--town", "澄江镇", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("w") as written:
        server = subprocess.Popen(command, env=environment, stdout=written, stderr=written)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: httpx.get(f"{address}/healthz", timeout=20))
        password = re.search(r"Password: (\S+)", log.read_text(encoding="utf-8"))
        assert password, log.read_text(encoding="utf-8")
        yield Running(address, Path(environment["ZHENSHU_DATA"]), password[1])
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)


def until(ask: Callable[[], httpx.Response | None], *, tries: int = 300) -> httpx.Response:
    """Return the first answer that is not None."""
    for _ in range(tries):
        try:
            found = ask()
        except httpx.HTTPError:
            found = None
        if found is not None:
            return found
        time.sleep(0.2)
    raise AssertionError("it never came")


def test_one_file_adds_a_line_to_a_running_installation(zhenshu: Any, running: Running) -> None:
    scopes = "cases:read,cases:write,dossiers:read,dossiers:write,reference:read"
    token = zhenshu("token", "admin", "--scopes", scopes).stdout.strip()
    with httpx.Client(
        base_url=f"{running.address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60
    ) as api:
        assert api.get("/packs/bees").status_code == 404

        add_file(running.data, OWN_LINE)
        pack = until(lambda: found if (found := api.get("/packs/bees")).status_code == 200 else None).json()
        assert (pack["name"], pack["line"]) == ("养蜂", "bees")
        town = api.get("/areas").json()["items"][-1]["id"]
        keeper = {"kind": "bees.keeper", "area": town, "fields": {"name": "陈示例", "hives": 40}}
        assert (made := api.post("/dossiers", json=keeper)).status_code == 201, made.text
        matter = {"kind": "bees.sickness", "title": "幼虫腐烂", "area": town, "fields": {"lost": 7}}
        assert (made := api.post("/cases", json=matter)).status_code == 201, made.text
        assert made.json()["number"].startswith("bees-")
        refused = api.post("/cases", json={**matter, "fields": {}})
        assert (refused.status_code, "lost" in refused.text) == (422, True)

    year = str(date.today().year)
    for code, value in (("bees.sick", 1), ("bees.lost", 7), ("bees.hives", 40)):
        told = zhenshu("indicator", code, "--period", year, "--jsonl").stdout
        assert float(json.loads(told)["value"]) == value
    assert "接到蜂病报告1起，损失蜂箱7箱。" in zhenshu("compose", "--year", year).stdout
    pages = look_around(running)
    assert "蜂病报告" in pages["/lines/bees/"]
    assert "养蜂" in pages["/lines/"]
    assert "损失蜂箱数" in pages["/indicators/bees.lost/"]
    assert "养蜂" in pages["/packs/"]


def add_file(data: Path, text: str) -> None:
    """Put a pack into the data folder, whole at once."""
    folder = data / "packs"
    folder.mkdir(exist_ok=True)
    (folder / "bees.part").write_text(text, encoding="utf-8")
    os.replace(folder / "bees.part", folder / "bees.yaml")


def look_around(running: Running) -> dict[str, str]:
    """Log in to the running desk as its administrator and return some pages."""
    found = {}
    with httpx.Client(base_url=running.address, timeout=60, follow_redirects=True) as browser:
        browser.headers["Referer"] = running.address
        post(browser, "/log-in/", username="admin", password=running.password)
        post(browser, "/password/", old=running.password, new=LATER, again=LATER)
        for path in ("/lines/", "/lines/bees/", "/indicators/bees.lost/", "/packs/"):
            page = browser.get(path)
            assert page.status_code == 200, path
            found[path] = page.text
    return found


def post(browser: httpx.Client, path: str, **given: str) -> None:
    """Send a form with the token of its page."""
    page = browser.get(path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text[:500]
    sent = browser.post(path, data={**given, "csrfmiddlewaretoken": token[1]})
    assert sent.status_code == 200, sent.text[:2000]
