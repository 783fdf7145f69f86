"""The page of one matter, beside the list or by itself; its slip on paper; its whole file."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk import case_view
from zhenshu.doors.desk.access import WITH_PROVIDERS, DeskRequest, page
from zhenshu.doors.desk.case_rows import case_row
from zhenshu.doors.desk.case_steps import ask_step, form_context, offered_steps, step_buttons
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.exports import attachment_header
from zhenshu.doors.desk.step_forms import ASKS, StepForm
from zhenshu.ground.packs.registry import case_kind_of, library
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.attachments import open_attachment
from zhenshu.registers.cases.errors import CaseNotFoundError
from zhenshu.registers.cases.file_export import export_file, may_export
from zhenshu.registers.cases.loop import Step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.routing import Matter, suggest
from zhenshu.registers.cases.slip import slip_of
from zhenshu.registers.cases.story import story_of
from zhenshu.registers.cases.visibility import find_case, open_file

MOST_SLIPS = 100
# Content types a browser may show by itself; everything else is downloaded.
SHOWN_IN_BROWSER = ("image/jpeg", "image/png", "image/webp", "application/pdf")
# The step whose form stands on the page itself, first that may be taken.
FIRST_FORMS = ("decide_objection", "decide_extension", "dispatch", "answer", "accept", "reply_assist",
               "reply_supervision", "verify", "call_back", "close", "archive")  # fmt: skip


@page(roles=WITH_PROVIDERS)
def show_case(request: DeskRequest, number: str) -> HttpResponse:
    """Show a matter: beside the list when the inbox asks, else as a page of its own."""
    case = open_file(number, request.scope)
    beside = "beside" in request.GET
    context = case_context(case, request.scope, beside=beside)
    template = "desk/cases/beside.html" if beside and request.htmx else "desk/cases/case.html"
    return render(request, template, context)


def case_context(case: Case, by: Scope, *, beside: bool) -> dict[str, Any]:
    """Return everything the page of a matter shows."""
    kind = case_kind_of(case.pack_version_id, case.kind)
    lines = story_of(case, with_views=case.confidential and by.sensitive)
    shares = case_view.shares_of(case)
    steps = offered_steps(case, by)
    subjects = library().subjects_of(kind)
    return {
        "page_title": f"{case.number} {case.title}",
        "breadcrumbs": [
            Link(title=_("Matters"), url=reverse("desk:cases")),
            Link(title=kind.name, url=f"{reverse('desk:cases')}?list=open&kind={case.kind}"),
            Link(title=case.number),
        ],
        "case": case,
        "row": case_row(case),
        "kind": kind,
        "beside": beside,
        "may_export": may_export(case, by),
        "now": timezone.now(),
        "track": case_view.stage_marks(case, kind, lines),
        "story": case_view.story_entries(case, kind, lines),
        "clocks": case_view.clock_lines(case, kind),
        "shares": shares,
        "orders": case_view.orders_of(case) if case.supervised or not case.is_open else [],
        "facts": case_view.facts_of(case, kind, shares, by),
        "files": case_view.loose_files(case),
        "place": case_view.place_map(case),
        "subject": case_view.subject_card(case, by, subjects.name if subjects else ""),
        "joined": case_view.joined_cases(case, by),
        "origin": case_view.origin_of(case, by),
        **_step_context(case, kind, by, steps, beside=beside),
    }


def _step_context(
    case: Case, kind: CaseKind, by: Scope, steps: list[Step], *, beside: bool
) -> dict[str, Any]:
    """Return the form of the next step, and the others as buttons."""
    actions = {step.action for step in steps}
    first = next((action for action in FIRST_FORMS if action in actions), "")
    buttons = [one for one in step_buttons(case, steps) if one.action != first and one.action in SHOWN_STEPS]
    context: dict[str, Any] = {
        "main_steps": [one for one in buttons if one.main],
        "more_steps": [one for one in buttons if not one.main],
        "may_correct": "correct" in actions,
        "next": None,
    }
    if first:
        asked = ask_step(case, first, by)
        context["next"] = form_context(asked, StepForm(asked), beside=beside)
    return context


SHOWN_STEPS = frozenset(ASKS)


@page(roles=WITH_PROVIDERS)
def show_like(request: DeskRequest, number: str) -> HttpResponse:
    """Answer the matters that may tell of the same thing; asked for after the page is there."""
    case = find_case(number, request.scope)
    found = suggest(Matter.of_case(case)).duplicates
    seen = [one for one in found if _is_seen(one.case.number, request.scope)]
    context = {
        "likes": seen,
        "case": case,
        "rows": [case_row(one.case) for one in seen],
        "may_merge": case.is_open and request.scope.has_role({Role.DISPATCHER}),
        "now": timezone.now(),
    }
    return render(request, "desk/cases/like.html", context)


def _is_seen(number: str, by: Scope) -> bool:
    try:
        find_case(number, by)
    except CaseNotFoundError:
        return False
    return True


@page(roles=WITH_PROVIDERS)
def show_slip(request: DeskRequest, number: str) -> HttpResponse:
    """Show the slip (转办单) with which the matter goes to its office, ready to print."""
    context = {
        "page_title": f"{_('Slip')} {number}",
        "slips": [slip_of(number, request.scope)],
        "today": timezone.localdate(),
    }
    return render(request, "desk/cases/slip.html", context)


@page(roles=WITH_PROVIDERS)
def show_slips(request: DeskRequest) -> HttpResponse:
    """Show the slips of the chosen matters, one page each."""
    slips = [slip_of(number, request.scope) for number in request.GET.getlist("key")[:MOST_SLIPS]]
    context = {"page_title": _("Slips"), "slips": slips, "today": timezone.localdate()}
    return render(request, "desk/cases/slip.html", context)


@page(roles=WITH_PROVIDERS)
def whole_file(request: DeskRequest, number: str) -> HttpResponse:
    """Answer the whole file of a matter as one archive."""
    name, content = export_file(number, request.scope)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = attachment_header(name)
    return response


@page(roles=WITH_PROVIDERS)
def show_file(request: DeskRequest, number: str, file_id: int) -> FileResponse:
    """Answer a file of a matter; only pictures and PDF are shown in the browser."""
    file, place = open_attachment(file_id, request.scope)
    if find_case(number, request.scope).pk != file.case_id:
        raise CaseNotFoundError(number)
    response = FileResponse(place.open("rb"), content_type=file.content_type)
    if file.content_type not in SHOWN_IN_BROWSER or "download" in request.GET:
        response["Content-Disposition"] = attachment_header(file.name)
    # Whatever a file holds, nothing of it runs in our name.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["Cache-Control"] = "private, max-age=3600"
    return response
