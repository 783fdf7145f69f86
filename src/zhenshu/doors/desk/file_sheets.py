"""The whole file about one subject as a workbook: one sheet for each register, no formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from zhenshu.doors.desk.case_rows import kind_name
from zhenshu.doors.desk.exports import Value, sheet_title, write_cell
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.kinds import record_kind, shown_fields
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.visibility import may_see_sensitive
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.shown import show_fields

if TYPE_CHECKING:
    from zhenshu.doors.desk.dossier_file import Milestone

Rows = Iterable[Sequence[Value]]


def write_file(
    dossier: Dossier, kind: DossierKind, scope: Scope, *, title: str, chain: Sequence[Milestone],
    records: Sequence[Record], plans: Sequence[PlanItem],
) -> bytes:  # fmt: skip
    """Return the bytes of the workbook; masked fields stay masked in it."""
    eyes = may_see_sensitive(dossier.area.path, scope)
    book = Workbook(write_only=True)
    facts = [
        (one.name, f"{one.text} {one.unit}".strip())
        for one in show_fields(kind.fields, dossier.fields, sensitive=eyes)
    ]
    about: list[tuple[str, Value]] = [
        (_("Name"), title),
        (_("Area"), dossier.area.name),
        (_("Opened on"), dossier.opened_on),
        *facts,
    ]
    _sheet(book, _("Facts"), (_("Fact"), _("What it says")), about)
    chained = [(one.day, one.title, one.text) for one in chain]
    _sheet(book, _("Growth chain"), (_("Day"), _("What"), _("Words")), chained)
    for code, declared in kind.readings.items():
        heads = [field.name for field in declared.fields.values() if eyes or not field.sensitive]
        codes = [field.code for field in declared.fields.values() if eyes or not field.sensitive]
        rows = [
            (one.period, *(_plain(one.values.get(c)) for c in codes), one.signer)
            for one in dossier.readings.filter(series=code, replaced_by=None)
        ]
        _sheet(book, declared.name, (_("Period"), *heads, _("Signer")), rows)
    _sheet(
        book,
        _("Matters"),
        (_("Number"), _("Kind"), _("Title"), _("Opened"), _("Closed")),
        _cases(dossier, scope),
    )
    _sheet(book, _("Records"), (_("Kind"), _("Day"), _("Title"), _("Words")), _records(records, eyes=eyes))
    _sheet(book, _("Tasks and projects"), (_("Title"), _("Due"), _("Done on"), _("Progress")), _plans(plans))
    _sheet(book, _("Notes"), (_("Data as of"),), [(timezone.now(),)])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _sheet(book: Workbook, name: str, heads: Sequence[str], rows: Rows) -> None:
    sheet: Any = book.create_sheet(sheet_title(name))
    sheet.freeze_panes = "A2"
    sheet.append([write_cell(sheet, head) for head in heads])
    for row in rows:
        sheet.append([write_cell(sheet, value) for value in row])


def _plain(value: Any) -> Value:
    return "、".join(map(str, value)) if isinstance(value, list) else value


def _cases(dossier: Dossier, scope: Scope) -> Rows:
    for case in visible_cases(scope).filter(subject=dossier).order_by("opened_at"):
        yield case.number, kind_name(case.kind), case.title, case.opened_at, case.closed_at


def _records(records: Sequence[Record], *, eyes: bool) -> Rows:
    for one in records:
        kind = library().kinds.get(one.kind)
        fields = show_fields(shown_fields(record_kind(one.kind)), one.fields, sensitive=eyes) if kind else []
        words = "；".join(f"{field.name} {field.text}{field.unit}" for field in fields)
        yield kind.name if kind else one.kind, one.day, one.title, words


def _plans(plans: Sequence[PlanItem]) -> Rows:
    for item in plans:
        yield item.title, item.due, item.done_on, item.progress
