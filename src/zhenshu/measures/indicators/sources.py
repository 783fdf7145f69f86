"""The records that can be counted: how each says its facts, and where the same facts stand in the database.

Both sides are needed: the facts of one record move the tallies when it changes, the columns recount all of
them in the database. A new kind of record is counted when it gets its line in `SOURCES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Exists, F, Func, Model, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from zhenshu.ground.packs.conditions import Columns, Leaf, Term, names_in, to_q
from zhenshu.ground.packs.measures import Counted
from zhenshu.ground.packs.schema import FieldType
from zhenshu.ground.packs.terms import fields_of
from zhenshu.measures.indicators.columns import JsonText, MonthOfDay, MonthOfMoment, MonthOfText, Scaled
from zhenshu.registers.blocks.kinds import KEPT_BLOCKS
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.models import State as RecordState
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.models import Dossier, Reading, State
from zhenshu.registers.engines.models import PointTransfer
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.models import State as PlanState

Facts = Mapping[str, Any]
LEVELS = ("district_id", "town_id", "village_id", "grid_id")


def never(facts: Facts) -> bool:
    """Tell of records of which each one counts."""
    return False


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of record: its table, its facts, its dates and where it lies.

    *dates* gives for each date of the packs the fact and column that hold it; *end* is the date on which a
    record leaves a stock. Without *levels* a record only names its area and follows it through the tree.
    *void* tells of a record that never counts, such as a withdrawn one; *records* leaves the same out.
    """

    subject: str
    model: type[Model]
    records: Callable[[Counted], QuerySet[Any]]
    terms: Callable[[Facts], Mapping[str, Any]]
    columns: Callable[[Counted], Columns]
    dates: Mapping[str, str]
    end: str
    members: Mapping[str, tuple[str, ...]]
    fields: str = "fields"
    area: str = "area_id"
    levels: bool = False
    void: Callable[[Facts], bool] = never

    def date_place(self, at: str) -> tuple[str, str]:
        """Return the column that holds the date *at*, and the key under which it stands there, if any."""
        if at in self.dates:
            return self.dates[at], ""
        if at.startswith("life."):
            return "life", at.removeprefix("life.")
        return self.fields, at

    def leaves(self, at: str) -> bool:
        """Tell whether a stock entered by the date *at* is left again; what counts by its end stays."""
        return self.date_place(at)[0] != self.end

    def column_of_field(self, counted: Counted, field: str) -> str:
        """Return the JSON column that holds *field*: of a reading, or of the record itself."""
        kind: Any = counted.kind
        if counted.reading and field in kind.readings[counted.reading].fields:
            return "values"
        return self.fields


def field_columns(counted: Counted, prefix: str = "fields") -> dict[str, Any]:
    """Return the look-up path of each field a record of this kind carries."""
    return {key: f"{prefix}__{key}" for key in fields_of(counted.kind)}


def always(holds: Callable[[], Q]) -> Callable[[Leaf], Q]:
    """Return the look-up of a fact that every record has, yes or no."""

    def find(leaf: Leaf) -> Q:
        if leaf.operator == "set":
            return Q(pk__isnull=not leaf.value)
        return holds() if leaf.value else ~holds()

    return find


# ── cases ─────────────────────────────────────────────────────────────────────────────────────────────

CASE_NAMES = {
    **{name: name for name in (
        "stage", "outcome", "category", "channel", "priority", "solved", "satisfied", "in_time", "reopened",
        "returned", "parked", "supervised", "extended", "kept", "missed",
    )},
    "area": "area_id",
    "office": "lead_office_id",
}  # fmt: skip


def _case_terms(facts: Facts) -> dict[str, Any]:
    return {
        **facts["fields"],
        **{name: facts[fact] for name, fact in CASE_NAMES.items()},
        "kind": facts["kind"].rpartition(".")[2],
        "overdue": facts["in_time"] is False,
        "merged": facts["merged_into_id"] is not None,
        "first": facts["parent_id"] is None,
        "raised": facts["raised_by_id"] is not None,
    }


