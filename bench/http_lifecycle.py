"""Full life cycles over HTTP against the real server, empty and with a million matters loaded.

    python bench/http_lifecycle.py [--matters 1000000] [--seconds 20] [--databases postgres,sqlite]

Starts `zhenshu up` on a free loopback port with a scratch database. Eight clients on the same machine take
matters through create, dispatch, accept, answer, verify, call back, close, each request with an
Idempotency-Key. Then: single creates, the inbox of a grid worker (the role that sees least), batch intake,
memory of the idle server with its worker, time of `zhenshu --help`. Prints figures, and with --json also
one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from over_http.clients import Json, Session, draft, drive, live_once, p95
from over_http.scratch import Scratch, cpu_seconds, database_processes, family, memory_of, scratch, serving

CLIENTS = 8
SINGLES = 300
ROUNDS = 3
LINES = 20_000
TARGETS = {
    "life cycles/s": 40.0,
    "create p95 ms": 40.0,
    "inbox p95 ms": 60.0,
    "batch cases/s": 3000.0,
    "idle PSS MB": 300.0,
    "help s": 0.3,
}


def life_cycles(place: Scratch, at: tuple[int, int], town: Json, seconds: float) -> dict[str, float]:
    """Return full life cycles a second, eight clients side by side, and the processor time of one.

    The best of three rounds: whatever else the machine does can only take away. The processor time tells
    what a free machine would do.
    """
    (port, pid), run = at, secrets.token_hex(4)

    def used() -> float:
        return cpu_seconds([*family(pid), *database_processes(place.url)]) + time.process_time()

    # The connections of the server to its database must stand before their time is first read.
    drive(port, lambda session, n: live_once(session, town, n, f"{run}-w{n}"), clients=CLIENTS, seconds=1)
    rounds = []
    for n in range(ROUNDS):
        began, before = time.perf_counter(), used()
        rate, _ = drive(
            port,
            lambda session, number, n=n: live_once(session, town, number, f"{run}-{n}-{number}"),
            clients=CLIENTS,
            seconds=seconds,
            warm=0,
        )
        spent, took = used() - before, time.perf_counter() - began
        rounds.append((rate, 1000 * spent / (rate * seconds), 100 * spent / took / (os.cpu_count() or 1)))
    print("rounds:", *(f"{rate:.1f}/s {cpu:.0f} ms cpu" for rate, cpu, _ in rounds), file=sys.stderr)
    return dict(zip(("life cycles/s", "cpu ms/life cycle", "share of cpu %"), max(rounds), strict=True))


def single_creates(port: int, town: Json) -> float:
    """Return the 95th percentile in milliseconds of taking in one matter, one after the other."""
    session, run = Session(port), secrets.token_hex(4)
    times = []
    for n in range(SINGLES):
        body = draft(town["areas"][n % len(town["areas"])], n)
        began = time.perf_counter()
        session.send("POST", "/cases", town["dispatchers"][0], body, key=f"{run}-{n}")
        times.append(time.perf_counter() - began)
    return p95(times)


def inbox(port: int, town: Json) -> float:
    """Return the 95th percentile in milliseconds of a page of 50 for grid workers, each in turn."""
    session, times = Session(port), []
    for n in range(SINGLES):
        token = town["workers"][n % len(town["workers"])]
        for query in ("?limit=50", "?limit=50&state=all&sort=newest"):
            began = time.perf_counter()
            session.send("GET", f"/cases{query}", token)
            times.append(time.perf_counter() - began)
    return p95(times)


def batch(port: int, town: Json, senders: int = 1) -> float:
    """Return matters a second taken in by batches of NDJSON, one per sender."""
    run = secrets.token_hex(4)
    with ThreadPoolExecutor(senders) as pool:
        bodies = [batch_lines(town, f"{run}-{sender}") for sender in range(senders)]
        began = time.perf_counter()
        said = pool.map(
            lambda body: Session(port).send("POST", "/batch/cases", town["dispatchers"][0], body), bodies
        )
        results = [json.loads(line) for one in said for line in one.splitlines()]
        took = time.perf_counter() - began
    if not all(result["accepted"] for result in results):
        raise RuntimeError(f"Lines were refused, such as {next(r for r in results if not r['accepted'])}")
    return len(results) / took


def batch_lines(town: Json, run: str) -> bytes:
    """Return matters as NDJSON, each with a key of its own."""
    areas = town["areas"]
    lines = ({**draft(areas[n % len(areas)], n), "key": f"{run}-{n}"} for n in range(LINES))
    return b"\n".join(json.dumps(line).encode() for line in lines)


def help_time(place: Scratch) -> float:
    """Return the seconds of `zhenshu --help`, the best of five."""
    times = []
    for _one in range(5):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "zhenshu", "--help"],
            env=place.environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        times.append(time.perf_counter() - began)
    return min(times)


def measure(kind: str, matters: int, seconds: float) -> Json:
    """Return the figures of one database, empty and full."""
    found: Json = {"database": kind, "matters": matters}
    with scratch(kind) as place:
        town: Any = json.loads(place.run("-m", "over_http.township"))
        with serving(place) as (port, pid):
            time.sleep(2)
            Session(port).send("GET", "/cases", town["dispatchers"][0])
            found["idle PSS MB"] = memory_of(pid)["Pss"]
            found["idle RSS MB"] = memory_of(pid)["Rss"]
            empty = life_cycles(place, (port, pid), town, seconds)
            found |= {f"{name} empty": value for name, value in empty.items()}
            found["batch cases/s empty"] = batch(port, town)
        if matters:
            place.run("-m", "over_http.million", str(matters))
        with serving(place) as (port, pid):
            inbox(port, town)
            found |= life_cycles(place, (port, pid), town, seconds)
            found["create p95 ms"] = single_creates(port, town)
            found["inbox p95 ms"] = inbox(port, town)
            found["batch cases/s"] = batch(port, town)
            found["batch cases/s, 2 senders"] = batch(port, town, senders=2)
        found["help s"] = help_time(place)
    found["fall %"] = 100 * (1 - found["life cycles/s"] / found["life cycles/s empty"])
    found["more cpu %"] = 100 * (found["cpu ms/life cycle"] / found["cpu ms/life cycle empty"] - 1)
    return found


def show(found: Json) -> None:
    print(f"\n{found['database']}, {found['matters']:,} matters loaded")
    for name, value in found.items():
        if isinstance(value, float):
            target = TARGETS.get(name)
            print(f"  {name:24} {value:>10.2f}" + (f"    target {target:g}" if target else ""))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--matters", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--databases", default="postgres,sqlite")
    parser.add_argument("--json", action="store_true")
    wishes = parser.parse_args()
    for kind in wishes.databases.split(","):
        found = measure(kind, wishes.matters, wishes.seconds)
        show(found)
        if wishes.json:
            print(json.dumps(found))


if __name__ == "__main__":
    main()
