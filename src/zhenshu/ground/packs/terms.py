"""What can be asked of a record of each kind: its names for conditions, its dates, its numbers."""

from __future__ import annotations

from collections.abc import Mapping

from zhenshu.ground.packs.conditions import (
    CASE_FACTS,
    DOSSIER_FACTS,
    PLAN_FACTS,
    RECORD_FACTS,
    TYPE_OF_FIELD,
    Term,
)
from zhenshu.ground.packs.schema import (
    DATES,
    NUMBERS,
    CaseKind,
    DossierKind,
    FieldKind,
    FundKind,
    Packed,
    PayoutKind,
    PlanKind,
    PointsKind,
)

# The dates that put a record into a period, besides its own date fields.
CASE_DATES = ("opened", "reported", "dispatched", "answered", "called_back", "closed", "due")
DOSSIER_DATES = ("opened", "closed")
PLAN_DATES = ("start", "due", "done")
RECORD_DATES = ("on",)
READING_DATES = ("period",)

# The numbers a record of a block has by itself.
BLOCK_NUMBERS: dict[str, tuple[str, ...]] = {
    "contracts": ("amount",),
    "payouts": ("amount", "people"),
    "meetings": ("people", "decisions"),
    "surveys": ("answers",),
    "learning": ("people",),
    "points": ("points",),
    "supplies": ("quantity",),
    "funds": ("amount",),
    "draws": ("drawn",),
    "checklists": ("failed",),
}

# Conditions with a name of their own, for short measures such as ``visit.closed_in_time``: (where, date).
WELL_KNOWN: dict[str, tuple[dict[str, object], str]] = {
    "opened": ({}, "opened"),
    "dispatched": ({"stage": {"set": True}}, "dispatched"),
    "answered": ({}, "answered"),
    "closed": ({"outcome": {"set": True}}, "closed"),
    "closed_in_time": ({"outcome": {"set": True}, "in_time": True}, "closed"),
    "closed_late": ({"outcome": {"set": True}, "in_time": False}, "closed"),
    "resolved": ({"outcome": "resolved"}, "closed"),
    "due": ({}, "due"),
    "due_in_time": ({"in_time": True}, "due"),
    "called_back": ({"solved": ["yes", "partly", "no"]}, "called_back"),
    "rated": ({"satisfied": ["yes", "mostly", "no"]}, "called_back"),
    "solved": ({"solved": "yes"}, "called_back"),
    "satisfied": ({"satisfied": ["yes", "mostly"]}, "called_back"),
    "reopened": ({"reopened": {"gte": 1}}, "opened"),
    "returned": ({"returned": {"gte": 1}}, "opened"),
    "extended": ({"extended": True}, "opened"),
    "supervised": ({"supervised": True}, "opened"),
    "parked": ({"parked": True}, "opened"),
    "overdue": ({"overdue": True}, "opened"),
    "merged": ({"merged": True}, "opened"),
}

Terms = Mapping[str, FieldKind | Term]


def fields_of(kind: Packed) -> Mapping[str, FieldKind]:
    """Return the fields one record of *kind* carries."""
    found: Mapping[str, FieldKind] = getattr(kind, "fields", {})
    return found


def facts_of(kind: Packed) -> Mapping[str, Term]:
    """Return what a record of *kind* says of itself besides its fields."""
    match kind:
        case CaseKind():
            return {**CASE_FACTS, **_case_choices(kind)}
        case DossierKind():
            return {**DOSSIER_FACTS, **_latest_readings(kind)}
        case PlanKind():
            return {**PLAN_FACTS, **_plan_choices(kind)}
        case PayoutKind():
            return {**RECORD_FACTS, "rate": Term("choice", tuple(kind.rates)), "paid": Term("boolean")}
        case PointsKind():
            return {**RECORD_FACTS, "rule": Term("choice", (*kind.rules, *kind.rewards))}
        case FundKind():
            return {**RECORD_FACTS, "use": Term("choice", (*kind.incoming, *kind.outgoing))}
        case _:
            return RECORD_FACTS


def _case_choices(kind: CaseKind) -> dict[str, Term]:
    clocks = Term("choices", tuple(kind.clocks))
    choices = {"kept": clocks, "missed": clocks, "priority": Term("choice", tuple(kind.priorities))}
    if kind.channels:
        choices["channel"] = Term("choice", tuple(kind.channels))
    return choices


def _plan_choices(kind: PlanKind) -> dict[str, Term]:
    choices = {"stage": tuple(kind.life), "category": tuple(kind.categories)}
    return {name: Term("choice", options) for name, options in choices.items() if options}


def _latest_readings(kind: DossierKind) -> dict[str, Term]:
    """The last value of each reading may be asked for as ``reading.field``."""
    return {
        f"{key}.{field}": Term(TYPE_OF_FIELD[declared.type], tuple(declared.options))
        for key, reading in kind.readings.items()
        for field, declared in reading.fields.items()
    }


def dates_of(kind: Packed, block: str, reading: str | None = None) -> tuple[str, ...]:
    """Return the dates that may put a record of *kind* into a period."""
    if reading is not None:
        return READING_DATES
    own = tuple(key for key, field in fields_of(kind).items() if field.type in DATES)
    if isinstance(kind, PlanKind):
        return (*PLAN_DATES, *(f"life.{key}" for key in kind.life), *own)
    return (*{"cases": CASE_DATES, "dossiers": DOSSIER_DATES}.get(block, RECORD_DATES), *own)


def numbers_of(kind: Packed, block: str, reading: str | None = None) -> tuple[str, ...]:
    """Return what can be added up over records of *kind*, or over one of its readings."""
    if reading is not None and isinstance(kind, DossierKind):
        fields: Mapping[str, FieldKind] = kind.readings[reading].fields
        return tuple(key for key, field in fields.items() if field.type in NUMBERS)
    own = tuple(key for key, field in fields_of(kind).items() if field.type in NUMBERS)
    return (*BLOCK_NUMBERS.get(block, ()), *own)
