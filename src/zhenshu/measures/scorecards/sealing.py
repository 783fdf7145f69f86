"""The seals of published scorecards."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhenshu.ground.ledger.editions import Chain
from zhenshu.ground.ledger.record import plain
from zhenshu.measures.scorecards.models import Scorecard


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


CHAIN = Chain(Scorecard, _sealed, lambda: _("the scores are not what was published"))
seal_of, close_with_seal, verify_scorecards = CHAIN.seal_of, CHAIN.close, CHAIN.verify
