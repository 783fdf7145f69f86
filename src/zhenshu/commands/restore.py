"""Put a backup in place of an installation's data."""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from zhenshu.archive import ArchiveError, Manifest, read_manifest, unpack_archive
from zhenshu.commands.backup import FILES, FOLDERS, POSTGRES_FILE, SQLITE_FILE, run_postgres_tool
from zhenshu.commands.django_start import choose_data, start_django
from zhenshu.installation import Installation, read_installation


def run(source: Path, data: Path | None, *, force: bool) -> int:
    """Verify the whole backup, then put it in place, migrate and verify the ledger."""
    choose_data(data)
    installation = read_installation()
    try:
        _restore(source, installation, force=force)
    except (ArchiveError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    start_django(data)
    from django.core.management import call_command

    from zhenshu.ground.ledger.seal import verify

    call_command("migrate", verbosity=0, interactive=False)
    fault = verify()
    if fault:
        print(f"Ledger entry {fault.seq}: {fault.reason}.", file=sys.stderr)
        return 1
    print(f"已恢复 Restored: {source}")
    return 0


def _restore(source: Path, installation: Installation, *, force: bool) -> None:
    manifest = read_manifest(source)
    vendor = "sqlite" if installation.database_url.startswith("sqlite") else "postgresql"
    if manifest.database != vendor:
        raise ArchiveError(f"The backup is of {manifest.database}; this installation runs on {vendor}.")
    installation.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=installation.data) as scratch:
        # Everything is unpacked and compared with its digest before anything present is touched.
        unpack_archive(source, Path(scratch))
        _put_aside(installation, force=force)
        _put_in_place(Path(scratch), installation, manifest)


def _put_aside(installation: Installation, *, force: bool) -> None:
    """Move what is there into a folder of its own; refuse without *force*.

    Tables on a PostgreSQL server are replaced, not kept: with *force* the administrator has a dump of them.
    """
    if not force and not installation.database_url.startswith("sqlite") and _has_tables(installation):
        raise ArchiveError("The PostgreSQL database holds tables already; make a backup, then add --force.")
    names = ["zhenshu.sqlite3", "zhenshu.sqlite3-wal", "zhenshu.sqlite3-shm", *FOLDERS, *FILES]
    present = [installation.data / name for name in names if (installation.data / name).exists()]
    if not present:
        return
    if not force:
        raise ArchiveError(f"{installation.data} holds data already; stop the service and add --force.")
    aside = installation.data / f"before-restore-{datetime.now():%Y%m%d-%H%M%S}"
    aside.mkdir()
    for path in present:
        shutil.move(path, aside / path.name)
    print(f"原有数据 Former data: {aside}")


def _has_tables(installation: Installation) -> bool:
    start_django(installation.data)
    from django.db import connection

    return "ledger_entry" in connection.introspection.table_names()


def _put_in_place(scratch: Path, installation: Installation, manifest: Manifest) -> None:
    for name in (*FOLDERS, *FILES):
        if (scratch / name).exists():
            shutil.move(scratch / name, installation.data / name)
    if manifest.database == "sqlite":
        shutil.move(scratch / SQLITE_FILE, installation.data / "zhenshu.sqlite3")
        return
    start_django(installation.data)
    run_postgres_tool(
        "pg_restore",
        ["--clean", "--if-exists", "--no-owner", "--single-transaction", str(scratch / POSTGRES_FILE)],
    )