def _case_columns(counted: Counted) -> Columns:
    code = counted.kind.code
    return {
        **field_columns(counted),
        **CASE_NAMES,
        "kind": lambda leaf: Q(pk__isnull=code not in _values(leaf)),
        "overdue": always(lambda: Q(in_time=False)),
        "merged": always(lambda: Q(merged_into__isnull=False)),
        "first": always(lambda: Q(parent__isnull=True)),
        "raised": always(lambda: Q(raised_by__isnull=False)),
    }


def _values(leaf: Leaf) -> tuple[Any, ...]:
    return leaf.value if leaf.operator == "in" else (leaf.value,)


CASES = Source(
    subject="cases.case",
    model=Case,
    records=lambda counted: Case.objects.filter(kind=counted.full_code),
    terms=_case_terms,
    columns=_case_columns,
    dates={
        "opened": "opened_at",
        "reported": "reported_at",
        "dispatched": "dispatched_at",
        "answered": "answered_at",
        "called_back": "called_back_at",
        "closed": "closed_at",
        "due": "promise_due_at",
    },
    end="closed_at",
    members={
        "subject": ("subject_id",),
        "reporter": ("reporter_phone", "reporter_name"),
        "reporter_phone": ("reporter_phone",),
        "area": ("area_id",),
        "village": ("village_id",),
        "grid": ("grid_id",),
        "office": ("lead_office_id",),
    },
    levels=True,
)

# ── dossiers and their readings ───────────────────────────────────────────────────────────────────────


def latest_series(counted: Counted) -> frozenset[str]:
    """Return the series of whose latest reading a condition asks: ``{annual.revenue: {gte: 2000}}``."""
    if counted.block != "dossiers" or counted.reading:
        return frozenset()
    kind: Any = counted.kind
    asked = {
        name.partition(".")[0] for name in names_in(counted.where) | names_in(counted.exclude) if "." in name
    }
    return frozenset(asked & kind.readings.keys())


def _dossier_terms(facts: Facts) -> dict[str, Any]:
    latest = {
        f"{series}.{key}": value
        for series, values in facts.get("latest", {}).items()
        for key, value in values.items()
    }
    named = {"state": facts["state"], "title": facts["title"], "area": facts["area_id"]}
    return {**facts["fields"], **latest, **named}


def _dossier_columns(counted: Counted) -> Columns:
    kind: Any = counted.kind
    latest = {
        f"{series}.{key}": in_latest(series, key)
        for series in latest_series(counted)
        for key in kind.readings[series].fields
    }
    return {**field_columns(counted), **latest, "state": "state", "title": "title", "area": "area_id"}


def in_latest(series: str, key: str) -> Callable[[Leaf], Q]:
    """Return the look-up of dossiers by what their latest reading of a series says."""

    def find(leaf: Leaf) -> Q:
        operator, value = leaf.operator, leaf.value
        if operator == "set" and value is False:
            return ~find(replace(leaf, value=True))
        if leaf.type == "date" and operator != "set":
            value = date.fromisoformat(value)
        told = to_q(
            {leaf.name: {operator: value}},
            {leaf.name: f"values__{key}"},
            {},
            facts={leaf.name: Term(leaf.type)},
        )
        return Q(pk__in=_latest_readings(series).filter(told).values("dossier_id"))

    return find


def _latest_readings(series: str) -> QuerySet[Reading]:
    valid = Reading.objects.filter(series=series, replaced_by=None)
    same = valid.filter(dossier_id=OuterRef("dossier_id"))
    later = same.filter(Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), pk__gt=OuterRef("pk")))
    return valid.exclude(Exists(later)).order_by()


def _dossiers(counted: Counted) -> QuerySet[Any]:
    """A merged dossier is the same subject as its heir and never counts beside it."""
    return Dossier.objects.filter(kind=counted.full_code).exclude(state=State.MERGED)


