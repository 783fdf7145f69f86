"""Read a report, keep it, and take what it promises over as tasks, targets and reported values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.context import WRITERS
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.report_adopting_rows import AdoptSheet, Asked, read_edits, sheet_of
from zhenshu.doors.desk.report_area import home_area
from zhenshu.doors.desk.report_reading import read_page
from zhenshu.doors.desk.report_sources import sources_table
from zhenshu.measures.indicators.rights import may_keep_figures
from zhenshu.papers.adopting.acts import adopt, withdraw
from zhenshu.papers.adopting.errors import (
    AdoptionRefusedError,
    SourceError,
    SourceNotAllowedError,
    SourceNotFoundError,
)
from zhenshu.papers.adopting.models import Adoption, SourceReport
from zhenshu.papers.adopting.proposals import propose
from zhenshu.papers.adopting.sources import (
    FIRST_YEAR,
    LAST_YEAR,
    check_length,
    correct_source,
    find_source,
    keep_source,
    reading_of,
    set_source_aside,
    visible_sources,
)
from zhenshu.papers.linked import catalogue_in_force, read_linked
from zhenshu.papers.reading.document import Document
from zhenshu.papers.reading.errors import ReportUnreadableError
from zhenshu.papers.reading.report import SUFFIXES, Report
from zhenshu.papers.reading.sources import from_text, load
from zhenshu.registers.plans.visibility import may_create

MOST_BYTES = 20_000_000
BACK_TO_TEXT = "text"
Found = TypeVar("Found")


class ReportForm(forms.Form):
    """A report as a file, or its text."""

    file = forms.FileField(label=gettext_lazy("File (txt, docx, html, pdf)"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or its text"), required=False, widget=forms.Textarea(attrs={"rows": 8})
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.errors:
            return said
        if bool(said.get("file")) == bool((said.get("text") or "").strip()):
            raise forms.ValidationError(_("Give either a file or a text."))
        return said

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MOST_BYTES:
            words = {"size": f"{(file.size or 0) / 1e6:.0f}", "limit": f"{MOST_BYTES / 1e6:.0f}"}
            raise forms.ValidationError(
                _(
                    "The file has %(size)s MB; at most %(limit)s MB are read. A work report has less than "
                    "1 MB: save it alone, without pictures."
                )
                % words
            )
        return file


class SourceForm(forms.Form):
    """What is said of a report: its title, and the year its results speak of."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    year = forms.IntegerField(
        label=gettext_lazy("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR,
        help_text=gettext_lazy("The year its results speak of; its promises are for the year after."),
    )  # fmt: skip


# ── read and keep ─────────────────────────────────────────────────────────────────────────────────────


@page(roles=WRITERS, methods=FORM)
def read_reports(request: DeskRequest) -> HttpResponse:
    """Show the reports that were read and the form for another; one sent is read, kept and opened."""
    form = ReportForm(request.POST, request.FILES) if request.method == "POST" else ReportForm()
    if form.is_bound and form.is_valid():
        source = _keep(form, request)
        if source is not None:
            return go_to(request, "desk:source_report", source.pk)
    table = sources_table(request.scope)
    context = {
        "page_title": _("%(count)d reports were read") % {"count": len(table.rows)},
        "breadcrumbs": _crumbs(here=_("Read a report")),
        "form": form,
        "table": table,
    }
    return render(request, "desk/reports/read_reports.html", context, status=422 if form.errors else 200)


def _keep(form: ReportForm, request: DeskRequest) -> SourceReport | None:
    """Return the report of the form as it is kept; None, with the reason at its field, when it can't be."""
    file = form.cleaned_data.get("file")
    try:
        report = _read_file(file) if file else _read(from_text(form.cleaned_data["text"]))
        name = Path(file.name or "").stem if file else ""
        return keep_source(report, home_area(request.scope), by=request.scope, name=name)
    except SourceNotAllowedError as error:
        raise PermissionDenied(str(error)) from error
    except (ReportUnreadableError, SourceError) as error:
        form.add_error("file" if file else "text", _sentence(error))
        return None


