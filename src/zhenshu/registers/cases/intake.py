"""Take the matters of a file in: every row once, with its dates judged, or back with the reason.

`read_sheet` reads, `plan_intake` says which column holds what, `take_in` stores. The same file again, whole
or after a break, adds only what is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhenshu.ground.areas.coordinates import CoordinateSystem
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import HeldPost, Scope
from zhenshu.ground.tables import Row, RowProblem
from zhenshu.registers.cases.bulk import Intake, open_many
from zhenshu.registers.cases.columns import GENERAL, ColumnError, Columns, choose_columns, remember_columns
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.errors import AlreadyTakenInError, CaseError, CaseInvalidError
from zhenshu.registers.cases.histories import Past, import_finished
from zhenshu.registers.cases.intake_rows import Plan, RowReader, Told, fingerprint_of
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.opening import find_kind
from zhenshu.registers.cases.routing import Matter, suggest
from zhenshu.registers.cases.sheets import Sheet, read_rows, rejected_rows
from zhenshu.registers.references import ReferenceProblem, References

__all__ = [
    "ColumnError", "Columns", "Plan", "Report", "Sheet", "Suggested", "command_line_scope",
    "count_suggestions", "note_sentence", "plan_intake", "read_sheet", "rejected_rows", "take_in",
]  # fmt: skip

CHUNK = 1000  # rows per transaction
SOURCE_LENGTH = 40
Progress = Callable[[int], None]


@dataclass
class Report:
    """What became of the rows: taken in open or with their end, here before, repeated, or rejected.

    *notes* counts what was read otherwise than written: a category that is not ours, an office nobody knows,
    rows that name no area. *opened* holds the ids of the open ones.
    """

    rows: int = 0
    opened: list[int] = field(default_factory=list)
    finished: int = 0
    here_before: int = 0
    repeated: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def taken(self) -> int:
        return len(self.opened) + self.finished

    @property
    def rejected(self) -> int:
        return len({problem.row for problem in self.problems})


def read_sheet(content: bytes, kind: str) -> Sheet:
    """Return the rows of a file; the headings the kind knows help to find them below a title."""
    declared = find_kind(kind)
    named = [
        name for shape in declared.imports.values() for names in shape.columns.values() for name in names
    ]
    named += [name for one in declared.fields.values() for name in (one.name, *one.aliases)]
    named += [name for names in GENERAL.values() for name in names]
    return read_rows(content, known=named)


def plan_intake(
    sheet: Sheet,
    kind: str,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    area: str = "",
    source: str = "",
    crs: CoordinateSystem = "wgs84",
) -> Plan:
    """Return how *sheet* is taken in; *area* (code, name or number) is for rows without a known one.

    *source* names the system the file comes from: its numbers are unique within it. By default it is the
    pack's import shape, so that the same file is always the same source.
    """
    declared = find_kind(kind)
    chosen = choose_columns(sheet.headings, declared, columns)
    name = source or (f"{declared.pack}.{chosen.shape.code}" if chosen.shape else declared.full_code)
    return Plan(declared, chosen, name[:SOURCE_LENGTH], _area_of_file(area), bool(area), crs)


def _area_of_file(named: str) -> int | None:
    """Return the area named, else the township when there is only one."""
    if named:
        try:
            return References().find("area", named)
        except ReferenceProblem as problem:
            raise CaseInvalidError({"area": str(problem)}) from problem
    towns = list(Area.objects.open().filter(level=Level.TOWN).values_list("pk", flat=True)[:2])
    return towns[0] if len(towns) == 1 else None


def command_line_scope() -> Scope:
    """Return who acts when a file is taken in on the machine itself: an administrator without an account."""
    post = HeldPost(
        id=0, role=Role.ADMINISTRATOR, office_id=0, office_name="", area_id=0, area_path="", area_level=0,
        sensitive=True,
    )  # fmt: skip
    return Scope(None, _("Command line"), (post,))


def take_in(
    sheet: Sheet, plan: Plan, *, by: Scope, progress: Progress = lambda count: None, dry_run: bool = False
) -> Report:
    """Store the rows of *sheet*, a thousand per transaction, and return what became of each.

    *dry_run* does the same and takes every transaction back. The mapping is remembered for the next file.
    """
    report = Report(len(sheet.rows) + len(sheet.broken), problems=list(sheet.problems))
    reader = RowReader(plan, report.notes)
    seen: dict[str, Told] = {}
    rows = iter(sheet.rows)
    while chunk := list(islice(rows, CHUNK)):
        told = list(_read(chunk, reader, seen, report))
        _store(told, plan, report, by=by, dry_run=dry_run)
        progress(len(chunk))
    report.problems.sort(key=lambda problem: problem.row)
    if not dry_run:
        remember_columns(plan.columns, plan.kind, by=by.actor)
    return report


def note_sentence(key: str, word: str, count: int) -> str:
    """Return what a note of a report means: how often something was read otherwise than written."""
    sentences = {
        "area": _("%(count)d rows name no area; they stand under the area of the file."),
        "category": _("%(count)d rows have the category “%(word)s”, which is not ours; it was left open."),
        "channel": _("%(count)d rows have the channel “%(word)s”, which is not ours; it was left open."),
        "office": _("%(count)d rows name the office “%(word)s”, which is not here; it was left open."),
    }
    return sentences[key] % {"count": count, "word": word}


def _read(rows: Sequence[Row], reader: RowReader, seen: dict[str, Told], report: Report) -> Iterator[Told]:
    """Yield what the rows tell, each number once: the same row again is counted, another is refused."""
    for row in rows:
        try:
            told = reader.read(row)
        except CaseInvalidError as error:
            report.problems += _row_problems(row, error, reader.plan.columns)
            continue
        first = seen.setdefault(told.draft.source_number, told)
        if first is told:
            yield told
        elif _says_the_same(told, first, reader.plan.columns):
            report.repeated += 1
        else:
            report.problems.append(RowProblem(row.number, *_told_otherwise(told, first, reader.plan.columns)))


def _says_the_same(told: Told, first: Told, columns: Columns) -> bool:
    return fingerprint_of(told.row, columns) == fingerprint_of(first.row, columns)


def _told_otherwise(told: Told, first: Told, columns: Columns) -> tuple[str, str]:
    """Return column and sentence for a number that stands in two rows with different contents."""
    cells, others = told.row.cells, first.row.cells
    differing = "、".join(h for h in columns.headings if cells.get(h) != others.get(h))
    words = {"number": told.draft.source_number, "row": first.row.number, "columns": differing}
    sentence = _("%(number)s stands in row %(row)d already, with another %(columns)s.") % words
    return next(iter(columns.headings_of("number")), ""), sentence


def _row_problems(row: Row, error: CaseError, columns: Columns) -> list[RowProblem]:
    if not isinstance(error, CaseInvalidError):
        return [RowProblem(row.number, "", str(error))]
    return [
        RowProblem(row.number, "、".join(_headings_of(key, columns)), str(sentence))
        for key, sentence in error.problems.items()
    ]


# Where problems have another name than columns.
_OTHER_NAMES = {"received_at": "opened_at", "source_number": "number", "reached": "answered_at"}


def _headings_of(key: str, columns: Columns) -> tuple[str, ...]:
    return columns.headings_of(_OTHER_NAMES.get(key, key))


# ── storing ───────────────────────────────────────────────────────────────────────────────────────────


def _store(told: Sequence[Told], plan: Plan, report: Report, *, by: Scope, dry_run: bool) -> None:
    """Store a chunk in one transaction; again when somebody took the same matters in meanwhile."""
    try:
        outcome = _store_once(told, plan, by=by, dry_run=dry_run)
    except IntegrityError:
        outcome = _store_once(told, plan, by=by, dry_run=dry_run)
    report.opened += outcome.opened
    report.finished += outcome.finished
    report.here_before += outcome.here_before
    report.problems += outcome.problems


def _store_once(told: Sequence[Told], plan: Plan, *, by: Scope, dry_run: bool) -> Report:
    outcome = Report()
    with transaction.atomic():
        fresh = list(_not_here(told, plan, outcome))
        new = [one for one in fresh if isinstance(one.matter, Draft)]
        ended = [one for one in fresh if isinstance(one.matter, Past)]
        opened = open_many((one.matter for one in new if isinstance(one.matter, Draft)), by=by)
        finished = import_finished(
            (one.matter for one in ended if isinstance(one.matter, Past)), by=by, step_by_step=False
        )
        outcome.opened = [case.pk for case in opened.cases]
        outcome.finished = len(finished.cases)
        _note_rejects(opened, new, outcome, plan.columns)
        _note_rejects(finished, ended, outcome, plan.columns)
        if dry_run:
            transaction.set_rollback(True)
    return outcome


def _note_rejects(intake: Intake, told: Sequence[Told], outcome: Report, columns: Columns) -> None:
    for reject in intake.rejects:
        if isinstance(reject.error, AlreadyTakenInError):
            outcome.here_before += 1
        else:
            outcome.problems += _row_problems(told[reject.place].row, reject.error, columns)


def _not_here(told: Sequence[Told], plan: Plan, outcome: Report) -> Iterator[Told]:
    """Yield what is not here yet; a number that quite another matter has here is refused, not passed over."""
    here = _stored(told, plan.source)
    for one in told:
        known = here.get(one.draft.source_number)
        if known is None:
            yield one
        elif _tells_of_another(one, *known[1:]):
            words = {"source_number": one.draft.source_number, "number": known[0], "title": known[1]}
            sentence = _(
                "%(source_number)s is here as %(number)s, which tells of another matter: “%(title)s”. If the "
                "file comes from another system, name it as the source."
            )
            column = next(iter(plan.columns.headings_of("number")), "")
            outcome.problems.append(RowProblem(one.row.number, column, sentence % words))
        else:
            outcome.here_before += 1


def _stored(told: Sequence[Told], source: str) -> dict[str, tuple[str, str, datetime]]:
    """Return number, title and day of what was taken in from this source before."""
    numbers = [one.draft.source_number for one in told]
    found = Case.objects.filter(source=source, source_number__in=numbers)
    rows = found.values_list("source_number", "number", "title", "opened_at")
    return {there: (number, title, opened_at) for there, number, title, opened_at in rows}


def _tells_of_another(one: Told, title: str, opened_at: datetime) -> bool:
    """A title may have been corrected here and a date there; both at once is another matter."""
    received = one.draft.received_at
    return received is not None and received != opened_at and one.draft.title[:60] != title[:60]


# ── suggestions for what came in ──────────────────────────────────────────────────────────────────────


@dataclass
class Suggested:
    """For how many open matters something is suggested, of those that were looked at."""

    looked_at: int = 0
    area: int = 0
    category: int = 0
    office: int = 0
    duplicates: int = 0


def count_suggestions(
    cases: Sequence[int], *, most: int = 2000, progress: Progress = lambda count: None
) -> Suggested:
    """Return how much the routing can say about these matters, the first *most* of them.

    Nothing is stored: the suggestions stand on the page of each matter, for a person to confirm.
    """
    found = Suggested()
    for case in Case.objects.filter(pk__in=cases[:most]).select_related("area").iterator():
        suggestion = suggest(Matter.of_case(case))
        found.looked_at += 1
        found.area += any(guess.area.pk != case.area_id for guess in suggestion.areas)
        found.category += bool(suggestion.categories and not case.category)
        found.office += bool(suggestion.offices)
        found.duplicates += bool(suggestion.duplicates)
        progress(1)
    return found
