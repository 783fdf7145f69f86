"""What somebody says about a plan item, checked: one sentence per field that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import UnknownKindError, library
from zhenshu.ground.packs.schema import PlanKind
from zhenshu.ground.people.models import Office, User
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.fields import FieldProblem, clean_fields, clean_text
from zhenshu.registers.plans.errors import PlanInvalidError
from zhenshu.registers.plans.models import Level, PlanItem, State
from zhenshu.registers.plans.visibility import MOST_DEPTH, line_of

Problems = dict[str, str]
ORDER = {level: place for place, level in enumerate(Level.values)}
MOST_WEIGHT = Decimal(10_000)
MOST_DAYS = 5_000


@dataclass(frozen=True, kw_only=True)
class PlanDraft:
    """A plan item as somebody describes it; areas, offices and persons by number."""

    kind: str
    title: str
    area: int
    description: str = ""
    category: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    parent: int | None = None
    position: int = 0
    lead_office: int | None = None
    assisting: tuple[int, ...] = ()
    leader: int | None = None
    owner: int | None = None
    start: date | None = None
    due: date | None = None
    promised: date | None = None
    duration: int | None = None
    fixed: bool = False
    weight: Decimal = Decimal(0)
    predecessors: tuple[tuple[int, int], ...] = ()
    subject: int | None = None
    source_report: int | None = None
    source_place: str = ""
    source_quote: str = ""


EDITABLE = frozenset(one.name for one in fields(PlanDraft)) - {"kind", "parent", "position"}


def find_kind(code: str) -> PlanKind:
    """Return the plan kind in force; raise PlanInvalidError when no pack declares it."""
    try:
        return library().plan_kind(code)
    except UnknownKindError as error:
        sentence = _("No business line declares the kind %(kind)s.")
        raise PlanInvalidError({"kind": sentence % {"kind": str(code)[:60]}}) from error


def put(item: PlanItem, said: Mapping[str, Any], kind: PlanKind, *, complete: bool) -> None:
    """Set on *item* what *said* says, all of it checked; raise PlanInvalidError with every problem."""
    problems: Problems = {}
    for name, value in said.items():
        setter = SETTERS.get(name)
        if setter is not None:
            setter(item, value, problems)
    _put_category(item, said, kind, problems)
    if complete or "fields" in said:
        values, wrong = clean_fields(kind.fields, said.get("fields", {}), complete=complete)
        problems |= {f"fields.{key}": sentence for key, sentence in wrong.items()}
        merged = {**item.fields, **values}
        item.fields = {key: value for key, value in merged.items() if value is not None}
    _check_dates(item, problems)
    if problems:
        raise PlanInvalidError(problems)


def _put_title(item: PlanItem, value: Any, problems: Problems) -> None:
    item.title = _text(value, 200, "title", problems)
    if not item.title:
        problems["title"] = _("Please fill this in.")


def _text(value: Any, limit: int, name: str, problems: Problems) -> str:
    try:
        return clean_text(value or "", limit=limit)
    except FieldProblem as problem:
        problems[name] = str(problem)
        return ""


def _text_setter(name: str, limit: int) -> Callable[[PlanItem, Any, Problems], None]:
    def put_text(item: PlanItem, value: Any, problems: Problems) -> None:
        setattr(item, name, _text(value, limit, name, problems))

    return put_text


def _plain_setter(name: str) -> Callable[[PlanItem, Any, Problems], None]:
    def put_plain(item: PlanItem, value: Any, problems: Problems) -> None:
        setattr(item, name, value)

    return put_plain


def _record_setter(
    name: str, find: Callable[[int], Any], sentence: str
) -> Callable[[PlanItem, Any, Problems], None]:
    def put_record(item: PlanItem, value: Any, problems: Problems) -> None:
        found = find(value) if value else None
        if value and found is None or name == "area" and found is None:
            problems[name] = _(sentence)
            return
        setattr(item, name, found)

    return put_record


def _put_duration(item: PlanItem, value: Any, problems: Problems) -> None:
    if value is not None and not 0 <= value <= MOST_DAYS:
        problems["duration"] = _("Give 0 to %(most)d working days.") % {"most": MOST_DAYS}
        return
    item.duration = value


def _put_weight(item: PlanItem, value: Any, problems: Problems) -> None:
    if not 0 <= value <= MOST_WEIGHT:
        problems["weight"] = _("Give a weight from 0 to %(most)d.") % {"most": MOST_WEIGHT}
        return
    item.weight = value


def _put_category(item: PlanItem, said: Mapping[str, Any], kind: PlanKind, problems: Problems) -> None:
    if "category" not in said:
        return
    item.category = said["category"] or ""
    if item.category and item.category not in kind.categories:
        known = "、".join(kind.categories.values()) or _("none")
        problems["category"] = _("Choose one of: %(known)s.") % {"known": known}


def _check_dates(item: PlanItem, problems: Problems) -> None:
    if item.start and item.due and item.start > item.due:
        problems["due"] = _("An item is due no earlier than it starts.")


def _area(pk: int) -> Area | None:
    return Area.objects.open().defer("boundary").filter(pk=pk).first()


def _office(pk: int) -> Office | None:
    return Office.objects.filter(pk=pk, closed_on=None).first()


def _user(pk: int) -> User | None:
    return User.objects.filter(pk=pk, is_active=True).first()


def _dossier(pk: int) -> Dossier | None:
    return Dossier.objects.filter(pk=pk).first()


NO_OFFICE = gettext_noop("Choose an office that exists today.")
NO_PERSON = gettext_noop("Choose a person who works here today.")
SETTERS: Mapping[str, Callable[[PlanItem, Any, Problems], None]] = {
    "title": _put_title,
    "description": _text_setter("description", 20_000),
    "area": _record_setter("area", _area, gettext_noop("Choose an area that exists today.")),
    "lead_office": _record_setter(
        "lead_office", _office, gettext_noop("Choose an office that exists today.")
    ),
    "leader": _record_setter("leader", _user, NO_PERSON),
    "owner": _record_setter("owner", _user, NO_PERSON),
    "subject": _record_setter("subject", _dossier, gettext_noop("Choose a dossier that exists.")),
    "start": _plain_setter("start"),
    "due": _plain_setter("due"),
    "promised": _plain_setter("promised"),
    "duration": _put_duration,
    "fixed": _plain_setter("fixed"),
    "weight": _put_weight,
    "source_report": _plain_setter("source_report"),
    "source_place": _text_setter("source_place", 60),
    "source_quote": _text_setter("source_quote", 20_000),
}


def check_offices(ids: Iterable[int]) -> tuple[int, ...]:
    """Return assisting offices in the order given, each once; refuse one that is closed or unknown."""
    wanted = tuple(dict.fromkeys(ids))
    if Office.objects.filter(pk__in=wanted, closed_on=None).count() != len(wanted):
        raise PlanInvalidError({"assisting": _(NO_OFFICE)})
    return wanted


def check_place(item: PlanItem, parent: PlanItem | None, *, height: int = 1) -> None:
    """Refuse a parent that can't hold *item*: narrower than it, a milestone, ended, or one of its parts.

    *height* counts the storeys of the item with its parts.
    """
    if parent is None:
        return
    line = list(line_of(parent))
    if item.pk in {above.pk for above in line} and item.pk is not None:
        raise PlanInvalidError({"parent": _("An item can't be a part of itself.")})
    if len(line) + height > MOST_DEPTH:
        sentence = _("A plan has at most %(most)d storeys.")
        raise PlanInvalidError({"parent": sentence % {"most": MOST_DEPTH}})
    if parent.state != State.OPEN:
        raise PlanInvalidError({"parent": _("%(title)s has ended.") % {"title": parent.title}})
    if parent.level == Level.MILESTONE or ORDER[parent.level] > ORDER[item.level]:
        words = {"level": Level(item.level).label, "above": Level(parent.level).label}
        raise PlanInvalidError({"parent": _("A %(level)s can't be part of a %(above)s.") % words})
