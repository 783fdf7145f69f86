"""Signs with codes: the spots of a township, a new one, and an A4 sheet of signs to print."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row
from zhenshu.doors.desk.form_pages import form_page
from zhenshu.doors.desk.lists import Listing, cases_url, crumbs, read_asked, show_listing
from zhenshu.doors.desk.pack_fields import area_choices, office_choices
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.visibility import visible_dossiers
from zhenshu.registers.portal.errors import SpotInvalidError
from zhenshu.registers.portal.models import Spot
from zhenshu.registers.portal.spots import KEEPERS, SpotDraft, make_spot, retire_spot, seen_spots, with_counts

MOST_SIGNS = 60
MOST_PLACES = 500


class SpotForm(forms.Form):
    """Where the sign hangs, what it tells, who looks after the place."""

    name = forms.CharField(label=gettext_lazy("Name on the sign"), max_length=60)
    area = forms.ChoiceField(label=gettext_lazy("Area"))
    subject = forms.ChoiceField(label=gettext_lazy("Dossier of the place"), required=False)
    office = forms.ChoiceField(label=gettext_lazy("Who looks after it"), required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    told = forms.CharField(
        label=gettext_lazy("What the page behind the code tells"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, by: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = visible_dossiers(by).filter(kind="base.place", sensitive=False).order_by("title")
        named = [(str(pk), title) for pk, title in places.values_list("pk", "title")[:MOST_PLACES]]
        nothing = ("", _("none"))
        self.fields["area"].choices = area_choices(by)  # type: ignore[attr-defined]
        self.fields["subject"].choices = [nothing, *named]  # type: ignore[attr-defined]
        self.fields["office"].choices = [nothing, *office_choices()]  # type: ignore[attr-defined]

    def draft(self) -> SpotDraft:
        said = self.cleaned_data
        return SpotDraft(
            name=said["name"], area=int(said["area"]), subject=_number(said["subject"]),
            office=_number(said["office"]), address=said["address"], told=said["told"],
        )  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text else None


@page(roles=KEEPERS)
def list_spots(request: DeskRequest) -> HttpResponse:
    """Show the signs of the township with what came in through each."""
    asked = read_asked(request, [])
    listing = Listing(
        name=_("Signs with codes"),
        columns=[
            Column(title=_("Name on the sign"), width="wide"), Column(title=_("Area")),
            Column(title=_("Who looks after it"), phone=False),
            Column(title=_("Reports that came in"), numeric=True),
            Column(title=_("Ratings"), numeric=True), Column(title=_("Rated good"), numeric=True, unit="%"),
            Column(title=_("State")),
        ],
        records=with_counts(seen_spots(request.scope)),
        rows=_rows,
        empty=_("No sign yet. Make one for a square, a market or an estate and hang it up there."),
        bulk=[Link(title=_("Print"), url=reverse("desk:print_signs"), icon="printer")],
    )  # fmt: skip
    return show_listing(
        request, listing, asked,
        breadcrumbs=crumbs((_("Portal"), "public_answers"), here=_("Signs with codes")),
        buttons=[
            Link(title=_("Print all"), url=reverse("desk:print_signs"), icon="printer"),
            Link(title=_("New sign"), url=reverse("desk:new_spot"), icon="plus", active=True),
        ],
    )  # fmt: skip


def _rows(spots: Sequence[Any]) -> Iterable[Row]:
    for spot in spots:
        good = f"{100 * spot.liked / spot.rated:.0f}" if spot.rated else "–"
        state = ("archived", _("Retired")) if spot.retired_at else ("confirmed", _("In force"))
        yield Row(
            key=str(spot.pk),
            cells=[
                Cell(text=spot.name, url=reverse("desk:retire_spot", args=[spot.pk]), below=spot.code),
                Cell(text=spot.area.name, below=spot.address),
                Cell(text=spot.office.name if spot.office else "–"),
                Cell(text=str(spot.reports), url=_reports_url(spot) if spot.reports else ""),
                Cell(
                    text=str(spot.rated),
                    url=reverse("desk:retire_spot", args=[spot.pk]) if spot.rated else "",
                ),
                Cell(text=good),
                Cell(text=state[1], state=state[0]),
            ],
        )


def _reports_url(spot: Spot) -> str:
    return cases_url("all", text=spot.name)


@page(roles=KEEPERS, methods=FORM)
def new_spot(request: DeskRequest) -> HttpResponse:
    """Make a sign; its code is drawn."""
    form = SpotForm(request.scope, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            spot = make_spot(form.draft(), by=request.scope, at=timezone.now())
        except SpotInvalidError as error:
            for key, sentence in error.problems.items():
                form.add_error(key if key in form.fields else None, sentence)
        else:
            messages.success(request, _("The sign “%(name)s” can be printed.") % {"name": spot.name})
            return go_to(request, "desk:spots")
    way = crumbs((_("Portal"), "public_answers"), (_("Signs with codes"), "spots"), here=_("New sign"))
    return form_page(request, _("New sign"), forms=[form], breadcrumbs=way, submit=_("Save"))


@page(roles=KEEPERS, methods=FORM)
def retire(request: DeskRequest, spot_id: int) -> HttpResponse:
    """Show a sign with what people said of the spot; take it out of use."""
    spot = get_object_or_404(seen_spots(request.scope), pk=spot_id)
    if request.method in WRITING:
        retire_spot(spot, by=request.scope, at=timezone.now())
        messages.success(request, _("The sign “%(name)s” is out of use.") % {"name": spot.name})
        return go_to(request, "desk:spots")
    context = {
        "page_title": spot.name,
        "breadcrumbs": crumbs(
            (_("Portal"), "public_answers"), (_("Signs with codes"), "spots"), here=spot.name
        ),
        "spot": spot,
        "sign": _sign(request, spot),
        "ratings": spot.ratings.order_by("-at", "-pk")[:50],
    }
    return render(request, "portal/desk_spot.html", context)


# ── the sheet ─────────────────────────────────────────────────────────────────────────────────────────


@page(roles=KEEPERS)
def print_signs(request: DeskRequest) -> HttpResponse:
    """Show the chosen signs, or all in use, on A4 sheets; without any, those of the villages themselves."""
    keys = [int(key) for key in request.GET.getlist("key") if key.isdecimal()][:MOST_SIGNS]
    spots = seen_spots(request.scope).filter(retired_at=None)
    chosen = spots.filter(pk__in=keys) if keys else spots
    signs = [_sign(request, spot) for spot in chosen[:MOST_SIGNS]]
    context = {"page_title": _("Signs with codes"), "signs": signs or _village_signs(request)}
    return render(request, "portal/signs.html", context)


def _sign(request: HttpRequest, spot: Spot) -> dict[str, Any]:
    url = request.build_absolute_uri(reverse("portal:spot", args=[spot.code]))
    return {
        "name": spot.name,
        "place": spot.area.name,
        "code": spot.code,
        "picture": qr_picture(url),
        "url": url,
    }


def _village_signs(request: DeskRequest) -> list[dict[str, Any]]:
    """Return a sign per village that opens the form with the village chosen."""
    paths = [post.area_path for post in request.scope.posts]
    villages = Area.objects.open().filter(level=Level.VILLAGE).order_by("path")
    own = [one for one in villages if any(one.path.startswith(path) for path in paths)][:MOST_SIGNS]
    base = reverse("portal:choose", args=["report"])
    signs = []
    for village in own:
        url = request.build_absolute_uri(f"{base}?village={village.pk}")
        signs.append({"name": village.name, "place": "", "code": "", "picture": qr_picture(url), "url": url})
    return signs


def qr_picture(text: str) -> SafeString:
    """Return the code as an inline drawing: sharp on paper, and nothing to load."""
    kept = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        kept, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True, svgclass="zs-qr", lineclass=None
    )
    return mark_safe(kept.getvalue().decode())
