"""Taking a step: the form of just what it needs, the act, and what to look at next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from zhenshu.doors.desk.access import FORM, WITH_PROVIDERS, WRITING, DeskRequest, page
from zhenshu.doors.desk.step_forms import (
    SECOND_LOOK,
    WITH_CANNED,
    StepAsked,
    StepForm,
    canned_replies,
    needs_file,
)
from zhenshu.doors.desk.uploads import keep_files
from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import (
    AttachmentRefusedError,
    CaseChangedError,
    StepIncompleteError,
    StepNotLawfulError,
)
from zhenshu.registers.cases.loop import STEPS, Given, Step, lawful_steps, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.routing import Matter, suggest
from zhenshu.registers.cases.visibility import find_case

# An officer who answers at once signs for the matter with the same click: step and the one taken before it.
TOGETHER = {"answer": "accept"}
# What a step can be taken back by, while nobody has gone on from there.
UNDONE_BY = {"dispatch": "take_back", "pause": "resume", "park": "unpark", "group": "ungroup"}
UNDO_WORDS = gettext_lazy("Taken back at once by the one who did it.")
ICONS = {
    "dispatch": "send", "accept": "user-check", "answer": "message", "verify": "clipboard-check",
    "call_back": "phone", "close": "circle-check", "archive": "archive", "contact": "phone",
    "add_assist": "users", "reply_assist": "message", "object": "alert-circle", "decide_objection": "gavel",
    "ask_extension": "clock", "decide_extension": "gavel", "hand_over": "user", "pause": "player-pause",
    "resume": "player-play", "park": "box-multiple", "unpark": "player-play", "return": "arrow-back-up",
    "take_back": "arrow-back-up", "reopen": "refresh", "reject": "ban", "withdraw": "ban",
    "merge": "git-merge", "group": "layers-intersect", "ungroup": "layers-intersect", "supervise": "flag-3",
    "reply_supervision": "message", "settle_supervision": "flag", "comment": "message-circle",
    "urge": "urgent", "correct": "edit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepButton:
    """A step that may be taken now, as a button."""

    action: str
    name: str
    url: str
    icon: str
    main: bool


def offered_steps(case: Case, by: Scope) -> list[Step]:
    """Return the steps this person may take now, and those that follow at once from one of them."""
    steps = lawful_steps(case, by=by)
    lawful = {step.action for step in steps}
    more = [STEPS[later] for later, first in TOGETHER.items() if first in lawful and later not in lawful]
    return [*steps, *more]


def step_buttons(case: Case, steps: list[Step]) -> list[StepButton]:
    """Return the steps as buttons, in the order of the loop's table."""
    order = {action: place for place, action in enumerate(STEPS)}
    return [
        StepButton(
            action=step.action,
            name=str(step.name),
            url=reverse("desk:step", args=[case.number, step.action]),
            icon=ICONS.get(step.action, "point"),
            main=step.main or step.action in LIKE_MAIN,
        )
        for step in sorted(steps, key=lambda one: order[one.action])
    ]


# Steps that somebody waits for: they stand beside those of the main track, not behind "more".
LIKE_MAIN = frozenset(
    {"decide_objection", "decide_extension", "reply_assist", "reply_supervision", "return", "supervise"}
)


def ask_step(case: Case, action: str, by: Scope) -> StepAsked:
    """Return the step as asked for, with a suggestion where an office is to be chosen; 404 for no step."""
    step = STEPS.get(action)
    if step is None:
        raise Http404(action)
    kind = case_kind_of(case.pack_version_id, case.kind)
    suggestion = suggest(Matter.of_case(case)) if action == "dispatch" else None
    return StepAsked(step=step, case=case, kind=kind, by=by, suggestion=suggestion)


def form_context(asked: StepAsked, form: StepForm, *, beside: bool) -> dict[str, Any]:
    """Return what the form of a step is drawn from."""
    return {
        "form": form,
        "step": asked.step,
        "case": asked.case,
        "beside": beside,
        "icon_name": ICONS.get(asked.step.action, "point"),
        "action_url": reverse("desk:step", args=[asked.case.number, asked.step.action]),
        "canned": canned_replies(asked),
        "with_canned": asked.step.action in WITH_CANNED,
        "suggestion": asked.suggestion,
        "second_look": SECOND_LOOK.get(asked.step.action, ""),
        "signs_too": TOGETHER.get(asked.step.action) and not _is_lawful(asked),
        "needs_file": needs_file(asked) and not asked.case.attachments.exists(),
        "file_rule": asked.kind.attachments,
    }


def _is_lawful(asked: StepAsked) -> bool:
    return asked.step.lawful(asked.case, asked.kind)


