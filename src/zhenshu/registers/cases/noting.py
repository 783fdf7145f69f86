"""Write a line about a case into the ledger that changes nothing on it: it was viewed, told, exported."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhenshu.ground.ledger.record import Actor, record
from zhenshu.registers.cases.facts import case_facts
from zhenshu.registers.cases.models import Case


def note_on_case(case: Case, by: Actor, action: str, text: str = "", *, at: datetime | None = None) -> None:
    """Store the line; the followers of the ledger hear that nothing about the case differs."""
    facts = case_facts(case)
    with transaction.atomic():
        record(by, action, case, area_id=case.area_id, before=facts, after=facts, note=text, at=at)