DOSSIERS = Source(
    subject="dossiers.dossier",
    model=Dossier,
    records=_dossiers,
    terms=_dossier_terms,
    columns=_dossier_columns,
    dates={"opened": "opened_on", "closed": "closed_on"},
    end="closed_on",
    members={"area": ("area_id",)},
    void=lambda facts: bool(facts["state"] == State.MERGED),
)


def _reading_terms(facts: Facts) -> dict[str, Any]:
    return {**_dossier_terms(facts), **facts["values"]}


def _reading_columns(counted: Counted) -> Columns:
    kind: Any = counted.kind
    own = {key: f"values__{key}" for key in kind.readings[counted.reading].fields}
    facts = {"state": "dossier__state", "title": "dossier__title", "area": "dossier__area_id"}
    return {**field_columns(counted, "dossier__fields"), **own, **facts}


def _readings(counted: Counted) -> QuerySet[Any]:
    valid = Reading.objects.filter(series=counted.reading, replaced_by=None, dossier__kind=counted.full_code)
    return valid.exclude(dossier__state=State.MERGED)


READINGS = Source(
    subject="dossiers.reading",
    model=Reading,
    records=_readings,
    terms=_reading_terms,
    columns=_reading_columns,
    dates={"period": "on"},
    end="on",
    members={"subject": ("dossier_id",)},
    fields="dossier__fields",
    area="dossier__area_id",
)

# ── plan items ────────────────────────────────────────────────────────────────────────────────────────

PLAN_NAMES = {
    "stage": "stage",
    "category": "category",
    "level": "level",
    "area": "area_id",
    "office": "lead_office_id",
    "progress": "progress",
    "overdue": "overdue",
    "lamp": "lamp",
}


def _plan_terms(facts: Facts) -> dict[str, Any]:
    named = {name: facts[fact] for name, fact in PLAN_NAMES.items()}
    return {**facts["fields"], **named, "done": facts["done_on"] is not None}


def _plan_columns(counted: Counted) -> Columns:
    return {
        **field_columns(counted),
        **PLAN_NAMES,
        "done": always(lambda: Q(done_on__isnull=False)),
        "overdue": always(lambda: Q(overdue=True)),
    }


def _plan_items(counted: Counted) -> QuerySet[Any]:
    """A cancelled item is no longer part of the plan."""
    return PlanItem.objects.filter(kind=counted.full_code).exclude(state=PlanState.CANCELLED)


PLANS = Source(
    subject="plans.planitem",
    model=PlanItem,
    records=_plan_items,
    terms=_plan_terms,
    columns=_plan_columns,
    dates={"start": "start", "due": "due", "done": "done_on"},
    end="done_on",
    members={"subject": ("subject_id",), "area": ("area_id",), "office": ("lead_office_id",)},
    void=lambda facts: bool(facts["state"] == PlanState.CANCELLED),
)

# ── records of the general blocks ─────────────────────────────────────────────────────────────────────

RECORD_NAMES = {"state": "state", "area": "area_id", "office": "office_id"}
# What a block says of a record besides the pack's fields; it stands among them.
BLOCK_FACTS = ("rate", "paid", "use")


def _record_terms(facts: Facts) -> dict[str, Any]:
    return {**facts["fields"], **{name: facts[fact] for name, fact in RECORD_NAMES.items()}}


def _record_columns(counted: Counted) -> Columns:
    own = {name: f"fields__{name}" for name in BLOCK_FACTS}
    return {**own, **field_columns(counted), **RECORD_NAMES}


def _records(counted: Counted) -> QuerySet[Any]:
    return Record.objects.filter(kind=counted.full_code).exclude(state=RecordState.WITHDRAWN)


