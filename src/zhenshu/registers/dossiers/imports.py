"""Dossiers from a spreadsheet: each row goes in, changes nothing, corrects, or says why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.areas.sheets import write_sheet
from zhenshu.ground.packs.schema import DossierKind, FieldKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import Row, RowProblem, Table, TableError, heading_text, read_table
from zhenshu.registers.dossiers.acts import correct_dossier, create_dossier
from zhenshu.registers.dossiers.errors import DossierError, DossierInvalidError
from zhenshu.registers.dossiers.identity import identity_of
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import require
from zhenshu.registers.fields import clean_fields, is_blank
from zhenshu.registers.references import ReferenceProblem, References

# Headings under which sheets name the place of a row, narrowest first.
AREA_HEADINGS = (
    "微网格", "所属微网格", "网格", "所属网格",
    "村（社区）", "村(社区)", "村社区", "村/社区", "所属村", "所属社区", "村", "社区",
    "区域", "所属区域", "区域代码",
)  # fmt: skip


@dataclass
class ImportReport:
    """What became of the rows of a file."""

    created: int = 0
    corrected: int = 0
    unchanged: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    unknown_headings: tuple[str, ...] = ()

    @property
    def rejected_rows(self) -> int:
        return len({problem.row for problem in self.problems})


@dataclass(frozen=True, slots=True)
class _Run:
    """What stays the same for all rows of one import."""

    kind: DossierKind
    columns: Mapping[str, str]
    default_area: Area | None
    opened_on: date
    by: Scope
    references: References


def import_dossiers(
    content: bytes,
    kind: DossierKind,
    *,
    by: Scope,
    opened_on: date,
    default_area: Area | None = None,
    columns: Mapping[str, str] | None = None,
) -> ImportReport:
    """Take the rows of a spreadsheet in and return what became of each.

    *columns* maps a heading to a field where the names differ. The same file again changes nothing:
    a row is known by the identity fields of the kind.
    """
    table = read_table(content, known=[*_headings(kind), *AREA_HEADINGS])
    mapping = _columns(table, kind, columns or {})
    run = _Run(kind, mapping, default_area, opened_on, by, References())
    report = ImportReport(unknown_headings=_unknown(table, mapping))
    for row in table.rows:
        _take(row, run, report)
    return report


def _headings(kind: DossierKind) -> dict[str, str]:
    """Return every heading under which a field may stand."""
    known: dict[str, str] = {}
    for code, declared in kind.fields.items():
        for heading in (declared.name, *declared.aliases, code):
            known.setdefault(heading_text(heading), code)
    return known


def _columns(table: Table, kind: DossierKind, given: Mapping[str, str]) -> dict[str, str]:
    known = {**_headings(kind), **{heading_text(heading): code for heading, code in given.items()}}
    mapping = {heading: known[heading] for heading in table.headings if heading in known}
    if kind.title not in mapping.values():
        words = {"name": kind.fields[kind.title].name, "headings": "、".join(table.headings)[:200]}
        raise TableError(_("No column “%(name)s” was found. The columns are: %(headings)s.") % words)
    return mapping


def _unknown(table: Table, mapping: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(h for h in table.headings if h not in mapping and h not in AREA_HEADINGS)


def _take(row: Row, run: _Run, report: ImportReport) -> None:
    """Take one row in, in a transaction of its own: a bad row keeps no good one out."""
    try:
        with transaction.atomic():
            outcome = _take_in(row, run)
    except DossierInvalidError as error:
        report.problems += [
            RowProblem(row.number, _column_of(code, run), text) for code, text in error.problems.items()
        ]
    except (DossierError, ReferenceProblem) as error:
        report.problems.append(RowProblem(row.number, "", str(error)))
    else:
        setattr(report, outcome, getattr(report, outcome) + 1)


def _column_of(code: str, run: _Run) -> str:
    return next((heading for heading, field_code in run.columns.items() if field_code == code), code)


def _take_in(row: Row, run: _Run) -> str:
    area = _area(row, run)
    raw = {code: row.cells[heading] for heading, code in run.columns.items() if heading in row.cells}
    require("import", run.by, area_path=area.path, sensitive=run.kind.sensitive)
    known = _find(run, raw)
    if known is None:
        create_dossier(
            run.kind, raw, area=area, opened_on=run.opened_on, by=run.by, references=run.references
        )
        return "created"
    # An empty cell says nothing; only a filled one corrects.
    filled = {code: value for code, value in raw.items() if not is_blank(value)}
    after = correct_dossier(
        known, run.kind, filled, version=known.version, by=run.by, area=area, references=run.references
    )
    return "unchanged" if after.version == known.version else "corrected"


def _find(run: _Run, raw: Mapping[str, Any]) -> Dossier | None:
    kinds = {code: run.kind.fields[code] for code in run.kind.identity}
    values, problems = clean_fields(
        kinds, {code: raw.get(code) for code in kinds}, complete=True, references=run.references
    )
    identity = "" if problems else identity_of(run.kind, values)
    if not identity:
        return None
    known = Dossier.objects.filter(kind=run.kind.full_code, identity=identity, state=State.ACTIVE)
    return known.select_related("area").first()


def _area(row: Row, run: _Run) -> Area:
    """Return the area a row names, the narrowest; a grid is looked for below the village named beside it."""
    named = [str(row.cells[h]).strip() for h in AREA_HEADINGS if not is_blank(row.cells.get(h))]
    if not named:
        if run.default_area is None:
            raise DossierError(_("The row names no area, and no area was chosen for the file."))
        return run.default_area
    return Area.objects.get(pk=_narrowest(named, run.references))


def _narrowest(named: list[str], references: References) -> int:
    if len(named) > 1:
        try:
            return references.find("area", "/".join(reversed(named)))
        except ReferenceProblem:
            return references.find("area", named[0])
    return references.find("area", named[0])


def template(kind: DossierKind) -> bytes:
    """Return an empty sheet with the headings of the kind, to be filled in and imported."""
    return write_sheet(
        [*(f.name for f in kind.fields.values()), "所属区域"], [_hints(kind.fields.values())], title=kind.name
    )


def _hints(fields: Iterable[FieldKind]) -> list[str]:
    return ["、".join(f.options.values()) or f.help for f in fields]


def rejected_rows(content: bytes, kind: DossierKind, report: ImportReport) -> bytes:
    """Return a sheet of the rows that were not taken in with their reasons, to be mended and sent again."""
    table = read_table(content, known=[*_headings(kind), *AREA_HEADINGS])
    reasons: dict[int, list[str]] = {}
    for problem in report.problems:
        reasons.setdefault(problem.row, []).append(problem.message)
    rows = [
        [*(row.cells.get(heading) for heading in table.headings), " ".join(reasons[row.number])]
        for row in table.rows
        if row.number in reasons
    ]
    return write_sheet([*table.headings, _("Reason")], rows, title=kind.name)
