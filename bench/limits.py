"""What this machine itself can do, as the measure for all other figures.

    python bench/limits.py [--json]

Synchronised writes a second on the disk of the scratch folder, commits and bare questions a second of both
databases, and requests a second of a server that only says hello, with eight clients on the same machine.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from over_http.scratch import BENCH, end, free_port, postgres_database

SECONDS = 3.0
CLIENTS = 8


def rate(act: Callable[[], object], seconds: float = SECONDS) -> float:
    """Return how often a second *act* can be done, one after the other."""
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        act()
        count += 1
    return count / (time.perf_counter() - start)


def side_by_side(make: Callable[[], Callable[[], object]], clients: int = CLIENTS) -> float:
    """Return how often a second an act is done by several threads, each with its own from *make*."""
    rates: list[float] = []

    def work() -> None:
        rates.append(rate(make()))

    threads = [threading.Thread(target=work) for _one in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(rates)


def synchronised_writes(folder: Path) -> float:
    """Return writes of 4 KB a second, each waited for until it is on the disk."""
    with (folder / "sync").open("wb", buffering=0) as file:

        def write() -> None:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())

        return rate(write)


def sqlite_limits(folder: Path) -> dict[str, float]:
    """Return commits and questions a second of SQLite with the settings of an installation."""
    with contextlib.closing(sqlite3.connect(folder / "limits.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, x TEXT)")
        return {
            "sqlite commits/s": rate(lambda: connection.execute("INSERT INTO t (x) VALUES ('x')")),
            "sqlite questions/s": rate(lambda: connection.execute("SELECT 1").fetchone()),
        }


def postgres_limits() -> dict[str, float]:
    """Return commits and questions a second of PostgreSQL, one client and eight."""
    with postgres_database() as url:

        def connect() -> psycopg.Connection:
            return psycopg.connect(url, autocommit=True)

        connection = connect()
        connection.execute("CREATE TABLE t (i bigserial PRIMARY KEY, x text)")

        def insert() -> Callable[[], object]:
            own = connect()
            return lambda: own.execute("INSERT INTO t (x) VALUES ('x')")

        return {
            "postgres commits/s": rate(insert()),
            "postgres commits/s, 8 clients": side_by_side(insert),
            "postgres questions/s": rate(lambda: connection.execute("SELECT 1").fetchone()),
        }


def hello_requests() -> float:
    """Return requests a second of the same server with a view that does nothing, eight clients."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2",
        "--blocking-threads", "4", "--log-level", "error", "over_http.hello:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(BENCH)}, start_new_session=True)
    try:
        _wait(port)

        def client() -> Callable[[], object]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            return lambda: (connection.request("GET", "/"), connection.getresponse().read())

        return side_by_side(client)
    finally:
        end(server)


def _wait(port: int) -> None:
    for _try in range(100):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            return
        time.sleep(0.1)
    raise RuntimeError("The server that says hello did not start.")


def measure() -> dict[str, float]:
    """Return all limits by name."""
    with tempfile.TemporaryDirectory(
        prefix="zhenshu-bench-", dir=os.environ.get("ZHENSHU_BENCH_TMP")
    ) as name:
        folder = Path(name)
        return {
            "synchronised writes/s": synchronised_writes(folder),
            **sqlite_limits(folder),
            **postgres_limits(),
            "hello requests/s, 8 clients": hello_requests(),
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    found = measure()
    for name, value in found.items():
        print(f"{name:32} {value:>12,.0f}")
    load = os.getloadavg()[0]
    print(f"{'load of the machine':32} {load:>12.1f}    cores {os.cpu_count()}")
    if parser.parse_args().json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
