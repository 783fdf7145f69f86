"""Offices: the list, one office with its people and duties, a new one, closing one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row
from zhenshu.doors.desk.context import ADMINISTRATORS
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.lists import (
    Condition,
    Listing,
    cases_url,
    condition_bar,
    crumbs,
    read_asked,
    show_listing,
)
from zhenshu.doors.desk.pack_fields import area_choices, office_choices
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people import offices
from zhenshu.ground.people.duties import claimed_twice
from zhenshu.ground.people.errors import PeopleError
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.scope import Scope


class OfficeForm(forms.Form):
    """What an office is called, whom it stands under, what it may be given."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=20, required=False)
    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("What packs call it by, such as enforcement."),
    )
    parent = forms.ChoiceField(label=gettext_lazy("Stands under"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    duties = forms.MultipleChoiceField(
        label=gettext_lazy("List of duties"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The kinds of matters it may be given; none ticked means any."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code, kind.name) for code, kind in library().case_kinds.items()]
        self.fields["parent"].choices = [("", "—"), *office_choices()]  # type: ignore[attr-defined]
        self.fields["duties"].choices = kinds  # type: ignore[attr-defined]

    def attributes(self) -> dict[str, Any]:
        """Return what was typed, as the act takes it."""
        said = dict(self.cleaned_data)
        parent = said.pop("parent")
        return {**said, "parent": Office.objects.get(pk=parent) if parent else None}


class NewOfficeForm(OfficeForm):
    """A new office also says for which area it answers."""

    area = forms.ChoiceField(label=gettext_lazy("Answers for"))
    field_order = ("name", "short_name", "area", "key")

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices(scope)  # type: ignore[attr-defined]


@page(roles=ADMINISTRATORS)
def list_offices(request: DeskRequest) -> HttpResponse:
    """Show the offices with how many people and duties each has."""
    asked = read_asked(request, ["q"])
    words = asked.get("q")
    found = Office.objects.filter(closed_on=None).select_related("parent", "area").defer("area__boundary")
    if words:
        named = Q(name__icontains=words) | Q(key=words) | Q(initials__startswith=words.lower())
        found = found.filter(named)
    listing = Listing(
        name=_("Offices"),
        columns=[
            Column(title=_("Office"), width="wide"),
            Column(title=_("Key"), phone=False),
            Column(title=_("Area")),
            Column(title=_("Stands under"), phone=False),
            Column(title=_("Telephone"), phone=False),
            Column(title=_("People"), numeric=True),
            Column(title=_("Duties"), numeric=True, phone=False),
        ],
        records=found.annotate(
            people=Count("posts__user", filter=Q(posts__ended_on=None), distinct=True)
        ).order_by("area__level", "pk"),
        rows=office_rows,
        empty=_("No office yet. Take them in from a workbook."),
        numbered=True,
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, [Condition("q", _("Name, key or initials"), kind="text")]),
        breadcrumbs=crumbs((_("Administration"), "administration"), here=_("Offices")),
        buttons=[
            Link(title=_("From a workbook"), url=reverse("desk:import_people"), icon="upload"),
            Link(title=_("New office"), url=reverse("desk:new_office"), icon="plus", active=True),
        ],
    )


def office_rows(found: Sequence[Any]) -> Iterable[Row]:
    for office in found:
        url = reverse("desk:office", args=[office.pk])
        cells = [
            Cell(text=office.name, url=url, below=office.short_name),
            Cell(text=office.key),
            Cell(text=office.area.name),
            Cell(text=office.parent.name if office.parent else ""),
            Cell(text=office.phone),
            Cell(text=str(office.people), url=f"{reverse('desk:users')}?office={office.pk}"),
            Cell(text=str(len(office.duties)) if office.duties else _("any")),
        ]
        yield Row(cells=cells, url=url)


@page(roles=ADMINISTRATORS, methods=FORM)
def new_office(request: DeskRequest) -> HttpResponse:
    """Create an office."""
    form = NewOfficeForm(request.POST or None, scope=request.scope)
    if request.method == "POST" and form.is_valid():
        said = form.attributes()
        area = Area.objects.get(pk=said.pop("area"))
        made = attempt(lambda: offices.create_office(area=area, by=request.scope, **said), form, PeopleError)
        if made:
            messages.success(request, _("%(name)s was created.") % {"name": made.name})
            _tell_disputes(request, made)
            return go_to(request, "desk:office", made.pk)
    way = crumbs((_("Administration"), "administration"), (_("Offices"), "offices"), here=_("New"))
    return form_page(request, _("New office"), forms=[form], breadcrumbs=way)


def _tell_disputes(request: DeskRequest, office: Office) -> None:
    """Say at once which duties another office claims too: such matters are soon nobody's."""
    for claim in claimed_twice(office):
        messages.warning(request, claim.sentence)


@page(roles=ADMINISTRATORS, methods=FORM)
def show_office(request: DeskRequest, office_id: int) -> HttpResponse:
    """Show one office with its people; correct what it is called and may be given."""
    office = get_object_or_404(Office.objects.select_related("area", "parent"), pk=office_id)
    form = OfficeForm(request.POST or None, initial=_initial(office))
    if request.method == "POST" and form.is_valid():
        said = form.attributes()
        if attempt(lambda: offices.correct_office(office, by=request.scope, **said), form, PeopleError):
            messages.success(request, _("Corrected."))
            _tell_disputes(request, office)
            return go_to(request, "desk:office", office.pk)
    context = {
        "page_title": office.name,
        "breadcrumbs": crumbs(
            (_("Administration"), "administration"), (_("Offices"), "offices"), here=office.name
        ),
        "office": office,
        "form": form,
        "posts": office.posts.filter(ended_on=None).select_related("user", "area").order_by("role", "pk"),
        "below": office.children.filter(closed_on=None).order_by("pk"),
        "cases_url": cases_url(office=office.pk),
        "history_url": f"{reverse('desk:ledger')}?kind=people.office&id={office.pk}",
    }
    return render(request, "desk/admin/office.html", context, status=422 if form.errors else 200)


def _initial(office: Office) -> dict[str, Any]:
    names = ("name", "short_name", "key", "phone", "duties")
    return {**{name: getattr(office, name) for name in names}, "parent": office.parent_id or ""}


@page(roles=ADMINISTRATORS, methods=WRITING)
def close_office(request: DeskRequest, office_id: int) -> HttpResponse:
    """Close an office today; refused while it has posts or offices below."""
    office = get_object_or_404(Office.objects.select_related("area"), pk=office_id)
    try:
        offices.close_office(office, on=timezone.localdate(), by=request.scope)
    except PeopleError as error:
        messages.error(request, str(error))
        return go_to(request, "desk:office", office.pk)
    messages.success(request, _("%(name)s is closed.") % {"name": office.name})
    return go_to(request, "desk:offices")
