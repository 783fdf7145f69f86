"""The patrol page for phones, what it sends, and the worker that keeps it at hand without a signal."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhenshu.doors.desk.access import WRITING, DeskRequest, page
from zhenshu.doors.desk.case_following import follow_matter
from zhenshu.doors.desk.case_rows import case_rows
from zhenshu.doors.desk.step_forms import category_choices
from zhenshu.doors.patrol.reports import last_reports, quick_kinds, take_in_report
from zhenshu.ground.people.models import Role
from zhenshu.registers.cases.errors import AttachmentRefusedError, CaseInvalidError

WALKERS = (Role.GRID_WORKER, Role.OFFICER, Role.DISPATCHER, Role.SECRETARY, Role.LEADER)
WORKER = Path(__file__).with_name("worker.js")


@page(roles=WALKERS)
def show_patrol(request: DeskRequest) -> HttpResponse:
    """Show the form of a report: a sentence, a picture, a place that fills itself."""
    kinds = quick_kinds(request.scope)
    if not kinds:
        raise PermissionDenied
    context = {
        "page_title": _("Report"),
        "kinds": kinds,
        "categories": category_choices(kinds[0])[1:],
        "rows": case_rows(last_reports(request.scope)),
        "now": timezone.now(),
    }
    return render(request, "desk/patrol/report.html", context)


@page(roles=WALKERS, methods=WRITING)
def send_report(request: DeskRequest) -> HttpResponse:
    """Take a report in; programs get JSON, a plain form goes back to the page."""
    try:
        sent = take_in_report(request.POST, request.FILES.getlist("photos"), request.scope)
    except CaseInvalidError as error:
        return _refused(request, error.problems)
    except AttachmentRefusedError as error:
        return _refused(request, {"photos": str(error)})
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"number": sent.number, "again": sent.again}, status=200 if sent.again else 201)
    messages.success(request, _("Taken in as %(number)s.") % {"number": sent.number})
    return redirect("desk:patrol")


def _refused(request: DeskRequest, problems: dict[str, str]) -> HttpResponse:
    sentences = " ".join(str(problem) for problem in problems.values())
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"problems": problems, "text": sentences}, status=422)
    messages.error(request, sentences)
    return redirect("desk:patrol")


@page(roles=WALKERS, methods=WRITING)
def follow_report(request: DeskRequest) -> HttpResponse:
    """Answer what follows from the words and the place: area, office, like matters."""
    kinds = {kind.full_code: kind for kind in quick_kinds(request.scope)}
    kind = kinds.get(request.POST.get("kind", "")) or next(iter(kinds.values()))
    posted = request.POST.copy()
    posted["title"] = posted.get("text", "")
    context = {"found": follow_matter(kind, posted, request.scope)}
    return render(request, "desk/patrol/follow.html", context)


@require_safe
def show_worker(request: HttpRequest) -> HttpResponse:
    """Answer the script that keeps the page at hand; with the files of the pages it renews itself."""
    script = WORKER.read_text(encoding="utf-8").replace("__VERSION__", settings.STATIC_VERSION)
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
