"""Take the matters of a file in, and say what became of each row."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zhenshu.commands.django_start import start_django

if TYPE_CHECKING:
    from zhenshu.ground.areas.coordinates import CoordinateSystem
    from zhenshu.ground.people.scope import Scope
    from zhenshu.registers.cases.intake import Columns, Report, Suggested

MOST_NOTES = 12


def run(
    file: Path,
    data: Path | None,
    *,
    kind: str,
    columns: str = "",
    area: str = "",
    source: str = "",
    crs: CoordinateSystem = "wgs84",
    by: str = "",
    dry_run: bool = False,
) -> int:
    """Return 0 when every row is in, 1 when some were rejected, 2 when the file can't be taken in at all."""
    start_django(data)
    from rich.console import Console
    from rich.progress import Progress

    from zhenshu.ground.tables import TableError
    from zhenshu.registers.cases import intake
    from zhenshu.registers.cases.errors import CaseError

    try:
        actor = _scope(by)
        sheet = intake.read_sheet(file.read_bytes(), kind)
        plan = intake.plan_intake(sheet, kind, columns=read_map(columns), area=area, source=source, crs=crs)
        _print_columns(plan.columns, sheet.unread)
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(file.name, total=len(sheet.rows))
            report = intake.take_in(
                sheet, plan, by=actor, progress=lambda count: bar.advance(task, count), dry_run=dry_run
            )
            task = bar.add_task("routing", total=len(report.opened))
            found = intake.count_suggestions(report.opened, progress=lambda count: bar.advance(task, count))
    except (TableError, CaseError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    _print_report(report, found, dry_run=dry_run)
    if report.problems:
        print(_write_beside(file, intake.rejected_rows(sheet, report.problems)))
    return int(bool(report.problems))


def _write_beside(file: Path, content: bytes) -> Path:
    """Write the rejected rows beside *file*, or in the working directory where that is read only."""
    place = file.with_name(f"{file.stem}-未导入.xlsx")
    if not os.access(file.parent, os.W_OK):
        place = Path.cwd() / place.name
    place.write_bytes(content)
    return place


def read_map(told: str) -> Mapping[str, str | Sequence[str]]:
    """Return a mapping given as ``留言主题=title,留言详情=description`` or as the name of a JSON file."""
    if not told:
        return {}
    place = Path(told)
    if place.suffix == ".json" and place.is_file():
        stored = json.loads(place.read_text(encoding="utf-8-sig"))
        if not isinstance(stored, dict):
            raise ValueError(f"{place}: 应为 {{表头: 字段}} expected an object of heading: column")
        return stored
    pairs = [pair.partition("=") for pair in re.split("[,，;；]", told) if pair.strip()]
    wrong = next((heading for heading, sign, _key in pairs if not sign), None)
    if wrong is not None:
        raise ValueError(f"--columns: “{wrong}”：应为 表头=字段 expected HEADING=COLUMN or a JSON file")
    return {heading.strip(): [part.strip() for part in key.split("+")] for heading, _sign, key in pairs}


def _scope(username: str) -> Scope:
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from zhenshu.ground.people.models import User
    from zhenshu.ground.people.scope import scope_of
    from zhenshu.registers.cases.intake import command_line_scope

    if not username:
        return command_line_scope()
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise ValueError(_("There is no active user “%(name)s”.") % {"name": username})
    return scope_of(user, on=timezone.localdate())


def _print_columns(columns: Columns, unread: Sequence[str]) -> None:
    from django.utils.translation import gettext as _

    for heading in columns.headings:
        keys = " + ".join(columns.mapping.get(heading, ())) or _("not taken in")
        print(f"  {heading} → {keys}", file=sys.stderr)
    if unread:
        print(_("Other sheets were not read: %(names)s.") % {"names": "、".join(unread)}, file=sys.stderr)


def _print_report(report: Report, found: Suggested, *, dry_run: bool) -> None:
    from django.utils.translation import gettext as _

    from zhenshu.registers.cases.intake import note_sentence

    words = {
        "rows": report.rows, "taken": report.taken, "opened": len(report.opened), "finished": report.finished,
        "here": report.here_before, "repeated": report.repeated, "rejected": report.rejected,
    }  # fmt: skip
    if dry_run:
        print(_("A trial: nothing was stored."))
    print(
        _(
            "%(rows)d rows: %(taken)d taken in (%(opened)d open, %(finished)d with their end), %(here)d here "
            "before, %(repeated)d repeated, %(rejected)d rejected."
        )
        % words
    )
    if found.looked_at:
        sentence = _(
            "Suggestions for %(looked_at)d open ones: category %(category)d, office %(office)d, narrower "
            "area %(area)d, possible duplicates %(duplicates)d."
        )
        print(sentence % vars(found))
    for (key, word), count in report.notes.most_common(MOST_NOTES):
        print(note_sentence(key, word, count), file=sys.stderr)
    for problem in report.problems[:MOST_NOTES]:
        print(problem, file=sys.stderr)
