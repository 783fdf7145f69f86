"""The forms of the public pages; what is entered is judged by the registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from zhenshu.doors.desk.pack_fields import PREFIX, TypedText, entered_fields, pack_field
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.case_kinds import PortalRule
from zhenshu.ground.packs.schema import CaseKind, FieldType
from zhenshu.ground.people.scope import NOBODY
from zhenshu.registers.cases.models import Satisfied, Solved
from zhenshu.registers.portal.models import Spot

MOST_TEXT = 2000
# What a citizen can fill in without an account; a reference to a record needs somebody who may look it up.
ASKABLE = frozenset(FieldType) - {FieldType.DOSSIER, FieldType.USER, FieldType.OFFICE, FieldType.AREA}


def villages() -> list[tuple[str, str]]:
    """Return the villages and communities to choose from, under their towns where there are several."""
    rows = Area.objects.open().filter(level=Level.VILLAGE).order_by("path").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


class ReportForm(forms.Form):
    """A matter in one's own words, where it is, pictures, and how to be reached."""

    text = forms.CharField(max_length=MOST_TEXT)
    village = forms.ChoiceField(required=False)
    address = forms.CharField(max_length=200, required=False)
    lon = forms.CharField(max_length=24, required=False, widget=forms.HiddenInput)
    lat = forms.CharField(max_length=24, required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=60, required=False)
    phone = forms.CharField(max_length=40, required=False)
    may_publish = forms.BooleanField(required=False)

    def __init__(
        self, kind: CaseKind, rule: PortalRule, *args: Any, spot: Spot | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.rule, self.spot = kind, rule, spot
        hint = rule.hint or _("For example: a street lamp at the east gate of the market is out")
        self.fields["text"].label = _("What is the matter?")
        self.fields["text"].widget = forms.Textarea(
            attrs={"rows": 4, "placeholder": hint, "maxlength": MOST_TEXT}
        )
        self.fields["village"].label = _("Village or community")
        self.fields["village"].choices = [("", _("Please choose")), *villages()]  # type: ignore[attr-defined]
        self.fields["address"].label = _("Place in words")
        self.fields["name"].label = _("How shall we call you?")
        self.fields["phone"].label = _("Telephone")
        self.fields["phone"].widget = TypedText("tel", inputmode="tel", maxlength=40, autocomplete="tel")
        self.fields["may_publish"].label = _("Question and answer may be published without my name")
        self._drop_unused()
        for key in rule.asks:
            if kind.fields[key].type in ASKABLE:
                self.fields[f"{PREFIX}{key}"] = pack_field(kind.fields[key], NOBODY)

    def _drop_unused(self) -> None:
        if self.spot is not None:
            for name in ("village", "address", "lon", "lat"):
                del self.fields[name]
        if not self.rule.publishes:
            del self.fields["may_publish"]

    def asked(self) -> list[forms.BoundField]:
        """Return the controls of the kind's own fields."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def entered(self) -> dict[str, Any]:
        """Return what was entered for the kind's own fields."""
        asked = {key: self.kind.fields[key] for key in self.rule.asks if key in self.kind.fields}
        return entered_fields(asked, self.data)

    def take_problems(self, problems: Mapping[str, str]) -> None:
        """Write each sentence beside its control, what has none above the form."""
        for key, sentence in problems.items():
            self.add_error(key if key in self.fields else None, str(sentence))


class FollowForm(forms.Form):
    """Number and query code, as they stand on the receipt."""

    number = forms.CharField(max_length=40)
    code = forms.CharField(max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = _("Number")
        self.fields["code"].label = _("Query code")
        for name in self.fields:
            self.fields[name].widget.attrs |= {
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }


class JudgeForm(forms.Form):
    """Solved? Satisfied? And words, if any."""

    solved = forms.ChoiceField(widget=forms.RadioSelect)
    satisfied = forms.ChoiceField(widget=forms.RadioSelect)
    words = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["solved"].label = _("Is the matter solved?")
        self.fields["satisfied"].label = _("Are you satisfied?")
        self.fields["words"].label = _("Words to it, if you like")
        solved = [(one.value, one.label) for one in Solved if one is not Solved.UNREACHED]
        satisfied = [(one.value, one.label) for one in Satisfied if one is not Satisfied.UNREACHED]
        self.fields["solved"].choices = solved  # type: ignore[attr-defined]
        self.fields["satisfied"].choices = satisfied  # type: ignore[attr-defined]
