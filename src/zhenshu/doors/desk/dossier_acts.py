"""What is done to dossiers at the desk: open, correct, close, add readings, tie, merge doubles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.dossiers import dossier_kind, field_text, reference_names
from zhenshu.doors.desk.form_pages import form_page
from zhenshu.doors.desk.pack_fields import area_choices
from zhenshu.doors.desk.record_forms import RecordForm
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers import acts, readings, ties
from zhenshu.registers.dossiers.doubles import find_doubles
from zhenshu.registers.dossiers.errors import DossierError, DossierInvalidError
from zhenshu.registers.dossiers.models import Dossier, Relation
from zhenshu.registers.dossiers.visibility import find_dossier, may_see_sensitive, visible_dossiers

TODAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PlaceForm(forms.Form):
    """Where a dossier belongs and since when."""

    area = forms.ChoiceField(label=gettext_lazy("Area"))
    opened_on = forms.DateField(label=gettext_lazy("Opened on"), widget=TODAY)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices(scope)  # type: ignore[attr-defined]

    def place(self) -> Area:
        """Return the area chosen."""
        return Area.objects.get(pk=self.cleaned_data["area"])


class ClosingForm(forms.Form):
    """Since when a dossier is closed, and why."""

    on = forms.DateField(label=gettext_lazy("Closed on"), widget=TODAY)
    note = forms.CharField(
        label=gettext_lazy("Why"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReadingForm(forms.Form):
    """Which period a reading is for and who answers for it."""

    period = forms.CharField(label=gettext_lazy("Period"), max_length=30)
    signer = forms.CharField(label=gettext_lazy("Signer"), max_length=80)
    source = forms.CharField(label=gettext_lazy("Source"), max_length=120, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why it is replaced"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only where the period already has a reading; the old one is kept."),
    )


class TieForm(forms.Form):
    """Which tie, to which dossier, since when."""

    relation = forms.ChoiceField(label=gettext_lazy("Tie"))
    target = forms.CharField(
        label=gettext_lazy("Dossier"), max_length=200, help_text=gettext_lazy("Its name or its number")
    )
    since = forms.DateField(label=gettext_lazy("Since"), required=False, widget=TODAY)

    def __init__(self, kind: DossierKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, one.name) for code, one in kind.relations.items()]
        self.fields["relation"].choices = choices  # type: ignore[attr-defined]


def _crumbs(kind: DossierKind, dossier: Dossier | None, here: str) -> list[Link]:
    links = [
        Link(title=_("Dossiers"), url=reverse("desk:dossiers")),
        Link(title=kind.name, url=reverse("desk:dossiers_of", args=[kind.full_code])),
    ]
    if dossier is not None:
        links.append(Link(title=dossier.title, url=reverse("desk:dossier", args=[dossier.pk])))
    return [*links, Link(title=here)]


def _try(act: Callable[[], Any], form: RecordForm | None, other: forms.Form) -> Any:
    """Return what the act returns; None after its refusal, which then stands at the forms."""
    try:
        return act()
    except DossierInvalidError as error:
        problems: Mapping[str, str] = error.problems
        if form is not None:
            form.show_problems(problems)
        else:
            other.add_error(None, str(error))
    except DossierError as error:
        other.add_error(None, str(error))
    return None


# ── open and correct ──────────────────────────────────────────────────────────────────────────────────


@page(methods=FORM)
def new_dossier(request: DeskRequest, code: str) -> HttpResponse:
    """Open a dossier of a kind."""
    kind = dossier_kind(code)
    given = request.POST or None
    form = RecordForm(kind.fields, given, scope=request.scope)
    place = PlaceForm(given, scope=request.scope, initial={"opened_on": timezone.localdate()})
    if request.method == "POST" and place.is_valid():
        opened = place.cleaned_data["opened_on"]
        made = _try(
            lambda: acts.create_dossier(
                kind, form.typed(), area=place.place(), opened_on=opened, by=request.scope
            ),
            form,
            place,
        )
        if made:
            messages.success(request, _("%(title)s now has a dossier.") % {"title": made.title})
            return go_to(request, "desk:dossier", made.pk)
    return form_page(
        request,
        _("New: %(kind)s") % {"kind": kind.name},
        forms=[form, place],
        breadcrumbs=_crumbs(kind, None, _("New")),
        draft=f"dossier-{code}",
    )


@page(methods=FORM)
def correct_dossier(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """Correct the fields of a dossier; masked fields are not offered."""
    dossier = find_dossier(dossier_id, request.scope)
    kind = dossier_kind(dossier.kind)
    open_eyes = may_see_sensitive(dossier.area.path, request.scope)
    hidden = [] if open_eyes else [code for code, one in kind.fields.items() if one.sensitive]
    given = request.POST or None
    form = RecordForm(kind.fields, given, scope=request.scope, values=dossier.fields, hidden=hidden)
    note = NoteForm(given, initial={"version": dossier.version})
    if request.method == "POST" and note.is_valid():
        said = note.cleaned_data
        done = _try(
            lambda: acts.correct_dossier(
                dossier, kind, form.typed(), version=said["version"], by=request.scope, note=said["note"]
            ),
            form,
            note,
        )
        if done:
            messages.success(request, _("Corrected."))
            return go_to(request, "desk:dossier", dossier.pk)
    return form_page(
        request,
        _("Correct: %(title)s") % {"title": dossier.title},
        forms=[form, note],
        breadcrumbs=_crumbs(kind, dossier, _("Correct")),
    )


class NoteForm(forms.Form):
    """Why something is corrected, and which version was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)


