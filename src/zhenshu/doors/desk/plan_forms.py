"""The forms of the plan: an item with what its pack adds, its report of the week, orders, ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.pack_fields import office_choices
from zhenshu.doors.desk.record_forms import RecordForm
from zhenshu.ground.packs.schema import FieldKind, FieldType, PlanKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.fields import clean_fields
from zhenshu.registers.plans.errors import PlanInvalidError
from zhenshu.registers.plans.models import PlanItem

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
# The item's own fields stand among those of its pack under names no pack can take.
OWN = "plan:"
NO_CATEGORY = {"": "–"}


def own_fields(kind: PlanKind) -> dict[str, FieldKind]:
    """Return what every plan item says of itself, in the order of need, as fields of a pack."""
    offices, categories = dict(office_choices()), kind.categories or NO_CATEGORY
    milestone = kind.level == "milestone"
    said = {
        "title": FieldKind(name=_("Title"), required=True),
        "category": FieldKind(name=_("Category"), type=FieldType.CHOICE, options=categories),
        "lead_office": FieldKind(name=_("Lead office"), type=FieldType.OFFICE),
        "leader": FieldKind(name=_("Responsible leader"), type=FieldType.USER),
        "owner": FieldKind(name=_("Owner"), type=FieldType.USER),
        "start": FieldKind(name=_("Start"), type=FieldType.DATE),
        "due": FieldKind(name=_("Due"), type=FieldType.DATE),
        "promised": FieldKind(
            name=_("Promised for"), type=FieldType.DATE, help=_("Re-planning keeps this day.")
        ),
        "description": FieldKind(name=_("Content"), type=FieldType.LONGTEXT),
        "assisting": FieldKind(name=_("Assisting offices"), type=FieldType.CHOICES, options=offices),
        "weight": FieldKind(
            name=_("Weight"), type=FieldType.DECIMAL, min=0, max=10_000,
            help=_("Among the parts of one item; all alike when none has any."),
        ),
        "area": FieldKind(name=_("Area"), type=FieldType.AREA, required=True),
    }  # fmt: skip
    left_out = {"start", "assisting"} if milestone else set()
    return {f"{OWN}{name}": field for name, field in said.items() if name not in left_out}


class ItemForm(RecordForm):
    """A plan item of one kind; `said` gives what the register takes in."""

    def __init__(
        self, kind: PlanKind, given: QueryDict | None = None, *, scope: Scope, values: Mapping[str, Any]
    ) -> None:
        self.own = own_fields(kind)
        super().__init__({**self.own, **kind.fields}, given, scope=scope, values=values)
        self.pack_fields = set(kind.fields)

    def said(self) -> dict[str, Any]:
        """Return what was typed by the names of a draft; raise PlanInvalidError with what is no value."""
        typed = self.typed()
        mine = {name: typed[name] for name in self.own}
        values, problems = clean_fields(self.own, mine, complete=False)
        if problems:
            raise PlanInvalidError(problems)
        said = {name.removeprefix(OWN): value for name, value in values.items()}
        for name in ("start", "due", "promised"):
            if name in said:
                said[name] = date.fromisoformat(said[name]) if said[name] else None
        said["weight"] = Decimal(str(said.get("weight") or 0))
        said["category"], said["description"] = said.get("category") or "", said.get("description") or ""
        if "assisting" in said:
            said["assisting"] = tuple(int(one) for one in said["assisting"] or ())
        return {**said, "fields": {name: typed[name] for name in self.pack_fields}}

    def show_refusal(self, problems: Mapping[str, str]) -> None:
        """Put each sentence of the register at its field."""
        self.show_problems({_field_name(name, self.own): sentence for name, sentence in problems.items()})


def _field_name(name: str, own: Mapping[str, FieldKind]) -> str:
    if f"{OWN}{name}" in own:
        return f"{OWN}{name}"
    return name.removeprefix("fields.")


def values_of(item: PlanItem) -> dict[str, Any]:
    """Return an item as its form shows it."""
    own = {
        "title": item.title, "category": item.category, "lead_office": item.lead_office_id,
        "leader": item.leader_id, "owner": item.owner_id, "start": item.start, "due": item.due,
        "promised": item.promised, "description": item.description, "weight": item.weight or None,
        "area": item.area_id, "assisting": [str(row.office_id) for row in item.assistance.all()],
    }  # fmt: skip
    return {**item.fields, **{f"{OWN}{name}": value for name, value in own.items()}}


class VersionForm(forms.Form):
    """Carries the version of the item that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReportForm(VersionForm):
    """The report of the week: one line and a percent."""

    line = forms.CharField(label=gettext_lazy("Progress in one line"), max_length=300)
    percent = forms.DecimalField(
        label=gettext_lazy("Progress"), min_value=0, max_value=100, decimal_places=1, required=False
    )
    difficulties = forms.CharField(
        label=gettext_lazy("Difficulties"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    coordination = forms.CharField(
        label=gettext_lazy("To be settled by others"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, carries_parts: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if carries_parts:
            del self.fields["percent"]


class EndForm(VersionForm):
    """On which day an item was done, with a word about it."""

    on = forms.DateField(label=gettext_lazy("Done on"), widget=DAY)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class ReasonForm(VersionForm):
    """Why an item is cancelled."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class LifeForm(VersionForm):
    """Which stage of its life a project reached, and when; without day the stage is taken back."""

    stage = forms.ChoiceField(label=gettext_lazy("Stage"))
    on = forms.DateField(label=gettext_lazy("Reached on"), widget=DAY, required=False)

    def __init__(self, *args: Any, stages: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = list(stages.items())  # type: ignore[attr-defined]


class InvestmentForm(VersionForm):
    """Investment of a year, planned and done."""

    year = forms.IntegerField(label=gettext_lazy("Year"))
    planned = forms.DecimalField(label=gettext_lazy("Planned (10,000 yuan)"), min_value=0, decimal_places=2)
    done = forms.DecimalField(label=gettext_lazy("Done (10,000 yuan)"), min_value=0, decimal_places=2)


class LinkForm(VersionForm):
    """What an item waits for; without an item all waiting ends."""

    predecessor = forms.TypedChoiceField(
        label=gettext_lazy("Waits for"), coerce=int, empty_value=None, required=False
    )
    lag = forms.IntegerField(
        label=gettext_lazy("Working days between"), initial=0, min_value=-500, max_value=500,
        help_text=gettext_lazy("A negative number lets the two overlap."),
    )  # fmt: skip

    def __init__(self, *args: Any, items: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Nothing any more")), *((str(pk), title) for pk, title in items.items())]
        self.fields["predecessor"].choices = choices  # type: ignore[attr-defined]


class OrderForm(forms.Form):
    """An order about an item: to which office, what, and until when it replies."""

    office = forms.TypedChoiceField(label=gettext_lazy("Office"), coerce=int)
    text = forms.CharField(
        label=gettext_lazy("What is ordered"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    due = forms.DateField(label=gettext_lazy("Reply due"), widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = office_choices()  # type: ignore[attr-defined]

    def due_at(self) -> datetime:
        """Return the end of the day of the reply."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["due"], time(17, 30)))


class ReplyForm(forms.Form):
    """The reply of an office to an order."""

    reply = forms.CharField(
        label=gettext_lazy("Reply"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ProblemForm(forms.Form):
    """A problem of an item that becomes a matter: its kind and what it is about."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of matter"))
    title = forms.CharField(label=gettext_lazy("Matter"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=20_000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds.items())  # type: ignore[attr-defined]


class BaselineForm(forms.Form):
    """The name under which the present dates are kept."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
