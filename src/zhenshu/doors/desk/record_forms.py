"""A form for a record of a pack: its fields as controls, what is typed judged by the register alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict

from zhenshu.doors.desk.pack_fields import PREFIX, entered_fields, pack_field
from zhenshu.ground.packs.schema import FieldKind, FieldType
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.references import names_of

# Controls that offer names show the name of the record a field points to; lists of choices its number.
BY_NAME = frozenset({FieldType.DOSSIER, FieldType.USER})


class RecordForm(forms.Form):
    """The fields of a pack as a form. *hidden* names fields that are masked for this person."""

    def __init__(
        self,
        kinds: Mapping[str, FieldKind],
        given: QueryDict | None = None,
        *,
        scope: Scope,
        values: Mapping[str, Any] | None = None,
        hidden: Iterable[str] = (),
    ) -> None:
        super().__init__(given)
        left_out = set(hidden)
        self.kinds = {code: kind for code, kind in kinds.items() if code not in left_out}
        for code, kind in self.kinds.items():
            name = f"{PREFIX}{code}"
            self.fields[name] = pack_field(kind, scope)
            if values is not None:
                self.initial[name] = control_value(kind, values.get(code))

    def _clean_fields(self) -> None:
        """Leave the judging to the register, which says what is wrong in its own words."""

    def typed(self) -> dict[str, Any]:
        """Return what was typed, by field, as the register reads it."""
        return entered_fields(self.kinds, self.data)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Put each sentence at its field; what has no field here stands above the form."""
        for code, sentence in problems.items():
            name = f"{PREFIX}{code}"
            self.add_error(name if name in self.fields else None, sentence)


def control_value(kind: FieldKind, value: Any) -> Any:
    """Return a stored value as its control shows it and the register reads it back."""
    if value in (None, "", []):
        return None
    if kind.type in BY_NAME:
        return names_of(kind.type.value, [value]).get(value, "")
    match kind.type:
        case FieldType.DATETIME:
            return f"{datetime.fromisoformat(value):%Y-%m-%dT%H:%M}"
        case FieldType.POINT:
            return f"{value[0]}, {value[1]}"
    return value
