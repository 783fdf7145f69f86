"""Dossiers from a spreadsheet: an empty sheet to fill in, and what became of each row."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, page
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.dossiers import dossier_kind
from zhenshu.doors.desk.export_notes import BlankTable
from zhenshu.doors.desk.exports import CONTENT_TYPE, attachment_header
from zhenshu.doors.desk.sheet_forms import TableForm, sheet_link
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import TableError
from zhenshu.registers.dossiers.imports import ImportReport, import_dossiers, rejected_rows, template

PROBLEMS_SHOWN = 200


class SheetForm(TableForm):
    """The file, the area for rows that name none, and since when the dossiers count."""

    opened_on = forms.DateField(
        label=gettext_lazy("Opened on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file; *rejected* is the sheet of rows to be mended, as a link a page can carry."""

    report: ImportReport
    rejected: str = ""


@page(methods=FORM)
def import_page(request: DeskRequest, code: str) -> HttpResponse:
    """Take a spreadsheet in; each row goes in, changes nothing, corrects, or says why not."""
    kind = dossier_kind(code)
    form = SheetForm(
        request.POST or None,
        request.FILES or None,
        scope=request.scope,
        initial={"opened_on": timezone.localdate()},
    )
    outcome = None
    if request.method == "POST" and form.is_valid():
        outcome = take_in(kind, form, request.scope)
    context = {
        "page_title": _("Import: %(kind)s") % {"kind": kind.name},
        "breadcrumbs": [
            Link(title=_("Dossiers"), url=reverse("desk:dossiers")),
            Link(title=kind.name, url=reverse("desk:dossiers_of", args=[code])),
            Link(title=_("Import")),
        ],
        "kind": kind,
        "form": form,
        "outcome": outcome,
        "problems": outcome.report.problems[:PROBLEMS_SHOWN] if outcome else [],
    }
    return render(request, "desk/dossiers/import.html", context, status=422 if form.errors else 200)


def take_in(kind: DossierKind, form: SheetForm, scope: Scope) -> Outcome | None:
    """Return what became of the rows; None when the file is no table, which the form then says."""
    said = form.cleaned_data
    area = Area.objects.filter(pk=said["area"]).first() if said["area"] else None
    try:
        report = import_dossiers(said["file"], kind, by=scope, opened_on=said["opened_on"], default_area=area)
    except TableError as error:
        form.add_error("file", str(error))
        return None
    if not report.problems:
        return Outcome(report)
    return Outcome(report, sheet_link(rejected_rows(said["file"], kind, report)))


@page()
def import_template(request: DeskRequest, code: str) -> HttpResponse:
    """Answer with an empty sheet that has the headings of the kind."""
    kind = dossier_kind(code)
    response = BlankTable(template(kind), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = attachment_header(f"{kind.name}.xlsx")
    return response
