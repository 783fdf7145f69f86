"""Ballots (票决): a closed roll, candidates, counted votes, and what the rules make of them.

Only the numbers are kept, never who voted how. The rules (`decide`) are a pure function of the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import BallotKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import RecordDraft, keep_record
from zhenshu.registers.blocks.errors import RecordStateError
from zhenshu.registers.blocks.fractions import exceeds, reaches, read_share
from zhenshu.registers.blocks.kinds import full_code, record_kind, refuse
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.raising import raise_plan
from zhenshu.registers.fields import clean_text
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import PlanItem


@dataclass(frozen=True, slots=True)
class Count:
    """What the tellers counted: who is on the roll, papers given out and taken in, invalid ones, votes."""

    roll: int
    given: int
    returned: int
    invalid: int
    votes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say: chosen in the order of votes, equal at the last place, and why nothing."""

    chosen: tuple[str, ...]
    tied: tuple[str, ...] = ()
    invalid_because: str = ""

    @property
    def again(self) -> bool:
        return bool(self.tied)


def decide(kind: BallotKind, count: Count) -> Outcome:
    """Return the outcome by the rules of the pack.

    A vote stands when enough of the roll took part and no more papers came back than were given out. A
    candidate needs more than the line of success (of the whole roll, or of those present); of those, the
    first *choose* by votes are chosen. Equal votes at the last place go by *ties*: vote again, take both, or
    the chair decides (which is a vote again here, as nobody's word is assumed).
    """
    if count.returned > count.given:
        return Outcome((), invalid_because=_("More papers came back than were given out."))
    if not reaches(count.returned, count.roll, read_share(kind.quorum)):
        return Outcome((), invalid_because=_("Too few took part: the quorum was not reached."))
    whole = count.roll if kind.of_all else count.returned
    line = read_share(kind.pass_at, "1/2")
    carried = [(name, n) for name, n in count.votes if _carries(n, whole, line)]
    carried.sort(key=lambda one: -one[1])  # stable: equal votes stay in the order of the paper
    if kind.choose is None or len(carried) <= kind.choose:
        return Outcome(tuple(name for name, _n in carried))
    return _first(kind, carried)


def _carries(votes: int, whole: int, line: Any) -> bool:
    return exceeds(votes, whole, line) if line * 2 == 1 else reaches(votes, whole, line)


def _first(kind: BallotKind, carried: Sequence[tuple[str, int]]) -> Outcome:
    """Return the first so many; those equal at the border are chosen by the rule for ties."""
    places = kind.choose or 0
    last = carried[places - 1][1]
    if carried[places][1] != last:
        return Outcome(tuple(name for name, _n in carried[:places]))
    above = tuple(name for name, n in carried if n > last)
    equal = tuple(name for name, n in carried if n == last)
    if kind.ties == "both":
        return Outcome((*above, *equal))
    return Outcome(above, equal)


def check_count(kind: BallotKind, count: Count) -> dict[str, str]:
    """Return what cannot be right about the numbers, one sentence per field."""
    problems: dict[str, str] = {}
    valid = count.returned - count.invalid
    if not 0 <= count.given <= count.roll:
        problems["given"] = _("More papers were given out than there are voters.")
    if count.invalid < 0 or valid < 0:
        problems["invalid"] = _("There are more invalid papers than papers.")
    if any(not 0 <= n <= max(valid, 0) for _name, n in count.votes):
        problems["votes"] = _("A candidate has more votes than there are valid papers.")
    if kind.surplus and kind.choose and len(count.votes) < kind.choose * (1 + kind.surplus):
        problems["candidates"] = _("There are too few candidates for the surplus the rules ask for.")
    if len({name for name, _n in count.votes}) != len(count.votes):
        problems["candidates"] = _("A candidate stands on the paper twice.")
    return problems


@transaction.atomic
def keep_ballot(
    kind: BallotKind, count: Count, *, day: date, area: int, by: Scope, title: str = "",
    candidates: Mapping[str, int] | None = None,
) -> Record:  # fmt: skip
    """Return the ballot with its numbers and its outcome. *candidates* gives the number of each matter."""
    problems = check_count(kind, count)
    if not count.votes:
        problems["candidates"] = _("A ballot needs candidates.")
    if problems:
        raise refuse(**problems)
    outcome = decide(kind, count)
    detail = {
        "roll": count.roll, "given": count.given, "returned": count.returned, "invalid": count.invalid,
        "votes": _votes(count, candidates or {}),
        "chosen": list(outcome.chosen), "tied": list(outcome.tied), "why": outcome.invalid_because,
    }  # fmt: skip
    draft = RecordDraft(kind=kind.full_code, day=day, area=area, title=title, detail=detail)
    return keep_record(draft, by=by)


def _votes(count: Count, candidates: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"name": clean_text(name), "votes": n, "of": candidates.get(name)} for name, n in count.votes]


@transaction.atomic
def make_plan(kept: Record, name: str, *, by: Scope) -> PlanItem:
    """Return the item of the plan that a chosen candidate became; once only."""
    kind = record_kind(kept.kind)
    assert isinstance(kind, BallotKind)
    if not kind.becomes or name not in kept.detail.get("chosen", []):
        raise RecordStateError(_("Only what was chosen becomes a task."))
    draft = PlanDraft(
        kind=full_code(kind.becomes, kind.pack), title=name[:200], area=kept.area_id, description=kept.title
    )
    number = kept.detail["chosen"].index(name)
    return raise_plan(kept, draft, by=by, item=f"chosen-{number}")
