"""The writer: a report kept as draft and editions, its words, its figures, its publication."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row
from zhenshu.doors.desk.context import WRITERS
from zhenshu.doors.desk.exports import attachment_header
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.lists import Listing, crumbs, read_asked, show_listing
from zhenshu.doors.desk.report_area import home_area
from zhenshu.doors.desk.report_writer_view import length_note, report_context
from zhenshu.papers.publishing import acts
from zhenshu.papers.publishing.changes import Changed, changes_since
from zhenshu.papers.publishing.content import composed_of, sentence_of, shown, text_of, words_of
from zhenshu.papers.publishing.errors import (
    PublishingError,
    ReportNotAllowedError,
    ReportNotFoundError,
)
from zhenshu.papers.publishing.models import Report
from zhenshu.papers.publishing.rights import find_report, require_writer
from zhenshu.papers.writing.layout import write_official
from zhenshu.papers.writing.report_paper import paper_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class VersionForm(forms.Form):
    """Carries the version a person saw through a form."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class WordsForm(VersionForm):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    opening = forms.CharField(
        label=gettext_lazy("Opening words"), required=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    closing = forms.CharField(
        label=gettext_lazy("Closing words"), required=False, widget=forms.Textarea(attrs={"rows": 5})
    )


class OverrideForm(VersionForm):
    shown = forms.CharField(label=gettext_lazy("Write instead"), max_length=24)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(VersionForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class SentenceForm(VersionForm):
    """The words between the figures of a sentence; the figures stand fast."""

    def __init__(self, words: Sequence[str], *given: object, **said: object) -> None:
        super().__init__(*given, **said)  # type: ignore[arg-type]
        for number, text in enumerate(words):
            self.fields[f"words-{number}"] = forms.CharField(
                required=False, strip=False, initial=text, widget=forms.Textarea(attrs={"rows": 1})
            )

    def said(self) -> list[str]:
        return [str(self.cleaned_data[name]) for name in self.fields if name.startswith("words-")]


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────


@page(roles=WRITERS)
def show_report(request: DeskRequest, report_id: int) -> HttpResponse:
    """Show a kept report: outline, text, the figure pointed at; ``beside=1`` puts last year's beside it."""
    report = _find(request, report_id)
    context = report_context(report, request.scope, beside=request.GET.get("beside") == "1")
    context |= {
        "page_title": report.title,
        "page_note": edition_words(report),
        "breadcrumbs": crumbs((_("Reports"), "reports"), here=report.title),
    }
    return render(request, "desk/reports/writer.html", context)


def edition_words(report: Report) -> str:
    """Return what state an edition is in, in a few words."""
    words = {"edition": report.edition, "state": report.get_state_display()}
    return _("Edition %(edition)d · %(state)s") % words


@page(roles=WRITERS)
def print_report(request: DeskRequest, report_id: int) -> HttpResponse:
    """Show a kept report as a sheet of paper to print."""
    report = _find(request, report_id)
    composed = composed_of(report)
    context = {
        "page_title": report.title,
        "report": report,
        "composed": composed,
        "parts": [
            (_("Review of %(year)d") % {"year": report.year}, composed.part("review")),
            (_("Plan for %(year)d") % {"year": report.year + 1}, composed.part("plan")),
        ],
    }
    return render(request, "desk/reports/print.html", context)


@page(roles=WRITERS)
def report_docx(request: DeskRequest, report_id: int) -> HttpResponse:
    """Send a kept report as an official document; what was frozen and overridden stands as it is kept."""
    report = _find(request, report_id)
    with TemporaryDirectory(prefix="zhenshu-report-") as folder:
        path = Path(folder) / "report.docx"
        write_official(paper_of(composed_of(report)), path, provenance="appendix")
        response = HttpResponse(path.read_bytes(), content_type=DOCX)
    response["Content-Disposition"] = attachment_header(f"{report.title}.docx")
    return response


@page(roles=WRITERS)
def list_changes(request: DeskRequest, report_id: int) -> HttpResponse:
    """Show the figures that the ledger tells otherwise than the report."""
    report = _find(request, report_id)
    listing = Listing(
        name=_("Figures that changed since: %(title)s") % {"title": report.title},
        columns=[
            Column(title=_("Figure"), width="wide"),
            Column(title=_("In the report"), numeric=True),
            Column(title=_("Now"), numeric=True),
            Column(title=_("Difference"), numeric=True),
            Column(title=_("Definition"), phone=False),
        ],
        records=changes_since(report),
        rows=_change_rows,
        empty=_("No figure has changed since."),
    )
    trail = [*crumbs((_("Reports"), "reports"), here=""), Link(title=_("Changed since"))]
    trail[1] = Link(title=report.title, url=reverse("desk:report", args=[report.pk]))
    return show_listing(request, listing, read_asked(request, ()), breadcrumbs=trail)


def _change_rows(found: Sequence[Changed]) -> Iterable[Row]:
    for one in found:
        figure = one.figure
        redefined = _("Its definition changed too") if one.redefined else ""
        written = _("written: %(shown)s") % {"shown": figure.shown} if figure.override else ""
        yield Row(cells=[
            Cell(text=figure.name, url=figure.link, below=figure.code),
            Cell(text=one.then, below=written),
            Cell(text="–" if one.now is None else one.now, url=figure.link),
            Cell(text=one.difference),
            Cell(text=redefined, below=figure.version),
        ])  # fmt: skip


def _find(request: DeskRequest, report_id: int) -> Report:
    try:
        return find_report(report_id, request.scope)
    except ReportNotFoundError as error:
        raise Http404(str(error)) from error


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


def _writable(request: DeskRequest, report_id: int) -> Report:
    report = _find(request, report_id)
    try:
        require_writer(request.scope, report.area)
    except ReportNotAllowedError as error:
        raise PermissionDenied(str(error)) from error
    return report


def _form(
    request: DeskRequest, report: Report, form: forms.Form, act: Callable[[], Report], title: str, done: str,
    **more: object,
) -> HttpResponse:  # fmt: skip
    """Act on what was sent and go back to the report; show the form before that and after a refusal."""
    if request.method == "POST" and form.is_valid() and attempt(act, form, PublishingError) is not None:
        messages.success(request, done)
        return go_to(request, "desk:report", report.pk)
    trail = [
        Link(title=_("Reports"), url=reverse("desk:reports")),
        Link(title=report.title, url=reverse("desk:report", args=[report.pk])),
        Link(title=title),
    ]
    return form_page(request, title, forms=[form], breadcrumbs=trail, **more)


def _press(request: DeskRequest, report: Report, act: Callable[[int], Report], done: str) -> HttpResponse:
    """Act on a pressed button; what is refused is said on the report."""
    said = VersionForm(request.POST)
    version = said.cleaned_data["version"] if said.is_valid() else 0
    try:
        act(version)
    except PublishingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return go_to(request, "desk:report", report.pk)


@page(roles=WRITERS, methods=WRITING)
def start_report(request: DeskRequest, year: int) -> HttpResponse:
    """Start the draft of a year's report from what the ledger tells now."""
    if not 1949 <= year <= 2200:
        raise Http404
    area = home_area(request.scope)
    try:
        report = acts.start_draft(area, year, by=request.scope)
    except ReportNotAllowedError as error:
        raise PermissionDenied(str(error)) from error
    except PublishingError as error:
        messages.error(request, str(error))
        return go_to(request, "desk:composed_report", year)
    return go_to(request, "desk:report", report.pk)


@page(roles=WRITERS, methods=WRITING)
def derive_report(request: DeskRequest, report_id: int) -> HttpResponse:
    """Derive a draft anew; what was put by hand stays."""
    report = _writable(request, report_id)

    def act(version: int) -> Report:
        return acts.derive_anew(report, version=version, by=request.scope)

    return _press(request, report, act, _("Every figure is as the ledger tells it now."))


@page(roles=WRITERS, methods=FORM)
def write_words(request: DeskRequest, report_id: int) -> HttpResponse:
    """Write title, opening and closing."""
    report = _writable(request, report_id)
    initial = {name: getattr(report, name) for name in ("title", "opening", "closing", "version")}
    form = WordsForm(request.POST or None, initial=initial)
    return _form(
        request, report, form, lambda: acts.write_words(report, by=request.scope, **form.cleaned_data),
        _("Title, opening and closing"), _("Saved."), draft=f"report-words-{report.pk}",
    )  # fmt: skip


@page(roles=WRITERS, methods=FORM)
def word_sentence(request: DeskRequest, report_id: int, key: str) -> HttpResponse:
    """Word a sentence by hand, around its figures; ``derived`` takes it back to how it was derived."""
    report = _writable(request, report_id)
    sentence = sentence_of(report.content, key)
    if sentence is None:
        raise Http404(key)
    words, keys = words_of(sentence)
    form = SentenceForm(words, request.POST or None, initial={"version": report.version})

    def act() -> Report:
        said = None if "derived" in request.POST else form.said()
        return acts.word_sentence(report, key, said, version=form.cleaned_data["version"], by=request.scope)

    if request.method == "POST" and form.is_valid() and attempt(act, form, PublishingError) is not None:
        messages.success(request, _("Saved."))
        return go_to(request, "desk:report", report.pk)
    figures = [*(shown(report.content, one) for one in keys), ""]
    fields = [form[f"words-{number}"] for number in range(len(words))]
    context = {
        "page_title": _("Word this sentence"),
        "breadcrumbs": crumbs((_("Reports"), "reports"), here=report.title),
        "form": form,
        "pairs": list(zip(fields, figures, strict=True)),
        "text": text_of(sentence, report.content),
        "by_hand": "hand" in sentence,
        "report": report,
    }
    return render(request, "desk/reports/sentence.html", context, status=422 if form.errors else 200)


@page(roles=WRITERS, methods=WRITING)
def place_sentence(request: DeskRequest, report_id: int, key: str, way: str) -> HttpResponse:
    """Leave a sentence out (``out``) or take it in again (``in``)."""
    report, out = _writable(request, report_id), way == "out"

    def act(version: int) -> Report:
        return acts.leave_out(report, key, out=out, version=version, by=request.scope)

    done = (
        _("The sentence is left out; it can be taken in again.") if out else _("The sentence stands again.")
    )
    return _press(request, report, act, done)


@page(roles=WRITERS, methods=FORM)
def override_figure(request: DeskRequest, report_id: int, key: str) -> HttpResponse:
    """Write another number in a figure's place, for a reason."""
    report = _writable(request, report_id)
    figure = report.content["figures"].get(key)
    if figure is None:
        raise Http404(key)
    initial = {"version": report.version, "shown": shown(report.content, key)}
    form = OverrideForm(request.POST or None, initial=initial)
    words = {"name": figure["name"], "shown": figure["shown"]}
    return _form(
        request, report, form,
        lambda: acts.override_figure(report, key, by=request.scope, **form.cleaned_data),
        _("Override %(name)s: the ledger tells %(shown)s") % words,
        _("Both figures are shown, with the reason."),
    )  # fmt: skip


@page(roles=WRITERS, methods=WRITING)
def withdraw_override(request: DeskRequest, report_id: int, key: str) -> HttpResponse:
    """Let the ledger's own figure stand again."""
    report = _writable(request, report_id)

    def act(version: int) -> Report:
        return acts.withdraw_override(report, key, version=version, by=request.scope)

    return _press(request, report, act, _("The ledger's own figure stands again."))


@page(roles=WRITERS, methods=FORM)
def publish_report(request: DeskRequest, report_id: int) -> HttpResponse:
    """Publish a draft after a second look at what changed, what was overridden and how long it is."""
    report = _writable(request, report_id)
    form = VersionForm(request.POST or None, initial={"version": report.version})

    def act() -> Report:
        return acts.publish(report, version=form.cleaned_data["version"], by=request.scope)

    if request.method == "POST" and form.is_valid() and attempt(act, form, PublishingError) is not None:
        messages.success(request, _("The report is published; its text and figures are sealed."))
        return go_to(request, "desk:report", report.pk)
    composed = composed_of(report)
    context = {
        "page_title": _("Publish: %(title)s") % {"title": report.title},
        "breadcrumbs": crumbs((_("Reports"), "reports"), here=report.title),
        "report": report,
        "form": form,
        "changed": changes_since(report),
        "overridden": [one for one in {one.key: one for one in composed.figures}.values() if one.override],
        "figures": len(composed.figures),
        "length": length_note(composed.text),
    }
    return render(request, "desk/reports/publish.html", context, status=422 if form.errors else 200)


@page(roles=WRITERS, methods=FORM)
def withdraw_report(request: DeskRequest, report_id: int) -> HttpResponse:
    """Withdraw a published edition with the reason."""
    report = _writable(request, report_id)
    form = ReasonForm(request.POST or None, initial={"version": report.version})
    return _form(
        request, report, form, lambda: acts.withdraw(report, by=request.scope, **form.cleaned_data),
        _("Withdraw: %(title)s") % {"title": report.title},
        _("The edition is withdrawn; its text stays readable."),
    )  # fmt: skip


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────


def edition_columns() -> list[Column]:
    """Return the columns of a list of editions."""
    return [
        Column(title=_("Work report"), width="wide"),
        Column(title=_("State")),
        Column(title=_("Published"), phone=False),
        Column(title=_("Figures in it"), numeric=True, phone=False),
        Column(title=_("Changed since"), numeric=True),
    ]


def edition_rows(found: Iterable[Report]) -> Iterable[Row]:
    """Yield a line per edition; how many figures changed is told of drafts and of what is published."""
    for one in found:
        changed = len(changes_since(one)) if one.state != "withdrawn" else 0
        published = f"{timezone.localtime(one.published_at):%Y-%m-%d}" if one.published_at else ""
        yield Row(cells=[
            Cell(text=one.title, url=reverse("desk:report", args=[one.pk]),
                 below=_("Edition %(edition)d") % {"edition": one.edition}),
            Cell(text=one.get_state_display(), below=one.withdrawn_reason),
            Cell(text=published, below=one.published_by),
            Cell(text=str(len(one.content["figures"]))),
            Cell(text=str(changed), url=reverse("desk:report_changes", args=[one.pk]) if changed else ""),
        ])  # fmt: skip
