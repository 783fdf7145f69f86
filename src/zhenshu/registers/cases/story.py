"""The story of a case as lines that a person reads: who, when, what, with which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.ledger.record import subject_kind_of
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.steps.table import STEPS

# What stands in the ledger besides the steps.
OTHER_ACTS: Mapping[str, str | Promise] = {
    "opened": _("Taken in"),
    "imported": _("Brought in from an archive"),
    "escalated": _("Told to the next level"),
    "order_proposed": _("Order proposed by rule"),
    "order_dismissed": _("Proposed order dismissed"),
    "file_added": _("File added"),
    "file_viewed": _("Confidential file viewed"),
    "viewed": _("Confidential case viewed"),
    "exported": _("Whole file exported"),
    "carried_over": _("Carried over to the new area"),
    "changed_above": _("Changed by the system above"),
}
VIEWS = ("viewed", "file_viewed")


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One entry of the ledger about a case. *stage* is the one it reached, empty when it stayed."""

    seq: int
    at: datetime
    who: str
    office: str
    action: str
    name: str
    opinion: str
    stage: str
    changes: Mapping[str, Any]


def story_of(case: Case, *, with_views: bool = False) -> list[StoryLine]:
    """Return the story, the oldest line first; *with_views* also who looked at it."""
    lines = []
    for entry in entries_of(subject_kind_of(case), case.pk):
        action = entry.action.removeprefix("case.")
        if action in VIEWS and not with_views:
            continue
        step = STEPS.get(action)
        name = step.name if step else OTHER_ACTS.get(action, action)
        stage = entry.changes.get("stage", [None, ""])[1] or ""
        lines.append(
            StoryLine(
                entry.seq, entry.at, entry.actor_name, entry.actor_office, action, str(name), entry.note,
                stage, entry.changes,
            )
        )  # fmt: skip
    return lines
