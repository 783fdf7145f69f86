"""Correct what a case says; no clock gets a new start by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhenshu.registers.cases import clocks as clockwork
from zhenshu.registers.cases.drafts import CORRECTABLE, Lookups, clean_said, find_area, find_subject, set_area
from zhenshu.registers.cases.errors import StepIncompleteError
from zhenshu.registers.cases.turn import Turn
from zhenshu.registers.fields import clean_fields


def correct(turn: Turn) -> None:
    """Correct what the case says. A clock whose limit follows from it gets that limit, never a new start."""
    changes, lookups = dict(turn.given.changes), Lookups()
    problems = {
        key: _("%(key)s cannot be corrected.") % {"key": key} for key in changes if key not in CORRECTABLE
    }
    values, wrong = clean_said(turn.kind, {key: changes[key] for key in changes if key not in problems})
    problems |= wrong
    area = find_area(changes["area"], problems, lookups) if "area" in changes else None
    if "subject" in changes:
        values["subject_id"] = find_subject(turn.kind, changes["subject"], problems, lookups)
    fields = _clean_given_fields(turn, problems)
    if problems:
        raise StepIncompleteError(problems)
    for key, value in values.items():
        setattr(turn.case, key, value)
    if area is not None:
        set_area(turn.case, area)
    turn.case.fields = {**turn.case.fields, **fields}
    _renew_limits(turn)


def _clean_given_fields(turn: Turn, problems: dict[str, str]) -> Mapping[str, Any]:
    values, wrong = clean_fields(turn.kind.fields, turn.given.fields, complete=False)
    problems |= {f"fields.{key}": sentence for key, sentence in wrong.items()}
    return values


def _renew_limits(turn: Turn) -> None:
    """Give each live clock the limit that follows from what the case says now."""
    pauses = None
    for clock in turn.live_clocks():
        if clock.key not in turn.kind.clocks or clock.supervision_id:
            continue
        limit, basis = clockwork.limit_for(turn.case, turn.kind, clock.key)
        if str(limit) == clock.limit:
            continue
        pauses = turn.pauses() if pauses is None else pauses
        clock.limit, clock.basis = str(limit), basis[:200]
        clock.rule = clockwork.starting_rule(turn.kind.clocks[clock.key], limit)
        clockwork.set_due(clock, turn.kind.clocks[clock.key], pauses)
        turn.keep(clock)
