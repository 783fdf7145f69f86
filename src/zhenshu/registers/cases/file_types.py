"""What a file really is: told by its content, held against its name, and searched for what swells.

Nothing here decodes a picture or unpacks a document; only heads and tables of contents are read.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from zhenshu.registers.cases.errors import AttachmentRefusedError

MEGABYTE = 1024 * 1024
PIXELS_AT_MOST = 100_000_000  # more than any camera of an inspection; a bomb has billions
MEMBERS_AT_MOST = 2000
UNPACKED_AT_MOST = 200 * MEGABYTE
RATIO_AT_MOST = 200  # text packs 10 to 20 fold, a bomb a thousandfold


@dataclass(frozen=True, slots=True)
class FileType:
    """What is served as *content_type*, how its content is recognised, and what else must hold."""

    content_type: str
    recognise: Callable[[bytes], bool]
    check: Callable[[bytes], None] = lambda content: None


def _starts(*heads: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(heads)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _is_mp3(content: bytes) -> bool:
    return content.startswith(b"ID3") or (
        len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0
    )


# ── pictures ──────────────────────────────────────────────────────────────────────────────────────────


def _check_pixels(size: tuple[int, int] | None) -> None:
    if size is None or 0 in size:
        raise AttachmentRefusedError(_("The picture is damaged: its size cannot be read."))
    if size[0] * size[1] > PIXELS_AT_MOST:
        raise AttachmentRefusedError(
            _("The picture has %(width)d × %(height)d points, too many to open safely. Please scale it down.")
            % {"width": size[0], "height": size[1]}
        )


def png_size(content: bytes) -> tuple[int, int] | None:
    if len(content) < 24 or content[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk the segments up to the frame header; every segment says how long it is."""
    place = 2
    while place + 9 < len(content):
        if content[place] != 0xFF:
            return None
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 1 if marker == 0xFF else 2 + length
    return None


def webp_size(content: bytes) -> tuple[int, int] | None:
    if len(content) < 30:
        return None
    kind, head = content[12:16], content[20:30]
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", head[6:10])
    return width & 0x3FFF, height & 0x3FFF


# ── archives ──────────────────────────────────────────────────────────────────────────────────────────


def check_archive(content: bytes) -> None:
    """Refuse an archive that is broken, locked, or swells when it is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise AttachmentRefusedError(_("The archive is damaged and cannot be opened.")) from error
    unpacked = sum(member.file_size for member in members)
    if len(members) > MEMBERS_AT_MOST or unpacked > UNPACKED_AT_MOST or _swells(members):
        raise AttachmentRefusedError(
            _("Unpacked, the archive holds %(members)d files of %(megabytes)d MB, too much to open safely.")
            % {"members": len(members), "megabytes": unpacked // MEGABYTE}
        )
    for member in members:
        _check_member(member)


def _swells(members: list[zipfile.ZipInfo]) -> bool:
    """Tell whether parts of the archive unpack to far more than they are; small parts may."""
    return any(
        m.file_size > MEGABYTE and m.file_size > RATIO_AT_MOST * max(m.compress_size, 1) for m in members
    )


def _check_member(member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if member.flag_bits & 0x1:
        raise AttachmentRefusedError(_("The archive is locked with a password; send it without."))
    if path.is_absolute() or ".." in path.parts or ":" in member.filename:
        raise AttachmentRefusedError(
            _("The archive holds a file that would leave its folder: %(name)s.") % {"name": path}
        )
    if path.suffix.lower() in (".zip", ".rar", ".7z", ".gz"):
        raise AttachmentRefusedError(
            _("The archive holds another archive: %(name)s. Send it by itself.") % {"name": path}
        )


def _office_check(folder: str) -> Callable[[bytes], None]:
    def check(content: bytes) -> None:
        check_archive(content)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
        if "[Content_Types].xml" not in names or not any(name.startswith(folder) for name in names):
            raise AttachmentRefusedError(_("The file is an archive, but not the document its name says."))
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise AttachmentRefusedError(
                _("The document holds a program (macro). Save it without and try again.")
            )

    return check


_ZIP = _starts(b"PK\x03\x04", b"PK\x05\x06")
_OLE = _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_JPEG = FileType("image/jpeg", _starts(b"\xff\xd8\xff"), lambda content: _check_pixels(jpeg_size(content)))

TYPES: Mapping[str, FileType] = {
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": FileType(
        "image/png", _starts(b"\x89PNG\r\n\x1a\n"), lambda content: _check_pixels(png_size(content))
    ),
    "webp": FileType("image/webp", _is_webp, lambda content: _check_pixels(webp_size(content))),
    "pdf": FileType("application/pdf", _starts(b"%PDF-")),
    "doc": FileType("application/msword", _OLE),
    "xls": FileType("application/vnd.ms-excel", _OLE),
    "wps": FileType("application/vnd.ms-works", lambda content: _OLE(content) or _ZIP(content)),
    "et": FileType("application/vnd.ms-excel", lambda content: _OLE(content) or _ZIP(content)),
    "docx": FileType(f"{_OFFICE}.wordprocessingml.document", _ZIP, _office_check("word/")),
    "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", _ZIP, _office_check("xl/")),
    "zip": FileType("application/zip", _ZIP, check_archive),
    "txt": FileType("text/plain; charset=utf-8", _is_text),
    "mp3": FileType("audio/mpeg", _is_mp3),
    "mp4": FileType("video/mp4", lambda content: content[4:8] == b"ftyp"),
}


def check_content(extension: str, content: bytes) -> FileType:
    """Return the type of a file whose name ends in *extension*; refuse one that is something else."""
    file_type = TYPES[extension]
    if not file_type.recognise(content):
        raise AttachmentRefusedError(
            _("The name ends in .%(extension)s, but the file is something else.") % {"extension": extension}
        )
    if extension in ("wps", "et") and _ZIP(content):
        check_archive(content)
    file_type.check(content)
    return file_type
