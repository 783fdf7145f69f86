"""Take a warning up at the desk: a visit to be made by one click, or a visit already made by a few words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.economy_parts import economy_page
from zhenshu.doors.desk.engine_parts import day_input
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.lists import crumbs
from zhenshu.ground.packs.schema import PanelKind
from zhenshu.measures.economy.errors import WarningGoneError, WarningTakenError
from zhenshu.measures.economy.kinds import find_kind
from zhenshu.measures.economy.months import in_words, month_of
from zhenshu.measures.economy.taking import keep_visit, open_visit
from zhenshu.registers.blocks.errors import BlockError, RecordNotAllowedError
from zhenshu.registers.cases.errors import CaseError, StepNotAllowedError
from zhenshu.registers.dossiers.visibility import find_dossier


class VisitForm(forms.Form):
    """What a visit found, and the day it was made."""

    day = forms.DateField(label=gettext_lazy("Visited on"), widget=day_input())
    said = forms.CharField(
        label=gettext_lazy("What was found"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


@economy_page(methods=WRITING)
def open_economy_visit(request: DeskRequest, code: str, dossier_id: int, month: str) -> HttpResponse:
    """Open a visit for the warning of a month; a second click leads to the list, which shows the first."""
    kind, key = find_kind(code, PanelKind), _month(month)
    try:
        case = open_visit(kind, dossier_id, key, by=request.scope)
    except StepNotAllowedError:
        raise
    except (WarningGoneError, WarningTakenError, CaseError) as error:
        messages.warning(request, str(error))
        return _to_list(request, key)
    messages.success(request, _("%(number)s: %(title)s") % {"number": case.number, "title": case.title})
    return _to_list(request, key)


@economy_page(methods=FORM)
def keep_economy_visit(request: DeskRequest, code: str, dossier_id: int, month: str) -> HttpResponse:
    """Keep a visit that was made because of a warning."""
    kind, key = find_kind(code, PanelKind), _month(month)
    dossier = find_dossier(dossier_id, request.scope)
    form = VisitForm(request.POST or None, initial={"day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> object:
            return keep_visit(kind, dossier_id, key, said=said["said"], day=said["day"], by=request.scope)

        if _attempted(act, form):
            messages.success(request, _("The visit is kept."))
            return _to_list(request, key)
    title = _("%(title)s: visit for the warning of %(month)s") % {
        "title": title_for(dossier, request.scope), "month": in_words(key),
    }  # fmt: skip
    way: list[Link] = crumbs((_("Warnings"), "economy_warnings"), here=title)
    return form_page(request, title, forms=[form], breadcrumbs=way)


def _attempted(act: Any, form: forms.Form) -> bool:
    try:
        return attempt(act, form, (WarningGoneError, WarningTakenError, CaseError)) is not None
    except RecordNotAllowedError:
        raise
    except BlockError as error:
        form.add_error(None, str(error))
        return False


def _month(text: str) -> str:
    month = month_of(text)
    if month is None:
        raise Http404(text)
    return month.key


def _to_list(request: DeskRequest, month: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('desk:economy_warnings')}?month={month}")
