"""Check one case kind: its steps, clocks, categories, imports and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zhenshu.ground.packs.findings import Finding, Place, check_condition, known_fields
from zhenshu.ground.packs.portal_checks import check_portal
from zhenshu.ground.packs.schema import CaseKind, Category
from zhenshu.ground.packs.terms import facts_of

# The acts of `registers.cases`; a test keeps this list and theirs equal.
STEPS = (
    "dispatch", "accept", "answer", "verify", "call_back", "close", "archive", "contact", "add_assist",
    "reply_assist", "object", "decide_objection", "ask_extension", "decide_extension", "hand_over", "pause",
    "resume", "park", "unpark", "return", "take_back", "reopen", "reject", "withdraw", "merge", "group",
    "ungroup", "supervise", "reply_supervision", "settle_supervision", "comment", "urge", "correct",
)  # fmt: skip
ROLES = ("dispatcher", "grid_worker", "officer", "leader", "secretary", "administrator", "viewer",
         "provider")  # fmt: skip
STEP_CONTENTS = (
    "opinion", "attachment", "category", "office", "reason", "handler", "limit", "due", "solved", "satisfied",
    "outcome",
)  # fmt: skip
IMPORT_TARGETS = (
    "number", "title", "description", "category", "channel", "priority", "reported_at", "opened_at", "due_at",
    "closed_at", "reporter_name", "reporter_phone", "address", "area", "office", "assist", "lon", "lat",
    "answer", "answered_at", "answered_by", "solved", "satisfied", "state", "confidential",
)  # fmt: skip
CERTAIN = ("reporter_phone", "reporter_name", "source_number", "subject", "address")


def check_case(kind: CaseKind, place: Place) -> Iterator[Finding]:
    """Yield what is wrong inside one case kind."""
    for field in kind.fields.keys() & facts_of(kind).keys():
        yield Finding((*place, "fields", field), "field_is_fact", {"field": field})
    yield from _steps(kind, place)
    yield from _clocks(kind, place)
    yield from _categories(kind, place)
    yield from _imports(kind, place)
    yield from check_portal(kind, place)
    if kind.duplicates:
        same = (*kind.fields, *CERTAIN)
        yield from known_fields((*place, "duplicates", "same"), kind.duplicates.same, same, kind)
    for attribute in ("opened_by", "escalate"):
        yield from _roles((*place, attribute), getattr(kind, attribute))
    for where, at in _case_conditions(kind):
        yield from check_condition((*place, *at), where, kind)


def _case_conditions(kind: CaseKind) -> Iterator[tuple[Mapping[str, Any], Place]]:
    for key, clock in kind.clocks.items():
        yield clock.when, ("clocks", key, "when")
        for i, rule in enumerate(rule for rule in clock.limits if not rule.category):
            yield rule.when, ("clocks", key, "limits", i, "when")
    for i, line in enumerate(kind.directory):
        yield line.when, ("directory", i, "when")
    for i, reply in enumerate(kind.canned):
        yield reply.when, ("canned", i, "when")


def _steps(kind: CaseKind, place: Place) -> Iterator[Finding]:
    for step, rule in kind.steps.items():
        at = (*place, "steps", step)
        if step not in STEPS:
            yield Finding(at, "unknown_step", {"step": step, "allowed": list(STEPS)})
        yield from _roles((*at, "roles"), rule.roles)
        yield from known_fields((*at, "require"), rule.require, (*STEP_CONTENTS, *kind.fields), kind)


def _roles(place: Place, roles: Iterable[str]) -> Iterator[Finding]:
    for role in roles:
        if role not in ROLES:
            yield Finding(place, "unknown_role", {"role": role, "allowed": list(ROLES)})


def _clocks(kind: CaseKind, place: Place) -> Iterator[Finding]:
    for key, clock in kind.clocks.items():
        if clock.ended_by and clock.ended_by not in STEPS:
            facts = {"step": clock.ended_by, "allowed": list(STEPS)}
            yield Finding((*place, "clocks", key, "ended_by"), "unknown_step", facts)


def _categories(kind: CaseKind, place: Place) -> Iterator[Finding]:
    for path, category in kind.category_paths():
        at = (*place, "categories", *"/children/".join(path.split("/")).split("/"))
        for attribute in ("limits", "limits_by"):
            for clock in getattr(category, attribute):
                if clock not in kind.clocks:
                    facts = {"clock": clock, "allowed": list(kind.clocks)}
                    yield Finding((*at, attribute, clock), "unknown_clock", facts)
        yield from _classes(kind, category, at)


def _classes(kind: CaseKind, category: Category, place: Place) -> Iterator[Finding]:
    for key, limits in category.limits_by.items():
        clock = kind.clocks.get(key)
        options = list(kind.fields[clock.by].options) if clock and clock.by else []
        for value in limits:
            if clock and value not in options:
                facts = {"field": clock.by or "by", "value": value, "allowed": options}
                yield Finding((*place, "limits_by", key, value), "unknown_option", facts)


def _imports(kind: CaseKind, place: Place) -> Iterator[Finding]:
    allowed = [*IMPORT_TARGETS, *(f"fields.{key}" for key in kind.fields)]
    for key, shape in kind.imports.items():
        for attribute in ("columns", "values"):
            for target in getattr(shape, attribute):
                if target not in allowed:
                    facts = {"column": target, "allowed": allowed}
                    yield Finding((*place, "imports", key, attribute, target), "unknown_column", facts)