def _sentence(error: ReportUnreadableError | SourceError) -> str:
    """Return the sentence of a refusal; those of the reader are translated before they are filled in."""
    if isinstance(error, SourceError):
        return str(error)
    facts = {name: _(fact) if isinstance(fact, str) and fact else fact for name, fact in error.facts.items()}
    return _(error.sentence) % facts


def _read_file(file: UploadedFile[Any]) -> Report:
    """Return the report in an uploaded file; the copy that is read is gone afterwards."""
    suffix = Path(file.name or "").suffix.lower()
    with TemporaryDirectory(prefix="zhenshu-report-") as folder:
        path = Path(folder) / f"{_plain_name(file)}{suffix if suffix in SUFFIXES else '.txt'}"
        path.write_bytes(file.read())
        return _read(load(path))


def _read(document: Document) -> Report:
    """Return what a document says, if it is not longer than any report."""
    check_length(document.text)
    return read_linked(document, catalogue_in_force())


def _plain_name(file: UploadedFile[Any]) -> str:
    """Return the name of the file for sentences about it, fit for a file of ours."""
    stem = Path(file.name or "").stem
    return "".join(char for char in stem if char.isalnum() or char in "-_ ")[:60].strip() or "report"


def _found(request: DeskRequest, source_id: int) -> SourceReport:
    return _or_404(lambda: find_source(source_id, request.scope))


def _or_404(find: Callable[[], Found]) -> Found:
    try:
        return find()
    except SourceNotFoundError as error:
        raise Http404(str(error)) from error


def _crumbs(*above: tuple[str, str], here: str) -> list[Link]:
    links = [Link(title=_("Reports"), url=reverse("desk:reports"))]
    links += [Link(title=title, url=url) for title, url in above]
    return [*links, Link(title=here)]


@page(roles=WRITERS)
def show_source(request: DeskRequest, source_id: int) -> HttpResponse:
    """Show a kept report: its text beside figures and commitments, and what contradicts."""
    source = _found(request, source_id)
    report = reading_of(source)
    proposals = propose(source, report)
    shown = read_page(source, report, proposals)
    counts = {"figures": len(report.figures), "promises": len(report.commitments)}
    context = {
        "page_title": _("%(figures)d figures, %(promises)d commitments") % counts,
        "page_note": f"{source.year} · {source.title}",
        "breadcrumbs": _crumbs(here=source.title),
        "source": source,
        "shown": shown,
        "warnings": [_(warning) for warning in report.document.warnings],
        "waiting": sum(one.item is None for one in proposals.items),
        "may_plan": _may_plan(request, source),
        "may_set": may_keep_figures(request.scope, source.area),
    }
    return render(request, "desk/reports/read.html", context)


def _may_plan(request: DeskRequest, source: SourceReport) -> bool:
    return may_create(request.scope, area_path=source.area.path, parent=None)


@page(roles=WRITERS, methods=FORM)
def edit_source(request: DeskRequest, source_id: int) -> HttpResponse:
    """Correct title and year of a report."""
    source = _found(request, source_id)
    form = SourceForm(request.POST or None, initial={"title": source.title, "year": source.year})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        act = lambda: correct_source(source, title=said["title"], year=said["year"], by=request.scope)  # noqa: E731
        if attempt(act, form, SourceError):
            return go_to(request, "desk:source_report", source.pk)
    title = _("Title and year")
    return form_page(request, title, forms=[form], breadcrumbs=_crumbs(_way(source), here=title))


def _way(source: SourceReport) -> tuple[str, str]:
    return source.title, reverse("desk:source_report", args=[source.pk])


@page(roles=WRITERS, methods=WRITING)
def put_aside(request: DeskRequest, source_id: int) -> HttpResponse:
    """Set a report aside that was read by mistake."""
    source = _found(request, source_id)
    try:
        set_source_aside(source, by=request.scope)
    except SourceError as error:
        messages.error(request, str(error))
        return go_to(request, "desk:source_report", source.pk)
    messages.success(request, _("Set aside. Reading it again brings it back."))
    return go_to(request, "desk:read_reports")


# ── take over ─────────────────────────────────────────────────────────────────────────────────────────


