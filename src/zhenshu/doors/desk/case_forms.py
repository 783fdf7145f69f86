"""The form of a matter: what every kind asks, and what its pack adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.pack_fields import (
    PREFIX,
    Suggested,
    TypedText,
    area_choices,
    entered_fields,
    office_choices,
    pack_field,
)
from zhenshu.doors.desk.step_forms import category_choices
from zhenshu.ground.areas.geometry import describe_outside, locate
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind, Stage
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.routing import Matter, suggest_areas
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.visibility import visible_dossiers

MOST_SUBJECTS = 500
PLAIN = (
    "title",
    "description",
    "category",
    "channel",
    "priority",
    "address",
    "reporter_name",
    "reporter_phone",
)


class CaseForm(forms.Form):
    """A new matter of one kind; `draft` turns it into what the loop takes in."""

    title = forms.CharField(
        label=gettext_lazy("Matter"),
        max_length=120,
        help_text=gettext_lazy("What and where, in one sentence"),
        widget=TypedText(
            autofocus="", placeholder=gettext_lazy("e.g. Three street lamps are dark at the village gate")
        ),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=200)
    lon = forms.FloatField(required=False, widget=TypedText("hidden"))
    lat = forms.FloatField(required=False, widget=TypedText("hidden"))
    reporter_name = forms.CharField(label=gettext_lazy("Name of the caller"), required=False, max_length=60)
    reporter_phone = forms.CharField(
        label=gettext_lazy("Telephone"), required=False, max_length=40,
        widget=TypedText("tel", inputmode="tel", autocomplete="off"),
    )  # fmt: skip
    once = forms.CharField(
        required=False, max_length=40, widget=TypedText(hidden="", tabindex="-1", autocomplete="off")
    )
    join = forms.CharField(required=False, max_length=40, widget=TypedText("hidden"))

    def __init__(
        self,
        kind: CaseKind,
        scope: Scope,
        data: QueryDict | None = None,
        *,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial, auto_id="case-%s")
        self.kind, self.scope = kind, scope
        self.fields |= dict(self._chosen())
        for key, declared in kind.fields.items():
            self.fields[f"{PREFIX}{key}"] = pack_field(declared, scope)

    def _chosen(self) -> Iterable[tuple[str, forms.Field]]:
        """Yield the controls that offer what the kind knows."""
        areas = [("", _("by position or address")), *area_choices(self.scope)]
        yield "area", forms.ChoiceField(label=_("Area"), choices=areas, required=False)
        if self.kind.categories:
            yield (
                "category",
                forms.ChoiceField(label=_("Category"), choices=category_choices(self.kind), required=False),
            )
        if self.kind.channels:
            channels = [("", _("Please choose")), *self.kind.channels.items()]
            yield "channel", forms.ChoiceField(label=_("Channel"), choices=channels, required=False)
        priorities = list(self.kind.priorities.items())
        yield (
            "priority",
            forms.ChoiceField(
                label=_("Priority"),
                choices=priorities,
                initial="normal",
                required=False,
                widget=forms.RadioSelect,
            ),
        )
        if Stage.DISPATCHED not in self.kind.stages:
            offices = [("", _("my own office")), *office_choices()]
            yield "office", forms.ChoiceField(label=_("Office"), choices=offices, required=False)
        if self.kind.subject is not None:
            yield "subject", self._subject(self.kind)

    def _subject(self, kind: CaseKind) -> forms.Field:
        """Return the control for the dossier the matter is about: its title, with those there are offered."""
        declared = library().subjects_of(kind)
        code = declared.full_code if declared else ""
        titles = (
            visible_dossiers(self.scope).filter(kind=code).order_by("title").values_list("title", flat=True)
        )
        name = (kind.subject.name if kind.subject else "") or (declared.name if declared else _("Dossier"))
        required = kind.subject.required if kind.subject else False
        return forms.CharField(label=name, required=required, widget=Suggested(titles[:MOST_SUBJECTS]))

    def pack_names(self) -> list[str]:
        """Return the names of the controls that the pack added."""
        return [name for name in self.fields if name.startswith(PREFIX)]

    def pack_controls(self) -> list[forms.BoundField]:
        return [self[name] for name in self.pack_names()]

    def clean(self) -> dict[str, Any]:
        """Find the area, by choice, point, address or words, and the dossier by its title."""
        given: dict[str, Any] = super().clean() or {}
        given["area_id"] = self._area(given)
        given["subject_id"] = self._subject_id(given.get("subject", ""))
        return given

    def _area(self, given: Mapping[str, Any]) -> int:
        if given.get("area"):
            return int(given["area"])
        lon, lat = given.get("lon"), given.get("lat")
        if lon is not None and lat is not None:
            return self._area_at(lon, lat)
        text = f"{given.get('title', '')} {given.get('description', '')}"
        found = suggest_areas(Matter(text=text, address=given.get("address", "")))
        if found:
            return found[0].area.pk
        self.add_error("area", _("Put a pin on the map, name the place in the address, or choose the area."))
        return 0

    def _area_at(self, lon: float, lat: float) -> int:
        outside = describe_outside(lon, lat)
        if outside:
            self.add_error("area", outside)
        return locate(lon, lat) or 0

    def _subject_id(self, title: str) -> int | None:
        if not title or self.kind.subject is None:
            return None
        declared = library().subjects_of(self.kind)
        known = visible_dossiers(self.scope).filter(kind=declared.full_code if declared else "")
        found: Dossier | None = known.filter(title=title.strip()).first()
        if found is None:
            self.add_error("subject", _("There is no dossier of this name; choose one from the list."))
            return None
        return found.pk

    def draft(self) -> Draft:
        """Return the matter as the loop takes it in."""
        given = self.cleaned_data
        return Draft(
            kind=self.kind.full_code,
            area=given["area_id"],
            lon=given.get("lon"),
            lat=given.get("lat"),
            office=int(given["office"]) if given.get("office") else None,
            subject=given["subject_id"],
            fields=entered_fields(self.kind.fields, self.data),
            **{name: given[name] for name in PLAIN if given.get(name)},
        )

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """Show what the loop refused, each sentence at its field."""
        for key, sentence in problems.items():
            self.add_error(key if key in self.fields else None, str(sentence))

    def land(self) -> dict[str, Any]:
        """Return the map to put a pin on: the villages of the posts."""
        villages = Area.objects.open().filter(level=Level.VILLAGE).exclude(boundary=None)
        paths = [post.area_path for post in self.scope.posts]
        features = [
            {"type": "Feature", "geometry": area.boundary, "properties": {"name": area.name}}
            for area in villages
            if any(area.path.startswith(path) or path.startswith(area.path) for path in paths)
        ]
        return {
            "areas": {"type": "FeatureCollection", "features": features},
            "pick": {"lon": "case-lon", "lat": "case-lat"},
        }
