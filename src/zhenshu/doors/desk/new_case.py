"""A new matter: the kind first, then only what it asks; area, office and deadline follow."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, page
from zhenshu.doors.desk.case_following import follow_matter
from zhenshu.doors.desk.case_forms import CaseForm
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.taking_in import open_once
from zhenshu.doors.desk.uploads import keep_files
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import (
    AttachmentRefusedError,
    CaseInvalidError,
    StepError,
)
from zhenshu.registers.cases.loop import Given, lawful_steps, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import find_case

RECENT_LOOKED_AT, RECENT_SHOWN = 60, 5
# What a link to the form may say already.
PREFILLED = ("lon", "lat", "area", "title", "description")


@dataclass(frozen=True, slots=True)
class KindGroup:
    """The kinds of one business line."""

    title: str
    kinds: Sequence[CaseKind]


@page()
def choose_kind(request: DeskRequest) -> HttpResponse:
    """Show the kinds this person may take in: those used last, then all by business line."""
    groups = list(_groups(request.scope))
    if not groups:
        raise PermissionDenied
    context = {
        "page_title": _("New matter"),
        "recent": recent_kinds(request.scope),
        "groups": groups,
        "from_file": request.scope.has_role(OFFICE_ROLES),
    }
    return render(request, "desk/cases/new_kinds.html", context)


def _groups(scope: Scope) -> Iterable[KindGroup]:
    allowed = library().kinds_for_new_case(scope.roles)
    for key, pack in library().packs.items():
        kinds = [kind for kind in allowed if kind.pack == key]
        if kinds:
            yield KindGroup(pack.name, kinds)


def recent_kinds(scope: Scope) -> list[CaseKind]:
    """Return the kinds this person took in last, the newest first."""
    mine = Case.objects.filter(reported_by_id=scope.user_id or 0).order_by("-opened_at")
    codes = dict.fromkeys(mine.values_list("kind", flat=True)[:RECENT_LOOKED_AT])
    allowed = {kind.full_code: kind for kind in library().kinds_for_new_case(scope.roles)}
    return [allowed[code] for code in codes if code in allowed][:RECENT_SHOWN]


def allowed_kind(code: str, scope: Scope) -> CaseKind:
    """Return the kind if it is in force and this person may take it in; 404 or 403 otherwise."""
    kind = library().case_kinds.get(code)
    if kind is None:
        raise Http404(code)
    if kind not in library().kinds_for_new_case(scope.roles):
        raise PermissionDenied
    return kind


@page(methods=FORM)
def new_case(request: DeskRequest, kind: str) -> HttpResponse:
    """Show the form of a kind, or take the matter in; the same form sent twice makes one matter."""
    declared = allowed_kind(kind, request.scope)
    initial = {"once": uuid.uuid4().hex, **{name: request.GET.get(name, "") for name in PREFILLED}}
    form = CaseForm(
        declared, request.scope, request.POST if request.method == "POST" else None, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        case = take_in(request, form)
        if case is not None:
            return _thank(request, case, form)
    context = {
        "page_title": _("New matter: %(kind)s") % {"kind": declared.name},
        "kind": declared,
        "form": form,
        "land": form.land(),
        "draft": draft_key(declared),
    }
    return render(request, "desk/cases/new.html", context, status=422 if form.errors else 200)


def new_case_url(kind: str, **said: str) -> str:
    """Return the address of the form of a kind with what is known already filled in."""
    return f"{reverse('desk:new_case_of', args=[kind])}?{urlencode(said)}"


def draft_key(kind: CaseKind) -> str:
    """Return the name under which the browser keeps what was typed for a new matter of *kind*."""
    return f"new-{kind.full_code}"


def take_in(request: DeskRequest, form: CaseForm) -> Case | None:
    """Open the case with its files, joined to another where asked; None when the form says why not."""
    given = form.cleaned_data

    def also(case: Case) -> None:
        keep_files(request.FILES.getlist("files"), case, by=request.scope, step="opened")
        _join(case, given.get("join", ""), request.scope)

    try:
        case, _again = open_once(form.draft(), by=request.scope, mark=given.get("once", ""), also=also)
    except CaseInvalidError as error:
        form.add_problems(error.problems)
    except (AttachmentRefusedError, StepError) as error:
        form.add_error(None, str(error))
    else:
        return case
    return None


def _join(case: Case, number: str, by: Scope) -> None:
    """Merge the new matter into the one it repeats; who may not merge leaves a word there instead."""
    if not number:
        return
    fresh = find_case(case.pk, by)
    if "merge" in {step.action for step in lawful_steps(fresh, by=by)}:
        take_step(case.pk, "merge", by=by, given=Given(into=number))
        return
    other = find_case(number, by)
    told = _("Reported again as %(number)s: %(title)s") % {"number": case.number, "title": case.title}
    take_step(other.pk, "comment", by=by, given=Given(opinion=told))


def _thank(request: DeskRequest, case: Case, form: CaseForm) -> HttpResponse:
    said = _("Taken in as %(number)s.") % {"number": case.number}
    messages.success(request, said, extra_tags=f"draft-done:{draft_key(form.kind)}")
    return redirect("desk:case", case.number)


@page(methods=WRITING)
def follow(request: DeskRequest, kind: str) -> HttpResponse:
    """Answer what follows from what was typed so far: area, category, office, deadlines, like matters."""
    declared = allowed_kind(kind, request.scope)
    context = {"found": follow_matter(declared, request.POST, request.scope), "kind": declared}
    return render(request, "desk/cases/follow.html", context)
