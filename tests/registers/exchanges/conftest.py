"""An exchange with a city platform, its channels, and the ticket as the platform sends it."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from zhenshu.ground.packs.registry import forget_library
from zhenshu.registers.cases.loop import Given, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.exchanges.incoming import Received, receive
from zhenshu.registers.exchanges.models import Channel, Item
from zhenshu.registers.exchanges.set_up import set_up_channel

PACK = Path(__file__).with_name("exchanges.yaml")
MONDAY = timezone.make_aware(datetime(2023, 5, 15, 9, 0))
CITY = "above.city"
UNTIL_VERIFIED = ("dispatch", "accept", "answer", "verify")


@pytest.fixture(autouse=True)
def exchange_pack() -> Iterator[None]:
    """The pack of these tests stands in the data folder, as a town's own would."""
    settings.INSTALLATION.packs.mkdir(parents=True, exist_ok=True)
    place = settings.INSTALLATION.packs / "above.yaml"
    place.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    forget_library()
    yield
    place.unlink()
    shutil.rmtree(settings.INSTALLATION.data / "exchange", ignore_errors=True)
    forget_library()


@pytest.fixture
def scopes(people, scope_for) -> dict[str, Any]:
    return {key: scope_for(user) for key, user in people.items()}


@dataclass
class Exchange:
    """Both channels of an exchange and a clock that only moves when told to."""

    town: Any
    offices: Any
    scopes: Any
    code: str = CITY
    now: datetime = MONDAY
    channels: dict[str, Channel] = field(default_factory=dict)

    def set_up(self, direction: str, transport: str = "api", **said: Any) -> Channel:
        area = said.pop("area", self.town.town)
        made = set_up_channel(
            self.code, direction, area=area, by=self.scopes["administrator"], transport=transport, **said
        )
        self.channels[direction] = made
        return made

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def row(self, number: str = "S001", **said: Any) -> dict[str, Any]:
        row = {
            "工单编号": number,
            "标题": "路灯不亮",
            "内容": "村口路灯三天不亮",
            "下发时间": "2023-05-15 08:30",
        }
        return {**row, **said}

    def send(self, *rows: dict[str, Any], by: str = "dispatcher") -> list[Received]:
        return receive(self.channels["in"], rows, by=self.scopes[by], at=self.now)

    def ticket(self, number: str = "S001", **said: Any) -> Case:
        """Let a ticket come down and return its case."""
        [answer] = self.send(self.row(number, **said))
        assert answer.result == "taken", answer
        return Case.objects.get(number=answer.case)

    def step(self, case: Case, action: str, by: str, **given: Any) -> Case:
        self.wait(minutes=1)
        return take_step(case.pk, action, by=self.scopes[by], given=Given(**given), at=self.now)

    def live(self, case: Case, upto: str = "verify", words: str = "已修好") -> Case:
        """Take the steps of the loop up to and with *upto*."""
        who = {"dispatch": "dispatcher", "accept": "officer", "answer": "officer", "verify": "dispatcher"}
        said = {"dispatch": {"office": self.offices["enforcement"].pk}, "answer": {"opinion": words}}
        for action in UNTIL_VERIFIED[: UNTIL_VERIFIED.index(upto) + 1]:
            case = self.step(case, action, who[action], **said.get(action, {}))
        return case

    def items(self, direction: str = "out") -> list[Item]:
        found = Item.objects.filter(channel__direction=direction).select_related("channel__area", "case")
        return list(found.order_by("pk"))


@pytest.fixture
def exchange(town, offices, scopes) -> Exchange:
    made = Exchange(town, offices, scopes)
    made.set_up("in")
    return made


# ── the system above, on this machine ─────────────────────────────────────────────────────────────────


class Platform(ThreadingHTTPServer):
    """The other system: *status* and *body* are what it answers, *heard* what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body = 200, b""
        self.heard: list[tuple[dict[str, str], Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/answers"


class Handler(BaseHTTPRequestHandler):
    server: Platform

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""


@pytest.fixture
def platform() -> Iterator[Platform]:
    server = Platform()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def folder() -> Callable[[str], Path]:
    """Return a folder of the exchange."""
    return lambda name: settings.INSTALLATION.data / "exchange" / CITY / name
