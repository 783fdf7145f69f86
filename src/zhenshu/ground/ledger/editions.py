"""The seals of what is published: each covers its edition and the seal before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.models import Entry

FIRST_SEAL = "0" * 64


@dataclass(frozen=True, slots=True)
class Fault:
    """A published edition that is not what was sealed."""

    edition: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The editions of one model that carry *sequence*, *seal*, *previous_seal* and the *entry* of the ledger.

    *sealed* returns what a seal covers; *changed* returns the sentence for an edition that is another now.
    """

    model: type[Model]
    sealed: Callable[[Any], Mapping[str, Any]]
    changed: Callable[[], str]

    def seal_of(self, edition: Any, previous: str) -> str:
        """Return the hex seal over everything that was published, chained to the seal before it."""
        facts = json.dumps(self.sealed(edition), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(f"{previous}|{facts}".encode()).hexdigest()

    def close(self, edition: Any) -> None:
        """Give an edition its place and its seal; must run in the transaction that publishes it."""
        chain = self.model._default_manager.select_for_update(of=("self",)).exclude(sequence=None)
        last: Any = chain.order_by("-sequence").first()
        edition.sequence = (last.sequence or 0) + 1 if last else 1
        edition.previous_seal = last.seal if last else FIRST_SEAL
        edition.seal = self.seal_of(edition, edition.previous_seal)

    def verify(self) -> Fault | None:
        """Return the first edition that is not what was sealed, or None.

        The ledger also holds each seal, so that content and seal cannot be changed together unseen.
        """
        previous = FIRST_SEAL
        chain = self.model._default_manager.exclude(sequence=None).order_by("sequence")
        edition: Any
        for place, edition in enumerate(chain.iterator(chunk_size=20), 1):
            reason = self._fault(edition, previous, place)
            if reason:
                return Fault(edition, reason)
            previous = edition.seal
        return None

    def _fault(self, edition: Any, previous: str, place: int) -> str:
        if edition.sequence != place or edition.previous_seal != previous:
            return _("the chain is broken: an edition before this one was removed or changed")
        if self.seal_of(edition, previous) != edition.seal:
            return self.changed()
        if edition.seal != _seal_in_ledger(edition):
            return _("the seal is not the one the ledger holds")
        return ""


def _seal_in_ledger(edition: Any) -> str:
    entry = Entry.objects.filter(seq=edition.entry or 0, subject_id=edition.pk)
    said = entry.values_list("changes", flat=True).first()
    return str((said or {}).get("seal", [None, ""])[1])
