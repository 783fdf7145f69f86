"""Files that come with a form go to the case; a file that is too large is refused before it is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.attachments import Upload, add_attachment
from zhenshu.registers.cases.errors import AttachmentRefusedError
from zhenshu.registers.cases.file_types import MEGABYTE
from zhenshu.registers.cases.models import Case


def keep_files(files: Iterable[UploadedFile[Any]], case: Case, *, by: Scope, step: str) -> int:
    """Store the files of a form with *case* and return how many there were."""
    most = case_kind_of(case.pack_version_id, case.kind).attachments.megabytes
    number = 0
    for file in files:
        if (file.size or 0) > most * MEGABYTE:
            raise AttachmentRefusedError(_too_large(file, most))
        add_attachment(case.pk, Upload(file.name or "", file.read()), by=by, step=step)
        number += 1
    return number


def _too_large(file: UploadedFile[Any], most: int) -> str:
    return _("“%(name)s” has %(size).1f MB; at most %(most)d MB are taken.") % {
        "name": file.name,
        "size": (file.size or 0) / MEGABYTE,
        "most": most,
    }
