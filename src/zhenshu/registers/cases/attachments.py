"""Files of a case: checked, stored outside the web root under their digest, opened with permission."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.ground.packs.schema import AttachmentRule
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import AttachmentRefusedError, CaseNotFoundError, StepNotAllowedError
from zhenshu.registers.cases.file_types import MEGABYTE, TYPES, check_content
from zhenshu.registers.cases.models import Attachment, Case
from zhenshu.registers.cases.noting import note_on_case
from zhenshu.registers.cases.visibility import may_see

NAME_LENGTH = 120
PER_CASE = 100
ADDING_ROLES = tuple(role for role in Role.values if role != Role.VIEWER)
# Control and formatting characters; the latter turn the order of letters around and hide an extension.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_RESERVED = re.compile(r'[<>:"/\\|?*]')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    name: str
    content: bytes


def add_attachment(
    case_id: int, upload: Upload, *, by: Scope, step: str = "", at: datetime | None = None
) -> Attachment:
    """Store a file of a case and return its row; refuse what the pack does not take or what is not safe.

    The bytes are on the disk before the row speaks of them: what was acknowledged is there.
    """
    case = _case_for(case_id, by)
    if not by.has_role(ADDING_ROLES) and case_id not in by.holds:
        raise StepNotAllowedError(_("Your post does not add files."))
    rule = case_kind_of(case.pack_version_id, case.kind).attachments
    name = clean_name(upload.name)
    file_type = check_content(_extension(name, rule), _within_size(upload.content, rule))
    if case.attachments.count() >= PER_CASE:
        raise AttachmentRefusedError(_("A case holds at most %(count)d files.") % {"count": PER_CASE})
    moment = at or timezone.now()
    attachment = Attachment(
        case=case,
        step=step[:30],
        name=name,
        content_type=file_type.content_type,
        size=len(upload.content),
        digest=hashlib.sha256(upload.content).hexdigest(),
        uploaded_by_id=by.user_id,
        uploaded_at=moment,
    )
    write_file(attachment.digest, upload.content)
    with transaction.atomic():
        attachment.save(force_insert=True)
        note_on_case(case, by.actor, "case.file_added", f"{name} sha256:{attachment.digest}", at=moment)
    return attachment


def _case_for(case_id: int, by: Scope) -> Case:
    case = Case.objects.prefetch_related("assignments").filter(pk=case_id).first()
    if case is None or not may_see(case, by):
        raise CaseNotFoundError(case_id)
    return case


def open_attachment(attachment_id: int, by: Scope) -> tuple[Attachment, Path]:
    """Return a file's row and its place on the disk, for those who may see its case."""
    attachment = Attachment.objects.filter(pk=attachment_id).first()
    if attachment is None:
        raise CaseNotFoundError(attachment_id)
    case = _case_for(attachment.case_id, by)
    if case.confidential:
        note_on_case(case, by.actor, "case.file_viewed", attachment.name)
    return attachment, place_of(attachment.digest)


def place_of(digest: str) -> Path:
    """Return where the file with this digest lies."""
    return Path(settings.INSTALLATION.attachments) / digest[:2] / digest[2:4] / digest


def write_file(digest: str, content: bytes) -> Path:
    """Store *content* durably: written aside, forced to the disk, then given its name."""
    place = place_of(digest)
    if place.exists() and place.stat().st_size == len(content):
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=place.parent, delete=False) as aside:
        aside.write(content)
        aside.flush()
        os.fsync(aside.fileno())
    os.replace(aside.name, place)
    _force_folder(place.parent)
    return place


def _force_folder(folder: Path) -> None:
    """Force the folder's own entries to the disk, so that the name survives a power cut as the bytes do."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clean_name(name: str) -> str:
    """Return a file name that is safe on every system: no folders, no hidden turns, not too long."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFC", name)).replace("\\", "/")
    last = _RESERVED.sub("_", PurePosixPath(plain).name).strip(" .")
    stem, dot, extension = last.rpartition(".")
    if not dot or not stem:
        raise AttachmentRefusedError(_("The file needs a name with an ending, such as 现场.jpg."))
    return f"{stem[: NAME_LENGTH - len(extension[:10]) - 1].rstrip(' .')}.{extension[:10]}"


def _extension(name: str, rule: AttachmentRule) -> str:
    extension = name.rpartition(".")[2].lower()
    if extension not in rule.types or extension not in TYPES:
        allowed = "、".join(each for each in rule.types if each in TYPES)
        raise AttachmentRefusedError(
            _("Files of the type .%(extension)s are not taken here. Allowed: %(allowed)s.")
            % {"extension": extension, "allowed": allowed}
        )
    return extension


def _within_size(content: bytes, rule: AttachmentRule) -> bytes:
    if not content:
        raise AttachmentRefusedError(_("The file is empty."))
    if len(content) > rule.megabytes * MEGABYTE:
        raise AttachmentRefusedError(
            _("The file has %(size).1f MB; at most %(most)d MB are taken.")
            % {"size": len(content) / MEGABYTE, "most": rule.megabytes}
        )
    return content
