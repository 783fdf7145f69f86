"""Fields of packs as controls of a form. What is entered is judged by the registers, not here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import FieldKind, FieldType
from zhenshu.ground.people.models import Office, User
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.visibility import visible_dossiers
from zhenshu.registers.references import names_of

PREFIX = "fields."
MOST_OFFERED = 300
FEW_CHOICES = 6


class TypedText(forms.TextInput):
    """A line of text with a keyboard that fits."""

    def __init__(self, input_type: str = "text", **attrs: Any) -> None:
        super().__init__(attrs={key.replace("_", "-"): value for key, value in attrs.items()})
        self.input_type = input_type


class Suggested(forms.TextInput):
    """A line of text with names to choose from; the register finds the record by its name."""

    template_name = "desk/widgets/suggested.html"

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self.names = list(names)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["names"] = self.names
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}-names"
        return context


class PackField(forms.Field):
    """A control whose value goes to the register as it was entered."""

    def __init__(self, kind: FieldKind, widget: forms.Widget) -> None:
        super().__init__(
            label=kind.name, required=kind.required, help_text=kind.help, widget=widget, initial=kind.default
        )
        self.unit = kind.unit or ("元" if kind.type is FieldType.MONEY else "")
        self.many = kind.type is FieldType.CHOICES


def pack_field(kind: FieldKind, scope: Scope) -> PackField:
    """Return the control for a field of any type a pack knows."""
    return PackField(kind, WIDGETS[kind.type](kind, scope))


def _text(kind: FieldKind, scope: Scope) -> forms.Widget:
    return TypedText(maxlength=500)


def _longtext(kind: FieldKind, scope: Scope) -> forms.Widget:
    return forms.Textarea(attrs={"rows": 3})


def _number(kind: FieldKind, scope: Scope) -> forms.Widget:
    step = "1" if kind.type is FieldType.INTEGER else "any"
    bounds = {name: value for name, value in (("min", kind.min), ("max", kind.max)) if value is not None}
    mode = "numeric" if kind.type is FieldType.INTEGER else "decimal"
    return TypedText("number", step=step, inputmode=mode, **{k: f"{v:g}" for k, v in bounds.items()})


def _boolean(kind: FieldKind, scope: Scope) -> forms.Widget:
    if kind.required:
        return forms.RadioSelect(choices=[("yes", _("yes")), ("no", _("no"))])
    return forms.CheckboxInput()


def _date(kind: FieldKind, scope: Scope) -> forms.Widget:
    return TypedText("date")


def _datetime(kind: FieldKind, scope: Scope) -> forms.Widget:
    return TypedText("datetime-local")


def _choice(kind: FieldKind, scope: Scope) -> forms.Widget:
    if len(kind.options) <= FEW_CHOICES:
        return forms.RadioSelect(choices=list(kind.options.items()))
    return forms.Select(choices=[("", _("Please choose")), *kind.options.items()])


def _choices(kind: FieldKind, scope: Scope) -> forms.Widget:
    return forms.CheckboxSelectMultiple(choices=list(kind.options.items()))


def _area(kind: FieldKind, scope: Scope) -> forms.Widget:
    return forms.Select(choices=[("", _("Please choose")), *area_choices(scope)])


def _office(kind: FieldKind, scope: Scope) -> forms.Widget:
    return forms.Select(choices=[("", _("Please choose")), *office_choices()])


def _user(kind: FieldKind, scope: Scope) -> forms.Widget:
    names = User.objects.filter(is_active=True).order_by("name").values_list("name", flat=True)
    return Suggested(names[:MOST_OFFERED])


def _dossier(kind: FieldKind, scope: Scope) -> forms.Widget:
    titles = (
        visible_dossiers(scope).filter(kind=kind.of or "").order_by("title").values_list("title", flat=True)
    )
    return Suggested(titles[:MOST_OFFERED])


def _phone(kind: FieldKind, scope: Scope) -> forms.Widget:
    return TypedText("tel", inputmode="tel", maxlength=40, autocomplete="off")


def _id_number(kind: FieldKind, scope: Scope) -> forms.Widget:
    return TypedText(maxlength=18, autocomplete="off", spellcheck="false")


def _point(kind: FieldKind, scope: Scope) -> forms.Widget:
    return TypedText(maxlength=60, placeholder="120.15, 30.28", inputmode="decimal")


WIDGETS: Mapping[FieldType, Callable[[FieldKind, Scope], forms.Widget]] = {
    FieldType.TEXT: _text,
    FieldType.LONGTEXT: _longtext,
    FieldType.INTEGER: _number,
    FieldType.DECIMAL: _number,
    FieldType.MONEY: _number,
    FieldType.PERCENT: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.AREA: _area,
    FieldType.OFFICE: _office,
    FieldType.USER: _user,
    FieldType.DOSSIER: _dossier,
    FieldType.PHONE: _phone,
    FieldType.ID_NUMBER: _id_number,
    FieldType.POINT: _point,
}


def area_choices(scope: Scope) -> list[tuple[str, str]]:
    """Return the areas below the posts, indented by storey."""
    paths = [post.area_path for post in scope.posts]
    rows = Area.objects.open().order_by("path").values_list("pk", "name", "level", "path")
    seen = [row for row in rows if any(row[3].startswith(path) for path in paths)]
    top = min((level for _pk, _name, level, _path in seen), default=0)
    return [(str(pk), f"{'　' * (level - top)}{name}") for pk, name, level, _path in seen]


def office_choices() -> list[tuple[str, str]]:
    """Return the offices that work today."""
    rows = Office.objects.filter(closed_on=None).order_by("pk").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


def entered_fields(kinds: Mapping[str, FieldKind], posted: Any) -> dict[str, Any]:
    """Return what was entered for the fields of a kind; boxes that were left empty mean no."""
    given: dict[str, Any] = {}
    for key, kind in kinds.items():
        name = f"{PREFIX}{key}"
        if kind.type is FieldType.CHOICES and isinstance(posted, MultiValueDict):
            given[key] = posted.getlist(name)
        elif kind.type is FieldType.BOOLEAN and not kind.required:
            given[key] = posted.get(name) in ("on", "yes", "true")
        else:
            given[key] = posted.get(name, "")
    return given


def shown_value(kind: FieldKind, value: Any) -> str:
    """Return a stored value of a field as people read it."""
    if value in (None, "", []):
        return ""
    match kind.type:
        case FieldType.BOOLEAN:
            return _("yes") if value is True else _("no") if value is False else str(value)
        case FieldType.CHOICE:
            return kind.options.get(str(value), str(value))
        case FieldType.CHOICES:
            return "、".join(kind.options.get(str(one), str(one)) for one in value)
        case FieldType.AREA | FieldType.OFFICE | FieldType.USER | FieldType.DOSSIER:
            return (
                names_of(kind.type.value, [value]).get(value, str(value))
                if isinstance(value, int)
                else str(value)
            )
        case FieldType.POINT:
            return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    unit = kind.unit or ("元" if kind.type is FieldType.MONEY else "")
    return f"{value} {unit}".strip()
