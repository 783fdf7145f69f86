"""The seals of published scorecards: each covers its edition and the seal before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import plain
from zhenshu.measures.scorecards.content import canonical
from zhenshu.measures.scorecards.models import Scorecard

FIRST_SEAL = "0" * 64


@dataclass(frozen=True, slots=True)
class Fault:
    """A published scorecard that is not what was sealed."""

    scorecard: Scorecard
    reason: str


def seal_of(scorecard: Scorecard, previous: str) -> str:
    """Return the hex seal over everything that was published, chained to the seal before it."""
    return hashlib.sha256(f"{previous}|{canonical(_sealed(scorecard))}".encode()).hexdigest()


def _sealed(scorecard: Scorecard) -> dict[str, Any]:
    """Return what a seal covers; what happens to an edition afterwards is not part of it."""
    return {
        "kind": scorecard.kind,
        "area": scorecard.area_id,
        "period": scorecard.period,
        "edition": scorecard.edition,
        "content": scorecard.content,
        "published_at": plain(scorecard.published_at),
        "published_by": scorecard.published_by,
        "appeal_until": plain(scorecard.appeal_until),
        "sequence": scorecard.sequence,
    }


def close_with_seal(scorecard: Scorecard) -> None:
    """Give an edition its place in the chain and its seal; must run in the transaction that publishes it."""
    chain = Scorecard.objects.select_for_update(of=("self",)).exclude(sequence=None)
    last = chain.order_by("-sequence").first()
    scorecard.sequence = (last.sequence or 0) + 1 if last else 1
    scorecard.previous_seal = last.seal if last else FIRST_SEAL
    scorecard.seal = seal_of(scorecard, scorecard.previous_seal)


def verify_scorecards() -> Fault | None:
    """Return the first published scorecard that is not what was sealed, or None.

    The ledger also holds each seal, so that scores and seal cannot be changed together unseen.
    """
    previous = FIRST_SEAL
    chain = Scorecard.objects.exclude(sequence=None).order_by("sequence")
    for place, scorecard in enumerate(chain.iterator(chunk_size=20), 1):
        reason = _fault(scorecard, previous, place)
        if reason:
            return Fault(scorecard, reason)
        previous = scorecard.seal
    return None


def _fault(scorecard: Scorecard, previous: str, place: int) -> str:
    if scorecard.sequence != place or scorecard.previous_seal != previous:
        return _("the chain is broken: an edition before this one was removed or changed")
    if seal_of(scorecard, previous) != scorecard.seal:
        return _("the scores are not what was published")
    if scorecard.seal != _seal_in_ledger(scorecard):
        return _("the seal is not the one the ledger holds")
    return ""


def _seal_in_ledger(scorecard: Scorecard) -> str:
    said = (
        Entry.objects.filter(seq=scorecard.entry or 0, subject_id=scorecard.pk)
        .values_list("changes", flat=True)
        .first()
    )
    return str((said or {}).get("seal", [None, ""])[1])
