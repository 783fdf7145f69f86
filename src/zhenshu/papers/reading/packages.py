"""Parts of a zipped document (docx), read with a limit on what they may unfold to."""

import zipfile
from pathlib import Path

from zhenshu.papers.reading.errors import BrokenFileError, SwollenFileError

MEGABYTE = 1_000_000
# A 500-page docx holds some 20 MB of XML; pictures come on top.
PART_LIMIT = 60 * MEGABYTE
WHOLE_LIMIT = 600 * MEGABYTE
# XML packs 10 to 30 fold; a bomb a thousandfold.
RATIO_LIMIT = 300
_CHUNK = 1 << 20


def read_part(path: Path, part: str) -> bytes:
    """The bytes of one part. Declared sizes are checked first, then the real size while unpacking."""
    try:
        with zipfile.ZipFile(path) as package:
            _refuse_swollen(path, package)
            return _unpack(path, package, part)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise BrokenFileError(name=path.name, kind="docx", detail=str(error).strip("'\"")) from error


def part_names(path: Path) -> list[str]:
    """The names of the parts, or none when *path* is no zip file."""
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as package:
        return package.namelist()


def _refuse_swollen(path: Path, package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    for entry in entries:
        packed = max(1, entry.compress_size)
        if entry.file_size > PART_LIMIT * 4 or (
            entry.file_size > MEGABYTE and entry.file_size / packed > RATIO_LIMIT
        ):
            raise SwollenFileError(name=path.name, limit=PART_LIMIT // MEGABYTE, part=entry.filename)
    if sum(entry.file_size for entry in entries) > WHOLE_LIMIT:
        raise SwollenFileError(name=path.name, limit=WHOLE_LIMIT // MEGABYTE, part=path.name)


def _unpack(path: Path, package: zipfile.ZipFile, part: str) -> bytes:
    unpacked = bytearray()
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            unpacked += chunk
            if len(unpacked) > PART_LIMIT:
                raise SwollenFileError(name=path.name, limit=PART_LIMIT // MEGABYTE, part=part)
    return bytes(unpacked)
