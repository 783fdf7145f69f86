"""Take offices, people and posts in from a workbook."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from zhenshu.commands.django_start import start_django


def run(file: Path, data: Path | None, *, by: str) -> int:
    """Print what became of the rows; first passwords go into a sheet beside the workbook."""
    start_django(data)
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from zhenshu.ground.people.imports import import_people, password_sheet
    from zhenshu.ground.people.models import User
    from zhenshu.ground.people.scope import scope_of
    from zhenshu.ground.tables import TableError

    user = User.objects.filter(username=by).first()
    if user is None or not file.is_file():
        print(_("There is no such user or no such file."), file=sys.stderr)
        return 1
    try:
        report = import_people(file.read_bytes(), by=scope_of(user, on=timezone.localdate()))
    except TableError as error:
        print(error, file=sys.stderr)
        return 1
    for problem in report.problems:
        print(problem, file=sys.stderr)
    words = {"created": report.created, "changed": report.changed, "unchanged": report.unchanged}
    print(_("%(created)d created, %(changed)d changed, %(unchanged)d unchanged.") % words)
    if report.passwords:
        print(_write_privately(file.with_name(f"{file.stem}-初始密码.xlsx"), password_sheet(report)))
    return int(bool(report.problems))


def _write_privately(place: Path, content: bytes) -> Path:
    """Write a file that only its owner can read, and return its place."""
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return place
