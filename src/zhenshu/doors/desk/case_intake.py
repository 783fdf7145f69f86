"""Matters from a spreadsheet: try the file first, see which column holds what, then take it in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, page
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.lists import crumbs
from zhenshu.doors.desk.sheet_forms import TableForm, sheet_link
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import TableError
from zhenshu.registers.cases import intake
from zhenshu.registers.cases.columns import KEPT
from zhenshu.registers.cases.errors import CaseError

PROBLEMS_SHOWN, NOTES_SHOWN = 200, 12
COLUMN = "column:"


class IntakeForm(TableForm):
    """The kind of the matters, their file, and the area of rows that name none."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    file = forms.FileField(label=gettext_lazy("File (xlsx, xls, et, ods, csv or NDJSON)"))

    def __init__(self, *args: Any, kinds: Iterable[CaseKind], scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.full_code, f"{library().packs[kind.pack].name} · {kind.name}") for kind in kinds
        ]


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A heading of the file, what it holds, and what it may hold."""

    heading: str
    name: str
    held: str
    choices: Sequence[tuple[str, str]]

    @property
    def words(self) -> str:
        return dict(self.choices).get(self.held, self.held)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file, or would: *rejected* is the sheet of rows to be mended, as a link."""

    report: intake.Report
    columns: Sequence[ColumnChoice]
    trial: bool
    notes: Sequence[str]
    unread: Sequence[str] = ()
    rejected: str = ""

    @property
    def already(self) -> int:
        return self.report.here_before + self.report.repeated


@page(roles=OFFICE_ROLES, methods=FORM)
def intake_page(request: DeskRequest) -> HttpResponse:
    """Show the form; a file sent is tried or taken in, and each row says what became of it."""
    kinds = library().kinds_for_new_case(request.scope.roles)
    if not kinds:
        raise PermissionDenied
    sent = request.method == "POST"
    form = IntakeForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        kinds=kinds,
        scope=request.scope,
        initial={"kind": request.GET.get("kind", "")},
    )
    outcome = _take_in(request, form) if sent and form.is_valid() else None
    context = {
        "page_title": _("Take matters in from a file"),
        "breadcrumbs": crumbs((_("Matters"), "cases"), here=_("Take in a file")),
        "form": form,
        "outcome": outcome,
        "problems": outcome.report.problems[:PROBLEMS_SHOWN] if outcome else [],
    }
    part = "desk/cases/intake_outcome.html" if request.htmx else "desk/cases/intake.html"
    return render(request, part, context, status=422 if form.errors and not request.htmx else 200)


def _take_in(request: DeskRequest, form: IntakeForm) -> Outcome | None:
    """Return what became of the rows; None when the file is none, which the form then says."""
    said, trial = form.cleaned_data, request.POST.get("act") != "store"
    try:
        sheet = intake.read_sheet(said["file"], said["kind"])
        plan = intake.plan_intake(sheet, said["kind"], columns=_chosen(request, sheet), area=said["area"])
        report = intake.take_in(sheet, plan, by=request.scope, dry_run=trial)
    except (TableError, CaseError) as error:
        form.add_error("file", str(error))
        return None
    return Outcome(
        report,
        list(_column_choices(plan)),
        trial,
        [intake.note_sentence(*note, count) for note, count in report.notes.most_common(NOTES_SHOWN)],
        sheet.unread,
        _rejected(sheet, report),
    )


def _chosen(request: DeskRequest, sheet: intake.Sheet) -> dict[str, str]:
    """Return what the person said the columns hold; headings of another file are passed over."""
    told = {name.removeprefix(COLUMN): key for name, key in request.POST.items() if name.startswith(COLUMN)}
    return {heading: str(key) for heading, key in told.items() if heading in sheet.headings}


def _column_choices(plan: intake.Plan) -> Iterable[ColumnChoice]:
    names = column_names(plan.kind)
    plain = [("", _("left out of the file")), *names.items()]
    for heading in plan.columns.headings:
        keys = plan.columns.mapping.get(heading, ())
        held = keys[0] if len(keys) == 1 else "+".join(keys)
        joined = [(held, " + ".join(names.get(key, key) for key in keys))] if len(keys) > 1 else []
        # A column that fills several fields at once says so; choosing one of them is the person's right.
        yield ColumnChoice(heading, f"{COLUMN}{heading}" if not joined else "", held, [*joined, *plain])


def column_names(kind: CaseKind) -> dict[str, str]:
    """Return what a column may hold for a kind, with the word for it."""
    general = {key: str(COLUMN_WORDS[key]) for key in KEPT}
    return general | {f"fields.{key}": field.name for key, field in kind.fields.items()}


COLUMN_WORDS = {
    "number": gettext_lazy("Number there"), "title": gettext_lazy("Title"),
    "description": gettext_lazy("Description"), "category": gettext_lazy("Category"),
    "channel": gettext_lazy("Channel"), "priority": gettext_lazy("Priority"),
    "reported_at": gettext_lazy("Reported at"), "opened_at": gettext_lazy("Taken in at"),
    "closed_at": gettext_lazy("Concluded at"), "reporter_name": gettext_lazy("Reporter"),
    "reporter_phone": gettext_lazy("Reporter's phone"), "address": gettext_lazy("Address"),
    "area": gettext_lazy("Area"), "office": gettext_lazy("Office"), "lon": gettext_lazy("Longitude"),
    "lat": gettext_lazy("Latitude"), "answer": gettext_lazy("Answer"),
    "answered_at": gettext_lazy("Answered at"), "solved": gettext_lazy("Solved"),
    "satisfied": gettext_lazy("Satisfied"), "state": gettext_lazy("State"),
}  # fmt: skip


def _rejected(sheet: intake.Sheet, report: intake.Report) -> str:
    if not report.problems:
        return ""
    return sheet_link(intake.rejected_rows(sheet, report.problems))
