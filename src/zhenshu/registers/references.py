"""Find the area, office, user or dossier that a cell or form names; remembers what it has found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.models import Office, User
from zhenshu.registers.dossiers.models import Dossier, State


class ReferenceProblem(ValueError):
    """A name fits no record, or several; the text is a sentence for the person."""


class References:
    """A look-up with a memory, so that a sheet of ten thousand rows asks each name once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str | None, str], int] = {}

    def find(self, kind: str, value: Any, *, of: str | None = None) -> int:
        """Return the number of the record of *kind* (area, office, user, dossier) that *value* names."""
        key = (kind, of, _text(value))
        if key not in self._found:
            self._found[key] = _only(QUESTIONS[kind](key[2], of), key[2])
        return self._found[key]


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _only(records: QuerySet[Any], text: str) -> int:
    ids = list(records.values_list("pk", flat=True)[:2])
    if not ids:
        raise ReferenceProblem(_("Nothing here is called “%(text)s”.") % {"text": text[:60]})
    if len(ids) > 1:
        raise ReferenceProblem(
            _("“%(text)s” names more than one record; give its full path, code or number.")
            % {"text": text[:60]}
        )
    return int(ids[0])


def _number(text: str) -> Q:
    return Q(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 12 else Q(pk__in=[])


def _areas(text: str, of: str | None) -> QuerySet[Any]:
    """Match by number, code, name, or by the names down the tree: 东浦村/第一网格."""
    *above, name = [part.strip() for part in text.split("/")]
    areas = Area.objects.open().filter(_number(text) | Q(code=text) | Q(name=name) | Q(short_name=name))
    for steps, parent in enumerate(reversed(above), start=1):
        areas = areas.filter(**{f"{'parent__' * steps}name": parent})
    return areas


def _offices(text: str, of: str | None) -> QuerySet[Any]:
    return Office.objects.filter(_number(text) | Q(name=text) | Q(short_name=text), closed_on=None)


def _users(text: str, of: str | None) -> QuerySet[Any]:
    return User.objects.filter(_number(text) | Q(username=text) | Q(name=text), is_active=True)


def _dossiers(text: str, of: str | None) -> QuerySet[Any]:
    named = _number(text) | Q(title=text) | Q(identity=text)
    code = of or ""
    # A pack may name a kind of its own without its own key.
    kind = Q(kind=code) if "." in code else Q(kind__endswith=f".{code}")
    return Dossier.objects.filter(named, kind).exclude(state=State.MERGED)


QUESTIONS: Mapping[str, Callable[[str, str | None], QuerySet[Any]]] = {
    "area": _areas,
    "office": _offices,
    "user": _users,
    "dossier": _dossiers,
}


def names_of(kind: str, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of records by number, in one query."""
    model, column = NAMES[kind]
    return dict(model._default_manager.filter(pk__in=set(ids)).values_list("pk", column))


NAMES: Mapping[str, tuple[Any, str]] = {
    "area": (Area, "name"),
    "office": (Office, "name"),
    "user": (User, "name"),
    "dossier": (Dossier, "title"),
}
