"""Serve an installation: prepare it in a process of its own, then run the server and the worker."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
from pathlib import Path

from zhenshu.commands import work
from zhenshu.commands.django_start import choose_data, start_django
from zhenshu.installation import read_installation

# Threads that wait for the database side by side; more only queue behind one another.
THREADS = 4
STOP_SECONDS = 10


def run(data: Path | None, *, host: str, port: int, empty: bool, town: str) -> int:
    """Serve until Ctrl-C; return the exit status."""
    choose_data(data)
    if not _is_free(host, port):
        print(f"端口 {port} 已被占用，请换一个：zhenshu up --port {port + 1}", file=sys.stderr)
        print(f"Port {port} is taken; choose another: zhenshu up --port {port + 1}", file=sys.stderr)
        return 1
    # A process of its own: what preparing loads is given back before serving begins.
    wishes = ["--empty"] if empty else []
    prepared = subprocess.run([sys.executable, "-m", "zhenshu.commands.prepare", *wishes, town], check=False)
    return prepared.returncode or _serve(host, port)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _serve(host: str, port: int) -> int:
    from granian import Granian
    from granian.constants import Interfaces

    load_once_for_all()
    worker = multiprocessing.Process(target=work.run, args=(None,), name="zhenshu-worker")
    worker.start()
    print(f"镇枢 http://{host}:{port}    （Ctrl-C 停止 to stop）", flush=True)
    server = Granian(
        "zhenshu.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=server_processes(read_installation().database_url),
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        log_level="warning",  # type: ignore[arg-type]
        websockets=False,
    )
    try:
        server.serve()
    finally:
        stop(worker)
    return 0


def server_processes(database_url: str) -> int:
    """Return how many server processes fit: SQLite is served best by one, PostgreSQL by one per core."""
    return 1 if database_url.startswith("sqlite") else max(2, (os.cpu_count() or 2) // 2)


def load_once_for_all() -> None:
    """Load pages and packs here, where processes are made by fork: those then share the memory of it."""
    start_django()
    if multiprocessing.get_start_method() != "fork":
        return
    from django.db import connections

    from zhenshu.ground.packs.registry import library

    library()
    import zhenshu.wsgi  # noqa: F401  # last: what is there by then is taken as lasting

    # No two processes may talk over one connection.
    connections.close_all()


def stop(process: multiprocessing.Process) -> None:
    """End the worker: politely first, so that its task can finish."""
    if not process.is_alive():
        return
    process.terminate()
    process.join(STOP_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
