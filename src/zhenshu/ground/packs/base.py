"""What every declared thing of a pack shares: frozen, typed, named, with its key written into it."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from zhenshu.ground.worktime.limits import Limit, LimitError, parse_limit

KEY = r"^[a-z][a-z0-9_]*$"
CODE = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"


def refuse(kind: str, *below: str, **facts: Any) -> PydanticCustomError:
    """Return the refusal *kind* of `problems.SENTENCES`, carrying its *facts*; the caller raises it.

    *below* leads from the thing that is refused down to the key that is wrong.
    """
    return PydanticCustomError(f"pack_{kind}", "{kind}", {"kind": kind, "below": below, "facts": facts})


def read_limit(value: Any) -> Any:
    """Return the limit written in *value*; a text that is none is refused with the reason."""
    if isinstance(value, Limit):
        return value
    try:
        return parse_limit(str(value))
    except LimitError as error:
        raise refuse("limit", written=str(value), reason=str(error)) from error


LimitValue = Annotated[Limit, BeforeValidator(read_limit)]
Where = dict[str, Any]  # the closed condition language of `conditions`, checked there


class Declared(BaseModel):
    """Base of everything a pack declares.

    In a mapping of named things the key is the thing's own code, and a plain text is short for a thing
    that has nothing but a name: ``return: {not_ours: 不属本单位职责}``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def give_children_their_keys(cls, raw: Any) -> Any:
        """Write each named child's key into it, so that an object knows its own code."""
        if not isinstance(raw, dict):
            return raw
        keyed = {
            name: with_codes(raw[name], depth, (name,))
            for name, depth in keyed_fields(cls).items()
            if isinstance(raw.get(name), dict)
        }
        return {**raw, **keyed} if keyed else raw


class Named(Declared):
    """Something with a key in its parent and a Chinese name."""

    code: str = ""
    name: str


class Packed(Named):
    """A named thing that stands at the top of a pack and is known everywhere as ``pack.code``."""

    pack: str = ""

    @property
    def full_code(self) -> str:
        return f"{self.pack}.{self.code}"


@cache
def keyed_fields(owner: type[BaseModel]) -> dict[str, int]:
    """Return the fields of *owner* that map keys to named things, with how many mappings deep those stand."""
    depths = {name: _named_depth(field.annotation) for name, field in owner.model_fields.items()}
    return {name: depth for name, depth in depths.items() if depth}


def _named_depth(annotation: Any, depth: int = 0) -> int:
    if get_origin(annotation) is dict:
        return _named_depth(get_args(annotation)[1], depth + 1)
    return depth if isinstance(annotation, type) and issubclass(annotation, Named) else 0


def with_codes(children: dict[str, Any], depth: int, place: tuple[str, ...]) -> dict[str, Any]:
    """Return *children* with each one's key written into it as its code."""
    if depth > 1:
        return {
            key: with_codes(child, depth - 1, (*place, key)) if isinstance(child, dict) else child
            for key, child in children.items()
        }
    return {key: _with_code(key, child, place) for key, child in children.items()}


def _with_code(key: str, child: Any, place: tuple[str, ...]) -> Any:
    if isinstance(child, str):
        return {"name": child, "code": key}
    if not isinstance(child, dict):
        return child
    if "code" in child:
        raise refuse("own_key", *place, key, "code", key=key, own="code")
    return {**child, "code": key}


class FieldType(StrEnum):
    TEXT = "text"
    LONGTEXT = "longtext"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    AREA = "area"
    OFFICE = "office"
    USER = "user"
    DOSSIER = "dossier"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    POINT = "point"


NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT})
DATES = frozenset({FieldType.DATE, FieldType.DATETIME})


class FieldKind(Named):
    """One typed field. *sensitive* fields need the sensitive right and are masked without it."""

    type: FieldType = FieldType.TEXT
    required: bool = False
    options: dict[str, str] = {}
    of: str | None = None  # the dossier kind a field of type dossier points to
    min: float | None = None
    max: float | None = None
    unit: str = ""
    sensitive: bool = False
    help: str = ""
    aliases: tuple[str, ...] = ()  # column headings under which spreadsheets know it
    default: Any = None
    formerly: tuple[str, ...] = ()  # keys it had before: what records hold under them comes along

    @model_validator(mode="after")
    def check(self) -> FieldKind:
        if self.type in (FieldType.CHOICE, FieldType.CHOICES) and not self.options:
            raise refuse("options_missing", "type", type=str(self.type))
        if self.type is FieldType.DOSSIER and not self.of:
            raise refuse("of_missing", "type")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise refuse("min_above_max", "min", min=f"{self.min:g}", max=f"{self.max:g}")
        return self
