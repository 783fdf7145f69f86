"""Several matters at once: looked at a second time, taken one by one, each refusal told by its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import WRITING, DeskRequest, page
from zhenshu.doors.desk.case_rows import case_rows
from zhenshu.doors.desk.pack_fields import office_choices
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import StepError
from zhenshu.registers.cases.loop import STEPS, Given, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.routing import Matter, suggest
from zhenshu.registers.cases.visibility import visible_cases

MOST_AT_ONCE = 200
SUGGESTED = "suggested"


@dataclass(slots=True)
class BulkResult:
    """How many matters took the step, and what each of the others said."""

    done: int = 0
    refused: list[str] = field(default_factory=list)


@page(methods=WRITING, roles=(Role.DISPATCHER, Role.SECRETARY))
def bulk(request: DeskRequest, act: str) -> HttpResponse:
    """Show the chosen matters and what is still to be said; with *sure*, take the step on each."""
    if act not in FORMS:
        raise Http404(act)
    chosen = _chosen(request)
    if not chosen:
        messages.warning(request, _("Choose at least one matter."))
        return redirect("desk:cases")
    sure = "sure" in request.POST
    form = FORMS[act](chosen, request.POST if sure else None)
    if sure and form.is_valid():
        _tell(request, act, take_bulk(act, chosen, form, by=request.scope))
        return redirect("desk:cases")
    context = {
        "page_title": _("%(step)s: %(count)d matters") % {"step": STEPS[act].name, "count": len(chosen)},
        "act": act,
        "step": STEPS[act],
        "form": form,
        "rows": case_rows(chosen),
        "now": timezone.now(),
    }
    return render(request, "desk/inbox/bulk.html", context, status=422 if form.errors else 200)


def _chosen(request: DeskRequest) -> list[Case]:
    keys = request.POST.getlist("key")[:MOST_AT_ONCE]
    cases = visible_cases(request.scope).filter(number__in=keys).order_by("queue_at", "pk")
    return list(cases.select_related("area", "lead_office", "handler").defer("area__boundary"))


class DispatchForm(forms.Form):
    """One office for all, or for each the one that is suggested."""

    def __init__(self, cases: Sequence[Case], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        offices = [(SUGGESTED, _("Each to the office suggested for it")), *office_choices()]
        self.fields["office"] = forms.ChoiceField(label=_("Office"), choices=offices)
        self.fields["opinion"] = forms.CharField(
            label=_("Instruction"), required=False, widget=forms.Textarea(attrs={"rows": 2})
        )


class IntoForm(forms.Form):
    """The matter that the others are put under or merged into: one of the chosen, or another."""

    def __init__(self, cases: Sequence[Case], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        listed = [(case.number, f"{case.number} {case.title}") for case in cases]
        self.fields["into"] = forms.ChoiceField(
            label=_("Which is the one that stays?"), choices=[*listed, ("", _("Another matter"))],
            widget=forms.RadioSelect, initial=listed[0][0], required=False,
        )  # fmt: skip
        self.fields["other"] = forms.CharField(
            label=_("Number of the other matter"), max_length=40, required=False
        )

    def clean(self) -> dict[str, str]:
        given: dict[str, str] = super().clean() or {}
        given["into"] = given.get("into") or given.get("other", "").strip()
        if not given["into"]:
            self.add_error("other", _("Name the matter."))
        return given


FORMS: Mapping[str, type[DispatchForm] | type[IntoForm]] = {
    "dispatch": DispatchForm,
    "group": IntoForm,
    "merge": IntoForm,
}


def take_bulk(act: str, cases: Sequence[Case], form: forms.Form, *, by: Scope) -> BulkResult:
    """Take the step on each case in a transaction of its own; what is refused does not stop the others."""
    result = BulkResult()
    for case in cases:
        given = _given(act, case, form)
        if given is None:
            continue
        try:
            take_step(case.pk, act, by=by, given=given)
        except StepError as error:
            result.refused.append(f"{case.number}: {error}")
        else:
            result.done += 1
    return result


def _given(act: str, case: Case, form: forms.Form) -> Given | None:
    """Return what the step carries for this case; None for the one that stays as it is."""
    if act != "dispatch":
        into = form.cleaned_data["into"]
        return None if into == case.number else Given(into=into)
    opinion, office = form.cleaned_data["opinion"], form.cleaned_data["office"]
    if office != SUGGESTED:
        return Given(office=int(office), opinion=opinion)
    found = suggest(Matter.of_case(case))
    if found.office is None:
        return Given(opinion=opinion)
    assist = tuple(one.pk for one in found.assisting)
    return Given(office=found.office.office.pk, assist=assist, opinion=opinion)


def _tell(request: DeskRequest, act: str, result: BulkResult) -> None:
    if result.done:
        said = _("%(step)s: %(count)d done.") % {"step": STEPS[act].name, "count": result.done}
        messages.success(request, said)
    if result.refused:
        messages.error(request, "；".join(result.refused[:10]))
