"""A scratch installation of its own: data folder, database, server. Everything ends with the bench."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psycopg

SERVER = os.environ.get("ZHENSHU_BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
BENCH = Path(__file__).resolve().parent.parent
START_SECONDS = 90


@dataclass(frozen=True)
class Scratch:
    """Where a bench keeps its things; *environment* makes a process use them."""

    kind: str
    data: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        paths = os.pathsep.join(filter(None, (str(BENCH), os.environ.get("PYTHONPATH"))))
        place = {"ZHENSHU_DATA": str(self.data), "ZHENSHU_DATABASE_URL": self.url}
        return {**os.environ, **place, "DJANGO_SETTINGS_MODULE": "zhenshu.settings", "PYTHONPATH": paths}

    def run(self, *arguments: str) -> str:
        """Run a Python process on this installation and return what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, stdout=subprocess.PIPE, check=True, text=True
        )
        return done.stdout


@contextlib.contextmanager
def scratch(kind: str) -> Iterator[Scratch]:
    """Yield an empty installation on ``postgres`` or ``sqlite``, and remove it afterwards."""
    with tempfile.TemporaryDirectory(
        prefix="zhenshu-bench-", dir=os.environ.get("ZHENSHU_BENCH_TMP")
    ) as folder:
        if kind == "sqlite":
            yield Scratch(kind, Path(folder), f"sqlite:///{folder}/zhenshu.sqlite3")
            return
        with postgres_database() as url:
            yield Scratch(kind, Path(folder), url)


@contextlib.contextmanager
def postgres_database() -> Iterator[str]:
    """Yield the address of a new database, dropped afterwards."""
    name = f"zhenshu_bench_{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield SERVER.rpartition("/")[0] + f"/{name}"
    finally:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(place: Scratch) -> Iterator[tuple[int, int]]:
    """Run ``zhenshu up`` on a free loopback port and yield the port and the id of its process."""
    port = free_port()
    command = [sys.executable, "-m", "zhenshu", "up", "--empty", "--port", str(port)]
    log = (place.data / "server.log").open("w")
    server = subprocess.Popen(command, env=place.environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(port, server)
        yield port, server.pid
    finally:
        end(server)
        log.close()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers; raise when it ends or stays silent."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with status {server.returncode}.")
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return
        time.sleep(0.2)
    raise RuntimeError("The server did not answer in time.")


def end(server: subprocess.Popen[bytes]) -> None:
    """End a server and the processes it started, which share a session of their own."""
    with contextlib.suppress(ProcessLookupError):
        server.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def memory_of(pid: int) -> dict[str, float]:
    """Return the memory in MB of a process and all below it: resident, and with shared pages split (PSS)."""
    totals = {"Rss": 0.0, "Pss": 0.0}
    for one in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                name, _, rest = line.partition(":")
                if name in totals:
                    totals[name] += int(rest.split()[0]) / 1024
    return totals


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the processor time that processes have used so far."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def database_processes(url: str) -> list[int]:
    """Return the processes that a PostgreSQL server on this machine runs for a database."""
    if url.startswith("sqlite"):
        return []
    with psycopg.connect(SERVER, autocommit=True) as connection:
        name = url.rpartition("/")[2]
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [name])
        return [int(pid) for (pid,) in rows]


def family(pid: int) -> list[int]:
    """Return a process and all it started."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
            found += [int(child) for child in children]
    return found