@page(methods=FORM, roles=WITH_PROVIDERS)
def step(request: DeskRequest, number: str, action: str) -> HttpResponse:
    """Show the form of a step, or take the step; a refusal comes back with its sentence at its field."""
    case = find_case(number, request.scope)
    asked = ask_step(case, action, request.scope)
    beside = "beside" in request.POST or "beside" in request.GET
    posted = request.POST if request.method == "POST" else None
    form = StepForm(asked, posted, into=request.GET.get("into", ""))
    if request.method != "POST":
        _refuse_unlawful(asked, request.scope)
    if request.method == "POST" and form.is_valid():
        taken, status = _try(request, form)
        if taken is not None:
            return _went_well(request, taken, asked, beside=beside)
        return _show_form(request, asked, form, beside=beside, status=status)
    return _show_form(request, asked, form, beside=beside, status=422 if form.errors else 200)


def _refuse_unlawful(asked: StepAsked, by: Scope) -> None:
    """Keep the form of a step from those who could not take it."""
    if asked.step.action not in {step.action for step in offered_steps(asked.case, by)}:
        raise PermissionDenied(_("“%(step)s” is not possible here and now.") % {"step": asked.step.name})


def _show_form(
    request: DeskRequest, asked: StepAsked, form: StepForm, *, beside: bool, status: int
) -> HttpResponse:
    context = form_context(asked, form, beside=beside)
    context["page_title"] = f"{asked.step.name} · {asked.case.number}"
    template = "desk/cases/step.html" if request.htmx else "desk/cases/step_page.html"
    return render(request, template, context, status=status)


def _try(request: DeskRequest, form: StepForm) -> tuple[Case | None, int]:
    """Take the step; return the case, or None with the status of the refusal, which stands in the form."""
    try:
        return take(request, form), 200
    except StepIncompleteError as error:
        form.add_problems(error.problems)
        return None, 422
    except AttachmentRefusedError as error:
        form.add_error(None, str(error))
        return None, 422
    except (CaseChangedError, StepNotLawfulError) as error:
        form.add_error(None, str(error))
        return None, 409


def take(request: DeskRequest, form: StepForm) -> Case:
    """Take the step of a valid form with all that goes with it; all of it holds, or nothing."""
    asked, given = form.asked, form.given()
    version = form.cleaned_data.get("version")
    with transaction.atomic():
        files = keep_files(request.FILES.getlist("files"), asked.case, by=asked.by, step=asked.step.action)
        before = _steps_before(asked, form)
        for action, more in before:
            taken = take_step(asked.case.pk, action, by=asked.by, given=more, version=version)
            version = taken.version
        if files:
            given = replace(given, attachments=files)
        return take_step(asked.case.pk, asked.step.action, by=asked.by, given=given, version=version)


def _steps_before(asked: StepAsked, form: StepForm) -> list[tuple[str, Given]]:
    """Return the steps that one click takes first: filing under a category, signing for the matter."""
    steps = []
    category = form.cleaned_data.get("category")
    if category:
        steps.append(("correct", Given(changes={"category": category})))
    first = TOGETHER.get(asked.step.action)
    if first and not _is_lawful(asked) and STEPS[first].lawful(asked.case, asked.kind):
        steps.append((first, Given()))
    return steps


def _went_well(request: DeskRequest, case: Case, asked: StepAsked, *, beside: bool) -> HttpResponse:
    """Say what was done, with a way back where there is one; beside the list, call up the next matter."""
    said = _("%(step)s: %(number)s") % {"step": asked.step.name, "number": case.number}
    undo = _undo_url(case, asked.step.action, request.scope)
    if beside and request.htmx:
        answer = HttpResponse()
        trigger_client_event(answer, "case-done", {"number": case.number, "text": said, "undo": undo})
        return answer
    messages.success(request, said, extra_tags=f"undo:{undo}" if undo else "")
    if request.htmx:
        return HttpResponseClientRedirect(reverse("desk:case", args=[case.number]))
    return redirect("desk:case", case.number)


def _undo_url(case: Case, action: str, by: Scope) -> str:
    """Return where the step can be taken back, if this person may do so."""
    back = UNDONE_BY.get(action)
    if not back or back not in {step.action for step in lawful_steps(fresh(case, by), by=by)}:
        return ""
    return reverse("desk:undo", args=[case.number, back])


def fresh(case: Case, by: Scope) -> Case:
    """Return the case as stored now."""
    return find_case(case.pk, by)


@page(methods=WRITING, roles=WITH_PROVIDERS)
def undo(request: DeskRequest, number: str, back: str) -> HttpResponse:
    """Take a step back that was a slip of the hand."""
    if back not in UNDONE_BY.values():
        raise Http404(back)
    case = find_case(number, request.scope)
    try:
        take_step(case.pk, back, by=request.scope, given=Given(opinion=str(UNDO_WORDS)))
    except (StepNotLawfulError, StepIncompleteError) as error:
        messages.error(request, str(error))
        return HttpResponse(status=409)
    messages.success(request, _("Taken back: %(number)s") % {"number": number})
    return HttpResponse(status=204)
