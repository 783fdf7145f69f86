"""The file a backup is kept in: a zip with a manifest of everything inside and its digests."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

MANIFEST = "manifest.json"
BLOCK = 1024 * 1024
FORMAT = 1


class ArchiveError(Exception):
    """A backup can't be written, read or trusted; the text says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: made by which version, when, from which database, and each file's digest."""

    format: int
    version: str
    created_at: str
    database: str
    last_entry: int
    chain: str
    files: Mapping[str, str]


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_archive(
    target: Path,
    files: Iterable[tuple[str, Path]],
    describe: Callable[[Mapping[str, str]], Manifest],
    *,
    progress: Callable[[str], None] = lambda name: None,
) -> Manifest:
    """Write the files, the manifest last; a half-written file never bears the final name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    digests: dict[str, str] = {}
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, path in files:
            progress(name)
            archive.write(path, name)
            digests[name] = digest_file(path)
        manifest = describe(digests)
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(part, target)
    return manifest


def read_manifest(source: Path) -> Manifest:
    """Return the manifest of a backup; raise ArchiveError for a file that is none."""
    try:
        with zipfile.ZipFile(source) as archive:
            raw: dict[str, Any] = json.loads(archive.read(MANIFEST))
    except FileNotFoundError:
        raise ArchiveError(f"There is no file {source}.") from None
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ArchiveError(f"{source} is no backup, or is damaged: {error}.") from error
    if raw.get("format") != FORMAT:
        raise ArchiveError(
            f"{source} was written in format {raw.get('format')}; this version reads {FORMAT}."
        )
    return Manifest(**raw)


def unpack_archive(
    source: Path, folder: Path, *, progress: Callable[[str], None] = lambda name: None
) -> Manifest:
    """Unpack a backup into an empty folder, comparing each file with its digest while it is written."""
    manifest = read_manifest(source)
    with zipfile.ZipFile(source) as archive:
        present = set(archive.namelist()) - {MANIFEST}
        if present != set(manifest.files):
            odd = sorted(present ^ set(manifest.files))[:3]
            raise ArchiveError(f"The backup doesn't hold what its manifest says: {', '.join(odd)}.")
        for name, digest in manifest.files.items():
            progress(name)
            _unpack(archive, name, folder, digest)
    return manifest


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path, digest: str) -> None:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise ArchiveError(f"The backup holds a file outside its folder: {name}.")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    seen = hashlib.sha256()
    try:
        with archive.open(name) as source, target.open("wb") as file:
            while block := source.read(BLOCK):
                seen.update(block)
                file.write(block)
    except zipfile.BadZipFile as error:
        raise ArchiveError(f"{name} in the backup is damaged: {error}.") from error
    if seen.hexdigest() != digest:
        raise ArchiveError(f"{name} in the backup is not what was saved.")