RECORDS = Source(
    subject="blocks.record",
    model=Record,
    records=_records,
    terms=_record_terms,
    columns=_record_columns,
    dates={"on": "day"},
    end="ended_on",
    members={
        "subject": ("subject_id",),
        "area": ("area_id",),
        "village": ("village_id",),
        "grid": ("grid_id",),
        "office": ("office_id",),
    },
    levels=True,
    void=lambda facts: bool(facts["state"] == RecordState.WITHDRAWN),
)

# ── villagers' points ─────────────────────────────────────────────────────────────────────────────────


def _point_terms(facts: Facts) -> dict[str, Any]:
    return {"rule": facts["rule"], "state": facts["cause"], "area": facts["area_id"]}


def _point_columns(counted: Counted) -> Columns:
    return {"rule": "rule", "state": "cause", "area": "area_id", "office": _no_office}


def _no_office(leaf: Leaf) -> Q:
    """Points are had by a household or a volunteer, never by an office."""
    return Q(pk__isnull=bool(leaf.value))


def _points(counted: Counted) -> QuerySet[Any]:
    """What was reversed never counts, nor does what reversed it."""
    return PointTransfer.objects.filter(kind=counted.full_code, undone=False, reverses=None)


POINTS = Source(
    subject="engines.pointtransfer",
    model=PointTransfer,
    records=_points,
    terms=_point_terms,
    columns=_point_columns,
    dates={"on": "on"},
    end="on",
    members={"subject": ("holder_id",), "area": ("area_id",)},
    void=lambda facts: facts["undone"] or facts["reverses_id"] is not None,
)

SOURCES: dict[str, Source] = {
    "cases": CASES,
    "dossiers": DOSSIERS,
    "plans": PLANS,
    **dict.fromkeys(KEPT_BLOCKS, RECORDS),
    "points": POINTS,
}


def source_of(counted: Counted) -> Source | None:
    """Return the records *counted* is about; None while nothing of that block is kept."""
    return READINGS if counted.reading else SOURCES.get(counted.block)


# ── what of a record is needed, in the database ───────────────────────────────────────────────────────


def field_type(counted: Counted, field: str) -> FieldType | None:
    """Return the type of a pack's field, None for what every record has."""
    kind: Any = counted.kind
    if counted.reading and field in kind.readings[counted.reading].fields:
        return FieldType(kind.readings[counted.reading].fields[field].type)
    declared = fields_of(counted.kind).get(field)
    return FieldType(declared.type) if declared else None


def month_column(source: Source, counted: Counted, at: str) -> Func:
    """Return the month of the date *at* as an expression."""
    column, key = source.date_place(at)
    if key:
        return MonthOfText(_said(JsonText(column, key)))
    return MonthOfMoment(F(column)) if column.endswith("_at") else MonthOfDay(F(column))


def _said(text: Any) -> Func:
    """Return a text, None where it is empty."""
    return NullIf(text, Value("", output_field=TextField()))


def amount_column(source: Source, counted: Counted) -> Any:
    """Return what a record adds, in ten-thousandths; None for a plain count."""
    if counted.way != "sum" or counted.field is None:
        return None
    return Scaled(JsonText(source.column_of_field(counted, counted.field), counted.field))


def member_column(source: Source, counted: Counted) -> Any:
    """Return whom a record names, as text; empty and absent alike None."""
    assert counted.field is not None
    if field_type(counted, counted.field) is not None:
        texts: list[Any] = [JsonText(source.column_of_field(counted, counted.field), counted.field)]
    else:
        texts = [F(column) for column in source.members[counted.field]]
    said = [_said(Cast(text, TextField())) for text in texts]
    return Coalesce(*said) if len(said) > 1 else said[0]


def member_of(facts: Facts, source: Source, counted: Counted) -> str | None:
    """Return whom a record names, as `member_column` does."""
    assert counted.field is not None
    for name in source.members.get(counted.field, ()) if field_type(counted, counted.field) is None else ():
        if facts.get(name) not in (None, ""):
            return str(facts[name])[:120]
    said = facts["fields"].get(counted.field)
    return None if said in (None, "") else str(said)[:120]
