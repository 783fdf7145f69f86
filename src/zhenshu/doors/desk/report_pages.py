"""Reports: read one and hold it against the ledger, compose one, open the records behind a figure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk import report_reading
from zhenshu.doors.desk.access import FORM, DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row, Table
from zhenshu.doors.desk.context import WRITERS
from zhenshu.doors.desk.exports import attachment_header
from zhenshu.doors.desk.lists import crumbs
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import OVERSEEING_ROLES, Scope
from zhenshu.ground.worktime.periods import PeriodError
from zhenshu.measures.indicators.errors import IndicatorError
from zhenshu.measures.indicators.explain import Group, explain
from zhenshu.papers.linked import catalogue_of, read_linked
from zhenshu.papers.reading.errors import ReportUnreadableError
from zhenshu.papers.reading.report import SUFFIXES, Report
from zhenshu.papers.reading.sources import load
from zhenshu.papers.writing.compose import Composed, compose
from zhenshu.papers.writing.layout import write_official
from zhenshu.papers.writing.length import word_count
from zhenshu.papers.writing.report_paper import paper_of
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.models import Dossier, Reading

MOST_BYTES = 20_000_000
YEARS_OFFERED = 3
RECORDS_SHOWN = 200
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class ReportForm(forms.Form):
    """A report as a file, or its text."""

    file = forms.FileField(label=gettext_lazy("File (txt, docx, html, pdf)"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or its text"), required=False, widget=forms.Textarea(attrs={"rows": 8})
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if bool(said.get("file")) == bool((said.get("text") or "").strip()):
            raise forms.ValidationError(_("Give either a file or a text."))
        return said

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return file


@page(roles=WRITERS, methods=FORM)
def show_reports(request: DeskRequest) -> HttpResponse:
    """Show the form to read a report and the years to compose; a report sent is read and shown."""
    form = ReportForm(request.POST, request.FILES) if request.method == "POST" else ReportForm()
    report = _read(form) if form.is_bound and form.is_valid() else None
    if report is not None:
        return _show_read(request, report)
    this_year = timezone.localdate().year
    years = [
        Link(title=_("Report of %(year)d") % {"year": year}, url=reverse("desk:composed_report", args=[year]))
        for year in range(this_year, this_year - YEARS_OFFERED, -1)
    ]
    context = {"page_title": _("Reports"), "form": form, "years": years}
    return render(request, "desk/reports/reports.html", context, status=422 if form.errors else 200)


def _read(form: ReportForm) -> Report | None:
    """Return the report of the form; None, with the reason at its field, when it cannot be read."""
    file, catalogue = form.cleaned_data.get("file"), catalogue_of(library())
    try:
        if file is None:
            return read_linked(form.cleaned_data["text"], catalogue)
        return _read_file(file)
    except ReportUnreadableError as error:
        form.add_error("text" if file is None else "file", str(error))
        return None


def _read_file(file: UploadedFile[Any]) -> Report:
    """Return the report in an uploaded file; the copy that is read is gone afterwards."""
    suffix = Path(file.name or "").suffix.lower()
    with TemporaryDirectory(prefix="zhenshu-report-") as folder:
        path = Path(folder) / f"report{suffix if suffix in SUFFIXES else '.txt'}"
        path.write_bytes(file.read())
        return read_linked(load(path), catalogue_of(library()))


def _show_read(request: DeskRequest, report: Report) -> HttpResponse:
    area = home_area(request.scope)
    year = report_reading.year_of(report, timezone.localdate().year)
    held = report_reading.held_for(report, area, year)
    counts = {"figures": len(report.figures), "promises": len(report.commitments)}
    context = {
        "page_title": _("%(figures)d figures, %(promises)d commitments") % counts,
        "breadcrumbs": crumbs((_("Reports"), "reports"), here=report.structure.title or _("A report")),
        "stretches": list(report_reading.marked_text(report)),
        "lines": report_reading.figure_lines(report, held),
        "promises": report.commitments,
        "findings": report_reading.contradictions(report, held),
        "warnings": report.document.warnings,
        "year": year,
        "area": area,
    }
    return render(request, "desk/reports/read.html", context)


def home_area(scope: Scope) -> Area:
    """Return the widest area up to the township that somebody oversees."""
    paths = [post for post in scope.posts if post.role in OVERSEEING_ROLES]
    area = Area.objects.get(pk=min(paths, key=lambda post: post.area_level).area_id)
    town = Area.objects.open().filter(level=2, path__startswith=area.path).order_by("id").first()
    return area if area.level >= 2 or town is None else town


# ── composing ─────────────────────────────────────────────────────────────────────────────────────────


@page(roles=WRITERS)
def show_composed(request: DeskRequest, year: int) -> HttpResponse:
    """Show the report of a year as the ledger tells it now; every figure opens its records."""
    composed = _composed(request, year)
    context = {
        "page_title": _("%(area)s: report of %(year)d") % {"area": composed.area.name, "year": year},
        "page_note": _("%(figures)d figures, %(words)d words")
        % {"figures": len(composed.figures), "words": word_count(composed.text)},
        "breadcrumbs": crumbs((_("Reports"), "reports"), here=str(year)),
        "parts": [
            (_("Review of %(year)d") % {"year": year}, composed.part("review")),
            (_("Plan for %(year)d") % {"year": year + 1}, composed.part("plan")),
        ],
        "composed": composed,
        "table": _figure_table(composed),
        "docx_url": reverse("desk:composed_docx", args=[year]),
    }
    return render(request, "desk/reports/composed.html", context)


@page(roles=WRITERS)
def composed_docx(request: DeskRequest, year: int) -> HttpResponse | FileResponse:
    """Send the report of a year as an official document with its sources."""
    composed = _composed(request, year)
    with TemporaryDirectory(prefix="zhenshu-report-") as folder:
        path = Path(folder) / "report.docx"
        write_official(paper_of(composed), path, provenance="appendix")
        response = HttpResponse(path.read_bytes(), content_type=DOCX)
    response["Content-Disposition"] = attachment_header(f"{paper_of(composed).title}.docx")
    return response


def _composed(request: DeskRequest, year: int) -> Composed:
    if not 1949 <= year <= 2200:
        raise Http404
    return compose(home_area(request.scope), year, scope=request.scope)


def _figure_table(composed: Composed) -> Table:
    columns = [
        Column(title=_("Figure"), width="wide"),
        Column(title=_("Value"), numeric=True),
        Column(title=_("Last year"), numeric=True),
        Column(title=_("Growth"), numeric=True, unit="%"),
        Column(title=_("Records"), numeric=True),
        Column(title=_("Made from"), width="wide", phone=False),
    ]
    figures = {figure.code: figure for figure in composed.figures}
    rows = [
        Row(cells=[
            Cell(text=one.name, url=one.link, below=one.code),
            Cell(text="–" if one.value is None else f"{one.value.normalize():f}{one.unit}", url=one.link),
            Cell(text="–" if one.last is None else f"{one.last.normalize():f}"),
            Cell(text="–" if one.growth is None else f"{one.growth:+f}"),
            Cell(text=str(one.n), url=one.link),
            Cell(text=one.definition, below=one.version),
        ])
        for one in figures.values()
    ]  # fmt: skip
    return Table(columns=columns, rows=rows, as_of=composed.as_of)


# ── the records behind a figure ───────────────────────────────────────────────────────────────────────


@page(roles=WRITERS)
def show_figure(request: DeskRequest, code: str) -> HttpResponse:
    """Show the records behind a figure, as many of them as this person may see."""
    area = _asked_area(request)
    try:
        found = explain(code, area, request.GET.get("period", ""), scope=request.scope)
    except (IndicatorError, PeriodError) as error:
        raise Http404(str(error)) from error
    value = found.value
    shown = "–" if value.value is None else f"{value.value.normalize():f}{value.unit}"
    context = {
        "page_title": f"{value.name} {shown}",
        "page_note": f"{area.name} {value.period.name_zh}",
        "breadcrumbs": crumbs((_("Reports"), "reports"), here=value.name),
        "value": value,
        "groups": [(group, _records_table(group)) for group in found.groups],
        "reported": found.reported,
    }
    return render(request, "desk/reports/figure.html", context)


def _asked_area(request: DeskRequest) -> Area:
    said = request.GET.get("area", "")
    areas = Area.objects.filter(code=said) if len(said) > 9 else Area.objects.filter(pk=said or 0)
    area = areas.order_by("-id").first() if said.isdigit() else home_area(request.scope)
    if area is None:
        raise Http404
    if not request.scope.covers(area.path, OVERSEEING_ROLES):
        raise PermissionDenied
    return area


def _records_table(group: Group) -> Table:
    rows = [Row(cells=list(_record_cells(one))) for one in group.records[:RECORDS_SHOWN]]
    columns = [Column(title=_("Record"), width="wide"), Column(title=_("Day"))]
    return Table(columns=columns, rows=rows, as_of=timezone.now(), numbered=True)


def _record_cells(record: Any) -> Iterable[Cell]:
    """Yield what the record is, with its page where it has one, and its day."""
    match record:
        case Case():
            url = reverse("desk:case", args=[record.number])
            yield Cell(text=record.title, below=record.number, url=url)
            yield Cell(text=f"{timezone.localtime(record.opened_at):%Y-%m-%d}")
        case Dossier():
            yield Cell(text=record.title, url=reverse("desk:dossier", args=[record.pk]))
            yield Cell(text=str(record.opened_on))
        case Reading():
            url = reverse("desk:dossier", args=[record.dossier_id])
            yield Cell(text=str(record), url=url)
            yield Cell(text=str(record.period))
        case _:
            yield Cell(text=str(record))
            yield Cell()
