"""Correct what a matter says; no deadline gets a new start by it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import FORM, DeskRequest, page
from zhenshu.doors.desk.pack_fields import PREFIX, area_choices, entered_fields, pack_field
from zhenshu.doors.desk.step_forms import category_choices
from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import CaseChangedError, StepIncompleteError, StepNotLawfulError
from zhenshu.registers.cases.loop import Given, lawful_steps, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import find_case

TEXTS = ("title", "description", "category", "priority", "address")


class CorrectForm(forms.Form):
    """What of a matter may be corrected, filled with what it says now."""

    def __init__(self, case: Case, kind: CaseKind, scope: Scope, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="case-%s")
        self.case, self.kind = case, kind
        fields: dict[str, forms.Field] = {
            "title": forms.CharField(label=_("Matter"), max_length=120),
            "description": forms.CharField(
                label=_("Description"),
                required=False,
                max_length=20_000,
                widget=forms.Textarea(attrs={"rows": 4}),
            ),
            "priority": forms.ChoiceField(label=_("Priority"), choices=list(kind.priorities.items())),
            "address": forms.CharField(label=_("Address"), required=False, max_length=200),
            "area": forms.ChoiceField(label=_("Area"), choices=area_choices(scope)),
        }
        if kind.categories:
            choices = category_choices(kind)
            fields["category"] = forms.ChoiceField(label=_("Category"), choices=choices, required=False)
        for name, field in fields.items():
            field.initial = str(case.area_id) if name == "area" else getattr(case, name)
        self.fields |= fields
        for key, declared in kind.fields.items():
            if not declared.sensitive or scope.sensitive:
                self.fields[f"{PREFIX}{key}"] = pack_field(declared, scope)
                self.fields[f"{PREFIX}{key}"].initial = case.fields.get(key)
        self.fields["version"] = forms.IntegerField(initial=case.version, widget=forms.HiddenInput)

    def given(self) -> Given:
        """Return only what differs from what the matter says."""
        said = self.cleaned_data
        changes: dict[str, Any] = {
            name: said[name] for name in TEXTS if name in said and said[name] != getattr(self.case, name)
        }
        if said.get("area") and int(said["area"]) != self.case.area_id:
            changes["area"] = int(said["area"])
        shown = {key: one for key, one in self.kind.fields.items() if f"{PREFIX}{key}" in self.fields}
        return Given(changes=changes, fields=entered_fields(shown, self.data))


@page(methods=FORM)
def correct_case(request: DeskRequest, number: str) -> HttpResponse:
    """Show what a matter says as a form, or store the corrections."""
    case = find_case(number, request.scope)
    if "correct" not in {step.action for step in lawful_steps(case, by=request.scope)}:
        raise PermissionDenied
    kind = case_kind_of(case.pack_version_id, case.kind)
    form = CorrectForm(case, kind, request.scope, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _correct(form, request.scope):
        messages.success(request, _("Corrected: %(number)s") % {"number": number})
        return redirect("desk:case", number)
    context = {"page_title": _("Correct %(number)s") % {"number": number}, "form": form, "case": case}
    return render(request, "desk/cases/correct.html", context, status=422 if form.errors else 200)


def _correct(form: CorrectForm, by: Scope) -> bool:
    version = form.cleaned_data["version"]
    try:
        take_step(form.case.pk, "correct", by=by, given=form.given(), version=version)
    except StepIncompleteError as error:
        for key, sentence in error.problems.items():
            form.add_error(key if key in form.fields else None, str(sentence))
        return False
    except (CaseChangedError, StepNotLawfulError) as error:
        form.add_error(None, str(error))
        return False
    return True
