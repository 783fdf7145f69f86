"""A case as plain facts: what the ledger compares, conditions test and tallies count."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from zhenshu.registers.cases.models import Case

PLAIN = (
    "number", "kind", "title", "description", "category", "channel", "priority", "stage", "is_open",
    "outcome", "paused", "parked", "supervised", "extended", "reopened", "objections", "returned",
    "objecting", "extending", "confidential", "area_id", "district_id", "town_id", "village_id", "grid_id",
    "address", "lon", "lat", "reporter_name", "reporter_phone", "reported_by_id", "subject_id", "parent_id",
    "raised_by_id", "merged_into_id", "source", "source_number", "lead_office_id", "handler_id",
    "verifier_id", "reported_at", "opened_at", "dispatched_at", "answered_at", "called_back_at",
    "closed_at", "due_at", "promise_due_at", "in_time", "kept", "missed", "answer", "solved", "satisfied",
)  # fmt: skip
_read = attrgetter(*PLAIN)


def case_facts(case: Case) -> dict[str, Any]:
    """Return everything a case says of itself, flat; its own fields stand under ``fields``."""
    facts: dict[str, Any] = dict(zip(PLAIN, _read(case), strict=True))
    facts["fields"] = dict(case.fields)
    return facts


def condition_facts(case: Case) -> dict[str, Any]:
    """Return the facts that a pack's conditions may ask for: the well-known ones and the kind's fields."""
    return {
        **case.fields,
        "kind": case.kind.rpartition(".")[2],
        "stage": case.stage,
        "outcome": case.outcome,
        "category": case.category,
        "channel": case.channel,
        "priority": case.priority,
        "area": case.area_id,
        "office": case.lead_office_id,
        "solved": case.solved,
        "satisfied": case.satisfied,
        "in_time": case.in_time,
        "overdue": case.in_time is False,
        "reopened": case.reopened,
        "returned": case.returned,
        "merged": case.merged_into_id is not None,
        "first": case.parent_id is None,
        "parked": case.parked,
        "supervised": case.supervised,
        "extended": case.extended,
        "raised": case.raised_by_id is not None,
        "kept": case.kept,
        "missed": case.missed,
    }
