"""Clients that drive the API as programs of other systems would: threads with kept-alive connections."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """The server did not do what it was asked."""


class Session:
    """One kept-alive connection to the server on this machine."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def send(
        self, method: str, path: str, token: str, body: Json | bytes | None = None, *, key: str = ""
    ) -> bytes:
        """Send one request and return what came back; raise Refused unless it went well."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        self.connection.request(method, f"/api/v1{path}", content, headers)
        response = self.connection.getresponse()
        said = response.read()
        if response.status not in (200, 201):
            raise Refused(f"{method} {path}: {response.status} {said[:300].decode()}")
        return said


def draft(area: int, number: int) -> Json:
    return {
        "kind": "grid.event",
        "title": f"路口第 {number} 处井盖缺失，影响通行",
        "description": "巡查时发现，请尽快处理。" * 3,
        "area": area,
        "channel": "patrol",
        "address": "幸福路 12 号",
    }


def live_once(session: Session, town: Json, number: int, key: str) -> None:
    """Take one matter through its whole life: seven requests, each with a key of its own."""
    chance = random.Random(number)
    dispatcher = chance.choice(town["dispatchers"])
    office, officer = chance.choice(sorted(town["officers"].items()))
    opened = session.send(
        "POST", "/cases", dispatcher, draft(chance.choice(town["areas"]), number), key=f"{key}-0"
    )
    case = json.loads(opened)["number"]
    steps = (
        (dispatcher, "dispatch", {"office": int(office)}),
        (officer, "accept", {}),
        (officer, "answer", {"opinion": "已派人到场处理完毕。"}),
        (dispatcher, "verify", {"opinion": "现场属实。"}),
        (dispatcher, "call_back", {"solved": "yes", "satisfied": "yes"}),
        (dispatcher, "close", {}),
    )
    for place, (who, action, given) in enumerate(steps, start=1):
        session.send("POST", f"/cases/{case}/steps/{action}", who, given, key=f"{key}-{place}")


@dataclass
class Run:
    """How often something was done in a stretch of time, and how long each took."""

    done: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def drive(
    port: int, act: Callable[[Session, int], None], *, clients: int, seconds: float, warm: float = 2.0
) -> tuple[float, Run]:
    """Return how often a second *act* is done by *clients* side by side, after *warm* seconds."""
    numbers, run = count(1), Run()
    start = time.perf_counter() + warm
    end = start + seconds

    def work() -> None:
        session = Session(port)
        while (began := time.perf_counter()) < end:
            try:
                act(session, next(numbers))
            except (Refused, OSError, http.client.HTTPException) as error:
                run.errors.append(str(error))
                if len(run.errors) > 20:
                    return
                continue
            finished = time.perf_counter()
            if start <= finished <= end:
                run.done.append(finished - began)

    threads = [threading.Thread(target=work) for _one in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if run.errors:
        raise Refused(run.errors[0])
    return len(run.done) / seconds, run


def p95(times: list[float]) -> float:
    """Return the time that 95 of 100 stay below, in milliseconds."""
    return sorted(times)[max(0, round(len(times) * 0.95) - 1)] * 1000
