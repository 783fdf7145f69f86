"""Reports: read one and hold it against the ledger, compose one, open the records behind a figure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row, Table
from zhenshu.doors.desk.context import WRITERS
from zhenshu.doors.desk.exports import attachment_header
from zhenshu.doors.desk.lists import crumbs
from zhenshu.doors.desk.report_adopting import ReportForm
from zhenshu.doors.desk.report_area import home_area
from zhenshu.doors.desk.report_sources import sources_table
from zhenshu.doors.desk.report_writer import DOCX, edition_columns, edition_rows
from zhenshu.doors.desk.report_writer_view import length_note
from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.scope import OVERSEEING_ROLES
from zhenshu.ground.worktime.periods import PeriodError
from zhenshu.measures.indicators.errors import IndicatorError
from zhenshu.measures.indicators.explain import Group, explain
from zhenshu.papers.publishing.rights import may_write, visible_reports
from zhenshu.papers.writing.compose import Composed, compose
from zhenshu.papers.writing.layout import write_official
from zhenshu.papers.writing.length import word_count
from zhenshu.papers.writing.report_paper import paper_of
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.models import Dossier, Reading

YEARS_OFFERED = 4
RECORDS_SHOWN = 200
EDITIONS_SHOWN = 12


@page(roles=WRITERS)
def show_reports(request: DeskRequest) -> HttpResponse:
    """Show the form to read a report, the reports that were read, and the years to compose."""
    this_year = timezone.localdate().year
    years = [
        Link(title=_("Report of %(year)d") % {"year": year}, url=reverse("desk:composed_report", args=[year]))
        for year in range(this_year, this_year - YEARS_OFFERED, -1)
    ]
    context = {
        "page_title": _("Reports"),
        "form": ReportForm(),
        "years": years,
        "editions": _editions(request),
        "sources": sources_table(request.scope),
    }
    return render(request, "desk/reports/reports.html", context)


def _editions(request: DeskRequest) -> Table:
    """Return the reports that are kept, the newest first."""
    found = visible_reports(request.scope)[:EDITIONS_SHOWN]
    rows = list(edition_rows(found))
    return Table(columns=edition_columns(), rows=rows, as_of=timezone.now(), caption=_("Reports kept"))


# ── composing ─────────────────────────────────────────────────────────────────────────────────────────


@page(roles=WRITERS)
def show_composed(request: DeskRequest, year: int) -> HttpResponse:
    """Show the report of a year as the ledger tells it now; every figure opens its records."""
    composed = _composed(request, year)
    kept = visible_reports(request.scope).filter(area=composed.area, year=year).exclude(state="withdrawn")
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
        "year": year,
        "kept": kept.first(),
        "may_write": may_write(request.scope, composed.area),
        "length": length_note(composed.text),
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
    figures = {(figure.code, figure.name): figure for figure in composed.figures}
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