# ── close and reopen ──────────────────────────────────────────────────────────────────────────────────


@page(methods=FORM)
def close_dossier(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """Close a dossier on a day: it stays readable and can be reopened."""
    dossier = find_dossier(dossier_id, request.scope)
    form = ClosingForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        done = _try(
            lambda: acts.close_dossier(
                dossier, version=dossier.version, on=said["on"], by=request.scope, note=said["note"]
            ),
            None,
            form,
        )
        if done:
            undo = f"undo:{reverse('desk:reopen_dossier', args=[dossier.pk])}"
            messages.success(request, _("%(title)s is closed.") % {"title": dossier.title}, extra_tags=undo)
            return go_to(request, "desk:dossier", dossier.pk)
    return form_page(
        request,
        _("Close: %(title)s") % {"title": dossier.title},
        forms=[form],
        breadcrumbs=_crumbs(dossier_kind(dossier.kind), dossier, _("Close")),
    )


@page(methods=WRITING)
def reopen_dossier(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """Make a closed dossier active again."""
    dossier = find_dossier(dossier_id, request.scope)
    try:
        acts.reopen_dossier(dossier, version=dossier.version, by=request.scope)
        messages.success(request, _("%(title)s is active again.") % {"title": dossier.title})
    except DossierError as error:
        messages.error(request, str(error))
    return go_to(request, "desk:dossier", dossier.pk)


# ── readings and ties ─────────────────────────────────────────────────────────────────────────────────


@page(methods=FORM)
def add_reading(request: DeskRequest, dossier_id: int, series: str) -> HttpResponse:
    """Add a reading of a series; another value for the same period asks why."""
    dossier = find_dossier(dossier_id, request.scope)
    kind = dossier_kind(dossier.kind)
    if series not in kind.readings:
        raise Http404
    declared = kind.readings[series]
    given = request.POST or None
    form = RecordForm(declared.fields, given, scope=request.scope)
    about = ReadingForm(given, initial={"signer": request.scope.name})
    if request.method == "POST" and about.is_valid():
        said = about.cleaned_data
        done = _try(
            lambda: readings.add_reading(
                dossier, kind, series, values=form.typed(), by=request.scope, **said
            ),
            form,
            about,
        )
        if done:
            messages.success(request, _("%(period)s is in.") % {"period": done.period})
            return go_to(request, "desk:dossier_readings", dossier.pk, series)
    return form_page(
        request,
        _("%(series)s: a new reading") % {"series": declared.name},
        forms=[form, about],
        breadcrumbs=_crumbs(kind, dossier, declared.name),
    )


@page(methods=FORM)
def add_relation(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """Tie a dossier to another one."""
    dossier = find_dossier(dossier_id, request.scope)
    kind = dossier_kind(dossier.kind)
    form = TieForm(kind, request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _try(lambda: _tie(dossier, kind, form.cleaned_data, request.scope), None, form)
        if done:
            messages.success(request, _("Tied to %(title)s.") % {"title": done.target.title})
            return go_to(request, "desk:dossier", dossier.pk)
    return form_page(
        request,
        _("Tie to another dossier"),
        forms=[form],
        breadcrumbs=_crumbs(kind, dossier, _("Tie")),
    )


def _tie(dossier: Dossier, kind: DossierKind, said: Mapping[str, Any], scope: Scope) -> Relation:
    target = _named_dossier(kind, said["relation"], said["target"], scope)
    return ties.relate(dossier, kind, said["relation"], target=target, by=scope, since=said["since"])


def _named_dossier(kind: DossierKind, relation: str, text: str, scope: Scope) -> Dossier:
    """Return the one dossier a name or number means among those a tie may point to."""
    to = kind.relations[relation].to
    code = to if "." in to else f"{kind.pack}.{to}"
    seen = visible_dossiers(scope).filter(kind=code)
    if text.isascii() and text.isdigit():
        return find_dossier(int(text), scope)
    found = list(seen.filter(title=text)[:2])
    if len(found) != 1:
        raise DossierError(_("“%(text)s” names no dossier, or several; give its number.") % {"text": text})
    return found[0]


@page(methods=WRITING)
def end_relation(request: DeskRequest, relation_id: int) -> HttpResponse:
    """End a tie today; it stays in the history."""
    relation = get_object_or_404(Relation, pk=relation_id)
    dossier = find_dossier(relation.source_id, request.scope)
    try:
        ties.unrelate(relation, on=timezone.localdate(), by=request.scope)
        messages.success(request, _("The tie has ended."))
    except DossierError as error:
        messages.error(request, str(error))
    return go_to(request, "desk:dossier", dossier.pk)


# ── doubles ───────────────────────────────────────────────────────────────────────────────────────────


@page()
def list_doubles(request: DeskRequest, code: str) -> HttpResponse:
    """Show pairs that may be one subject, the surest first."""
    kind = dossier_kind(code)
    pairs = find_doubles(kind, request.scope)
    context = {
        "page_title": _("Possible doubles: %(count)d") % {"count": len(pairs)},
        "breadcrumbs": _crumbs(kind, None, _("Doubles")),
        "kind": kind,
        "pairs": pairs,
    }
    return render(request, "desk/dossiers/doubles.html", context)


@page(methods=FORM)
def merge_dossiers(request: DeskRequest, kept_id: int, absorbed_id: int) -> HttpResponse:
    """Lay two dossiers side by side and merge the right one into the left one."""
    kept, absorbed = find_dossier(kept_id, request.scope), find_dossier(absorbed_id, request.scope)
    kind = dossier_kind(kept.kind)
    form = MergeForm(request.POST or None, initial={"kept": kept.version, "absorbed": absorbed.version})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        done = _try(
            lambda: acts.merge_dossiers(
                kept, absorbed, versions=(said["kept"], said["absorbed"]), on=timezone.localdate(),
                by=request.scope, note=said["note"],
            ),
            None,
            form,
        )  # fmt: skip
        if done:
            messages.success(request, _("Merged into %(title)s.") % {"title": kept.title})
            return go_to(request, "desk:dossier", kept.pk)
    context = {
        "page_title": _("Are these one?"),
        "breadcrumbs": _crumbs(kind, kept, _("Merge")),
        "kept": kept,
        "absorbed": absorbed,
        "rows": compared(kind, kept, absorbed),
        "form": form,
    }
    return render(request, "desk/dossiers/merge.html", context, status=422 if form.errors else 200)


class MergeForm(forms.Form):
    """Which versions were seen, and what speaks for the merge."""

    kept = forms.IntegerField(widget=forms.HiddenInput)
    absorbed = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)


def compared(kind: DossierKind, kept: Dossier, absorbed: Dossier) -> list[dict[str, Any]]:
    """Return each plain field with both values; the merged dossier keeps the left one where there is one."""
    codes = [code for code, one in kind.fields.items() if not one.sensitive]
    names = reference_names(kind, codes, [kept, absorbed])
    rows = []
    for code in codes:
        left, right = (field_text(kind.fields[code], d.fields.get(code), names) for d in (kept, absorbed))
        if left or right:
            rows.append({"name": kind.fields[code].name, "left": left, "right": right, "same": left == right})
    return rows
