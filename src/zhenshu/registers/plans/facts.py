"""A plan item as plain facts: what the ledger compares, versions keep and tallies count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhenshu.registers.plans.models import PlanFacts, PlanItem, PlanVersion

# What a version keeps: the columns that an item and its past have in common.
KEPT: tuple[str, ...] = tuple(field.attname for field in PlanFacts._meta.local_fields)
OWN = ("root_id", "subject_id", "source_report", "source_place", "source_quote", "version")

Links = Sequence[Sequence[int]]


def plan_facts(item: PlanItem, *, assisting: Sequence[int] = (), predecessors: Links = ()) -> dict[str, Any]:
    """Return everything an item says of itself, flat; its own fields stand under ``fields``.

    *assisting* are its assisting offices, *predecessors* the pairs (item, lag) it waits for.
    """
    facts = {name: getattr(item, name) for name in (*KEPT, *OWN)}
    facts["fields"], facts["life"] = dict(item.fields), dict(item.life)
    facts["assisting"] = list(assisting)
    facts["predecessors"] = [list(pair) for pair in predecessors]
    return facts


def version_values(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a version from the facts of the item."""
    return {name: facts[name] for name in (*KEPT, "version", "assisting", "predecessors")}


def version_facts(version: PlanVersion) -> dict[str, Any]:
    """Return the columns that going back to *version* would set."""
    return {name: getattr(version, name) for name in KEPT}
