"""The seals of published reports."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhenshu.ground.ledger.editions import Chain
from zhenshu.ground.ledger.record import plain
from zhenshu.papers.publishing.models import Report


def _sealed(report: Report) -> dict[str, Any]:
    """Return what a seal covers; what happens to an edition afterwards (its withdrawal) is not part of it."""
    return {
        "area": report.area_id,
        "year": report.year,
        "edition": report.edition,
        "title": report.title,
        "opening": report.opening,
        "closing": report.closing,
        "content": report.content,
        "as_of": plain(report.as_of),
        "published_at": plain(report.published_at),
        "published_by": report.published_by,
        "sequence": report.sequence,
    }


CHAIN = Chain(Report, _sealed, lambda: _("text or figures are not what was published"))
seal_of, close_with_seal, verify_reports = CHAIN.seal_of, CHAIN.close, CHAIN.verify