@page(roles=WRITERS, methods=FORM)
def adopt_report(request: DeskRequest, source_id: int) -> HttpResponse:
    """Show what a report proposes; what is confirmed is made and shown with a way to withdraw it."""
    source = _found(request, source_id)
    if request.method != "POST":
        return _show_sheet(request, source, Asked())
    edits, problems = read_edits(request.POST)
    try:
        if problems:
            raise AdoptionRefusedError(problems)
        made = adopt(source, edits, by=request.scope, signer=request.POST.get("signer", ""))
    except AdoptionRefusedError as error:
        return _show_sheet(request, source, Asked(request.POST, error.problems))
    except SourceError as error:
        messages.error(request, str(error))
        return go_to(request, "desk:adopt_report", source.pk)
    _tell(request, made)
    page_name = "source_report" if request.POST.get("back") == BACK_TO_TEXT else "adopt_report"
    return go_to(request, f"desk:{page_name}", source.pk)


def _tell(request: DeskRequest, made: Adoption | None) -> None:
    if made is None:
        messages.info(request, _("Nothing was chosen that is not there already."))
        return
    words = {"items": len(made.items), "targets": len(made.targets), "values": len(made.values)}
    messages.success(
        request,
        _("Taken over: %(items)d tasks, %(targets)d targets, %(values)d reported values.") % words,
    )


def _show_sheet(request: DeskRequest, source: SourceReport, asked: Asked) -> HttpResponse:
    proposals, may_plan = propose(source), _may_plan(request, source)
    may_set = may_keep_figures(request.scope, source.area)
    sheet = sheet_of(proposals, source.text, asked, may_plan=may_plan, may_set=may_set)
    context = {
        "page_title": _sheet_title(sheet),
        "page_note": f"{source.year} · {source.title}",
        "breadcrumbs": _crumbs(_way(source), here=_("Take over")),
        "source": source,
        "sheet": sheet,
        "may_plan": may_plan,
        "may_set": may_set,
        "signer": asked.given.get("signer", "") if asked.given is not None else request.user.name,
        "problems": _general(asked.problems, sheet),
        "adoptions": _standing_adoptions(source),
    }
    return render(request, "desk/reports/adopt.html", context, status=422 if asked.problems else 200)


def _sheet_title(sheet: AdoptSheet) -> str:
    rows = (*sheet.items, *sheet.targets, *sheet.values)
    words = {"open": sum(not row.made for row in rows), "made": sum(bool(row.made) for row in rows)}
    return _("%(open)d to confirm, %(made)d taken over") % words


def _general(problems: Mapping[str, str], sheet: AdoptSheet) -> list[str]:
    """Return the sentences that belong to no row, with how many rows have one of their own."""
    keys = {row.key for row in (*sheet.items, *sheet.targets, *sheet.values)}
    told = [sentence for key, sentence in problems.items() if key not in keys]
    at_rows = sum(key in keys for key in problems)
    if at_rows:
        told.append(_("Nothing was taken over: %(count)d rows need a look.") % {"count": at_rows})
    return told


def _standing_adoptions(source: SourceReport) -> list[Adoption]:
    return list(source.adoptions.filter(withdrawn_at=None)[:5])


@page(roles=WRITERS, methods=WRITING)
def withdraw_adoption(request: DeskRequest, adoption_id: int) -> HttpResponse:
    """Take back what was taken over at once, as far as nobody has touched it."""
    adoption = Adoption.objects.filter(
        pk=adoption_id, source__in=visible_sources(request.scope).order_by()
    ).first()
    if adoption is None:
        raise Http404
    try:
        done = withdraw(adoption, by=request.scope)
    except SourceError as error:
        messages.error(request, str(error))
    else:
        words = {"items": done.items, "targets": done.targets}
        messages.success(request, _("Withdrawn: %(items)d tasks, %(targets)d targets.") % words)
        if done.values:
            words = {"values": done.values}
            messages.info(
                request,
                _("%(values)d reported values stay: a signed figure is corrected, never removed.") % words,
            )
        if done.kept:
            titles = "、".join(done.kept[:5])
            messages.warning(request, _("Kept, somebody works on it: %(titles)s") % {"titles": titles})
    return go_to(request, "desk:adopt_report", adoption.source_id)
