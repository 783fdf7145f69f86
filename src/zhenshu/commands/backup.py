"""Copy a running installation into one file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from zhenshu import __version__
from zhenshu.archive import FORMAT, ArchiveError, Manifest, write_archive
from zhenshu.commands.django_start import start_django

SQLITE_FILE = "database.sqlite3"
POSTGRES_FILE = "database.dump"
# Folders and files of the data folder that belong to a backup. The signing key does not: it is made anew,
# and a stolen backup must not open sessions.
FOLDERS = ("attachments", "packs")
FILES = ("calendar.csv",)


def run(data: Path | None, *, to: Path | None) -> int:
    """Write the backup and print its place; the service may run meanwhile."""
    start_django(data)
    from django.conf import settings
    from django.utils import timezone

    moment = timezone.localtime()
    folder = settings.INSTALLATION.data
    target = to or folder / "backups" / f"zhenshu-{moment:%Y%m%d-%H%M%S}.zip"
    try:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            manifest = _write(folder, target, Path(scratch), moment)
    except (ArchiveError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{target}  {target.stat().st_size >> 20} MB, {len(manifest.files)} files")
    return 0


def _write(folder: Path, target: Path, scratch: Path, moment: datetime) -> Manifest:
    from django.db import connection

    # The database first: an attachment is stored before the row that names it, so that every row copied
    # here finds its file below.
    copy = _copy_sqlite(scratch) if connection.vendor == "sqlite" else _dump_postgres(scratch)
    last, chain = _ledger_end(copy) if connection.vendor == "sqlite" else _ledger_now()

    def describe(digests: Mapping[str, str]) -> Manifest:
        return Manifest(FORMAT, __version__, moment.isoformat(), connection.vendor, last, chain, digests)

    return write_archive(target, [(copy.name, copy), *_kept_files(folder)], describe)


def _kept_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in FOLDERS:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path
    for name in FILES:
        if (folder / name).is_file():
            yield name, folder / name


def _copy_sqlite(scratch: Path) -> Path:
    """Return a consistent copy of the database, taken page by page beside the writers."""
    from django.db import connection

    target = scratch / SQLITE_FILE
    connection.ensure_connection()
    with sqlite3.connect(target) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    copy.close()
    return target


def _ledger_end(copy: Path) -> tuple[int, str]:
    """Return the last entry and the last chain link that the copy holds."""
    with sqlite3.connect(copy) as database:
        last = database.execute("SELECT coalesce(max(seq), 0) FROM ledger_entry").fetchone()[0]
        chain = database.execute("SELECT chain FROM ledger_seal ORDER BY last_seq DESC LIMIT 1").fetchone()
    database.close()
    return int(last), chain[0] if chain else ""


def _ledger_now() -> tuple[int, str]:
    from zhenshu.ground.ledger.models import Entry, Seal

    last = Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    return last, Seal.objects.order_by("-last_seq").values_list("chain", flat=True).first() or ""


def _dump_postgres(scratch: Path) -> Path:
    """Return a dump of the database in PostgreSQL's own format, one snapshot."""
    target = scratch / POSTGRES_FILE
    run_postgres_tool("pg_dump", ["--format=custom", "--no-owner", f"--file={target}"])
    return target


def run_postgres_tool(tool: str, arguments: list[str]) -> None:
    """Run pg_dump or pg_restore on the installation's database; the password travels by environment."""
    from django.db import connection

    if shutil.which(tool) is None:
        raise ArchiveError(f"{tool} is missing; install the PostgreSQL client of the server's version.")
    wanted = connection.settings_dict
    secrets = {"PGPASSWORD": str(wanted["PASSWORD"])} if wanted["PASSWORD"] else {}
    places = {"--host": wanted["HOST"], "--port": wanted["PORT"], "--username": wanted["USER"]}
    options = [f"{option}={value}" for option, value in places.items() if value]
    command = [tool, *options, f"--dbname={wanted['NAME']}", *arguments]
    done = subprocess.run(command, env={**os.environ, **secrets}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ArchiveError(f"{tool}: {done.stderr.strip()[-500:]}")
