"""What the pages of the general blocks share: find a kind, choose a dossier, try an act, say where one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.components import Column, Link
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.lists import Asked
from zhenshu.doors.desk.pack_fields import MOST_OFFERED, Suggested, area_choices
from zhenshu.doors.desk.record_forms import RecordForm
from zhenshu.ground.packs.registry import UnknownKindError, library
from zhenshu.ground.packs.schema import Packed
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import RecordDraft
from zhenshu.registers.blocks.errors import BlockError, RecordInvalidError
from zhenshu.registers.blocks.kinds import party_code, record_kind, subject_code
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.dossiers.errors import DossierError
from zhenshu.registers.dossiers.visibility import visible_dossiers
from zhenshu.registers.plans.errors import PlanRegisterError
from zhenshu.registers.references import ReferenceProblem, References

Done = TypeVar("Done")
Kind = TypeVar("Kind", bound=Packed)
REFUSALS = (BlockError, DossierError, CaseError, PlanRegisterError)


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def kind_or_404(code: str) -> Packed:
    """Return the kind of records; a code no pack declares is a page that doesn't exist."""
    try:
        return record_kind(code)
    except UnknownKindError as error:
        raise Http404(str(error)) from error


def kind_as(code: str, sort: type[Kind]) -> Kind:
    """Return the kind of a code if it is of one block; else the page doesn't exist."""
    found = library().kinds.get(code)
    if not isinstance(found, sort):
        raise Http404(code)
    return found


def trail(kind: Packed, record: Record | None = None, here: str = "") -> list[Link]:
    """Return the way to a page of a kind: the lines, the kind, the record, the page."""
    links = [
        Link(title=_("Work by line"), url=reverse("desk:lines")),
        Link(title=kind.name, url=reverse("desk:records_of", args=[kind.full_code])),
    ]
    if record is not None:
        links.append(Link(title=record.title, url=reverse("desk:record", args=[record.pk])))
    return [*links, Link(title=here)] if here else links


def subject_name(record: Record, scope: Scope) -> str:
    """Return the name of whom a record is about, masked where it must be."""
    return title_for(record.subject, scope) if record.subject is not None else ""


def try_act(act: Callable[[], Done], form: forms.Form, fields: RecordForm | None = None) -> Done | None:
    """Return what the act returns; None after a refusal, which then stands at the field it is about."""
    try:
        return act()
    except RecordInvalidError as error:
        _show(error.problems, form, fields)
    except REFUSALS as error:
        form.add_error(None, str(error))
    return None


def _show(problems: Mapping[str, str], form: forms.Form, fields: RecordForm | None) -> None:
    for name, sentence in problems.items():
        if fields is not None and name in fields.kinds:
            fields.show_problems({name: sentence})
        else:
            form.add_error(name if name in form.fields else None, sentence)


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────


class DossierField(forms.CharField):
    """Choose a dossier of a kind by its name or number, as the list beside the line offers them."""

    def __init__(self, code: str, scope: Scope, label: str, *, required: bool = True) -> None:
        names = visible_dossiers(scope).filter(kind=code, state="active").order_by("title")
        offered = list(names.values_list("title", flat=True)[:MOST_OFFERED])
        super().__init__(label=label, required=required, max_length=200, widget=Suggested(offered))
        self.code = code

    def clean(self, value: Any) -> Any:
        """Return the number of the dossier that was named."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return References().find("dossier", text, of=self.code)
        except ReferenceProblem as problem:
            raise forms.ValidationError(str(problem)) from problem


class UserField(forms.CharField):
    """Choose a person by name or log-in name."""

    def __init__(self, label: str, names: Sequence[str], *, required: bool = True) -> None:
        super().__init__(label=label, required=required, max_length=80, widget=Suggested(names))

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return References().find("user", text)
        except ReferenceProblem as problem:
            raise forms.ValidationError(str(problem)) from problem


class AboutForm(forms.Form):
    """What a record is about, where and when: subject, other side, area, day, title."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=day_input())
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)

    def __init__(self, kind: Packed, *args: Any, scope: Scope, **kwargs: Any) -> None:
        asked = kwargs.get("initial", {})
        kwargs["initial"] = {"day": timezone.localdate(), **asked, **_named_subject(kind, asked, scope)}
        super().__init__(*args, **kwargs)
        self.kind = kind
        first = list(_about_fields(kind, scope))
        self.fields.update(first)
        self.order_fields([name for name, _field in first])

    def draft(self, fields: Mapping[str, Any], **more: Any) -> RecordDraft:
        """Return the record as it was described; call it on a valid form."""
        said = self.cleaned_data
        return RecordDraft(
            kind=self.kind.full_code, day=said["day"], title=said["title"], subject=said.get("subject"),
            party=said.get("party"), area=int(said["area"]) if said.get("area") else None, fields=fields,
            **more,
        )  # fmt: skip


def _named_subject(kind: Packed, asked: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    """Return the name of a subject asked for by number; the number stays where two have the name."""
    number = str(asked.get("subject", ""))
    if not number.isdigit():
        return {}
    same = visible_dossiers(scope).filter(kind=subject_code(kind)).exclude(state="merged")
    title = same.filter(pk=number).values_list("title", flat=True).first()
    unique = title is not None and same.filter(title=title).count() == 1
    return {"subject": title} if unique and title else {}


def _about_fields(kind: Packed, scope: Scope) -> Iterable[tuple[str, forms.Field]]:
    if subject_code(kind):
        yield "subject", DossierField(subject_code(kind), scope, _dossier_word(subject_code(kind)))
    if party_code(kind):
        label = _("Other side: %(kind)s") % {"kind": _dossier_word(party_code(kind))}
        yield "party", DossierField(party_code(kind), scope, label)
    if not subject_code(kind):
        yield "area", forms.ChoiceField(label=_("Area"), choices=area_choices(scope))


def _dossier_word(code: str) -> str:
    kind = library().dossier_kinds.get(code)
    return kind.name if kind else _("Dossier")


class ReasonForm(forms.Form):
    """Why, and which version was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class VersionForm(forms.Form):
    """Which version was seen, and a note."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────


def sorted_column(asked: Asked, name: str, title: str, **said: Any) -> Column:
    """Return a column whose head sorts the list: up, then down, then as usual."""
    now = asked.get("sort")
    following = {name: f"-{name}", f"-{name}": None}.get(now, name)
    how = {name: "up", f"-{name}": "down"}.get(now, "")
    return Column(title=title, sort_url=asked.address(sort=following), sorted=how, **said)


def day_text(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day is not None else ""
