"""The public pages besides the form: the entrance, following a matter, answers, the guide, a spot."""

from __future__ import annotations

import contextlib
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.portal.forms import FollowForm, JudgeForm
from zhenshu.doors.portal.reporting import FORM, SECTIONS, title_of_section
from zhenshu.doors.portal.visitors import address_of, let_in, public, receipt_in, words_sought
from zhenshu.registers.cases.errors import StepError
from zhenshu.registers.portal.codes import find_receipt, scope_of_holder
from zhenshu.registers.portal.errors import CodeUnknownError, PortalError
from zhenshu.registers.portal.following import act, judge, progress_of
from zhenshu.registers.portal.limits import knock, refuse_too_often
from zhenshu.registers.portal.models import Mark, Publication, PublicationState, Receipt
from zhenshu.registers.portal.publishing import published
from zhenshu.registers.portal.receiving import kinds_of
from zhenshu.registers.portal.spots import find_spot, rate_spot

ANSWERS_A_PAGE = 10
LATEST = 3


@public()
def show_entrance(request: HttpRequest) -> HttpResponse:
    """Show what one can do here; a scanned sign leads on to its own page."""
    if request.GET.get("at"):
        return redirect("portal:spot", code=request.GET["at"][:40])
    sections = [(section, title_of_section(section), kinds_of(section)) for section in SECTIONS]
    context = {
        "page_title": "",
        "sections": [one for one in sections if one[2]],
        "latest": published()[:LATEST],
    }
    return render(request, "portal/entrance.html", context)


@public()
def show_privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept, why, for how long, and who sees it."""
    return render(request, "portal/privacy.html", {"page_title": _("What happens to your data")})


# ── follow ────────────────────────────────────────────────────────────────────────────────────────────


@public(*FORM)
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for number and code; both right opens the matter, anything else has one and the same answer."""
    given = {"number": request.GET.get("number", "")}
    form = FollowForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        receipt = _open(request, form)
        if receipt is not None:
            return let_in(redirect("portal:matter", number=receipt.case.number), receipt)
    status = 422 if form.errors else 200
    context = {"page_title": _("What became of my report"), "form": form}
    return render(request, "portal/follow.html", context, status=status)


def _open(request: HttpRequest, form: FollowForm) -> Receipt | None:
    now, address = timezone.now(), address_of(request)
    try:
        refuse_too_often("wrong_code", address, at=now)
        return find_receipt(form.cleaned_data["number"], form.cleaned_data["code"])
    except CodeUnknownError as error:
        form.add_error(None, str(error))
        with contextlib.suppress(PortalError):
            knock("wrong_code", address, at=now)
    except PortalError as error:
        form.add_error(None, str(error))
    return None


@public(*FORM)
def show_matter(request: HttpRequest, number: str) -> HttpResponse:
    """Show where a matter stands to the browser that opened it, and take its holder's acts."""
    receipt = receipt_in(request, number)
    if receipt is None:
        return redirect(f"/portal/follow/?number={number}")
    problem, done = "", ""
    form = JudgeForm()
    if request.method == "POST":
        form = JudgeForm(request.POST) if request.POST.get("act") == "judge" else form
        problem, done = _act(request, receipt, form)
        if done:
            form = JudgeForm()
    by = scope_of_holder(receipt.case_id)
    receipt.case.refresh_from_db()
    progress = progress_of(receipt.case, by)
    context = {
        "page_title": progress.number, "progress": progress, "form": form, "problem": problem, "done": done,
    }  # fmt: skip
    return render(request, "portal/matter.html", context, status=422 if problem else 200)


def _act(request: HttpRequest, receipt: Receipt, form: JudgeForm) -> tuple[str, str]:
    """Take the act and return (what is wrong, what was done), one of the two."""
    now, action = timezone.now(), request.POST.get("act", "")
    by = scope_of_holder(receipt.case_id)
    words, reason = request.POST.get("words", ""), request.POST.get("reason", "")
    try:
        knock("act", address_of(request), at=now)
        if action != "judge":
            act(receipt.case, action, words=words, reason=reason, by=by, at=now)
            return "", _("Done.")
        if not form.is_valid():
            return _("Please answer both questions."), ""
        said = form.cleaned_data
        judge(
            receipt.case,
            solved=said["solved"],
            satisfied=said["satisfied"],
            words=said["words"],
            by=by,
            at=now,
        )
    except (StepError, PortalError) as error:
        return str(error), ""
    return "", _("Thank you. Your word is on the file.")


@public("POST")
def leave(request: HttpRequest) -> HttpResponse:
    """Forget which matter this browser opened: phones are lent and shared."""
    response = redirect("portal:entrance")
    response.delete_cookie("zs_matter", path="/portal/")
    return response


# ── answers for everybody ─────────────────────────────────────────────────────────────────────────────


@public()
def list_answers(request: HttpRequest) -> HttpResponse:
    """Show the published answers, the newest first."""
    words = words_sought(request)
    pages = Paginator(published(words), ANSWERS_A_PAGE)
    context = {
        "page_title": _("Questions and answers"),
        "words": words,
        "answers": pages.get_page(request.GET.get("page")),
        "count": pages.count,
    }
    return render(request, "portal/answers.html", context)


@public()
def show_answer(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Show one published answer."""
    one = get_object_or_404(Publication, pk=answer_id, state=PublicationState.PUBLISHED)
    return render(request, "portal/answer.html", {"page_title": one.title, "one": one})


# ── a spot ────────────────────────────────────────────────────────────────────────────────────────────


@public(*FORM)
def show_spot(request: HttpRequest, code: str) -> HttpResponse:
    """Show the page behind a sign: what the place is, who looks after it, report, rate."""
    spot = find_spot(code)
    if spot is None:
        return render(
            request, "portal/no_spot.html", {"page_title": _("This sign is no longer in use")}, status=404
        )
    context: dict[str, Any] = {"page_title": spot.name, "spot": spot, "marks": Mark.choices}
    context["kinds"] = kinds_of("report")
    status = 200
    if request.method == "POST":
        try:
            knock("rating", address_of(request), at=timezone.now())
            rate_spot(spot, request.POST.get("mark", ""), request.POST.get("words", ""), at=timezone.now())
            context["done"] = _("Thank you.")
        except PortalError as error:
            context["problem"], status = str(error), 422
    return render(request, "portal/spot.html", context, status=status)
