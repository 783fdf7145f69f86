"""The seals of published reports: each covers its edition and the seal before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import plain
from zhenshu.papers.publishing.content import canonical
from zhenshu.papers.publishing.models import Report

FIRST_SEAL = "0" * 64


@dataclass(frozen=True, slots=True)
class Fault:
    """A published report that is not what was sealed."""

    report: Report
    reason: str


def seal_of(report: Report, previous: str) -> str:
    """Return the hex seal over everything that was published, chained to the seal before it."""
    return hashlib.sha256(f"{previous}|{canonical(_sealed(report))}".encode()).hexdigest()


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


def close_with_seal(report: Report) -> None:
    """Give a report its place in the chain and its seal; must run in the transaction that publishes it."""
    chain = Report.objects.select_for_update(of=("self",)).exclude(sequence=None)
    last = chain.order_by("-sequence").first()
    report.sequence = (last.sequence or 0) + 1 if last else 1
    report.previous_seal = last.seal if last else FIRST_SEAL
    report.seal = seal_of(report, report.previous_seal)


def verify_reports() -> Fault | None:
    """Return the first published report that is not what was sealed, or None.

    The ledger also holds each seal, so that text and seal cannot be changed together unseen.
    """
    previous = FIRST_SEAL
    chain = Report.objects.exclude(sequence=None).order_by("sequence")
    for place, report in enumerate(chain.iterator(chunk_size=20), 1):
        reason = _fault(report, previous, place)
        if reason:
            return Fault(report, reason)
        previous = report.seal
    return None


def _fault(report: Report, previous: str, place: int) -> str:
    if report.sequence != place or report.previous_seal != previous:
        return _("the chain is broken: an edition before this one was removed or changed")
    if seal_of(report, previous) != report.seal:
        return _("text or figures are not what was published")
    if report.seal != _seal_in_ledger(report):
        return _("the seal is not the one the ledger holds")
    return ""


def _seal_in_ledger(report: Report) -> str:
    said = (
        Entry.objects.filter(seq=report.entry or 0, subject_id=report.pk)
        .values_list("changes", flat=True)
        .first()
    )
    return str((said or {}).get("seal", [None, ""])[1])
