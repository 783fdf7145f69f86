"""Take a matter in once: the mark a form carries is stored in the transaction of the matter itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhenshu.doors.api.models import StoredAnswer
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.loop import Draft, open_case
from zhenshu.registers.cases.models import Case

PREFIX = "form:"
LONGEST_MARK = 80


def open_once(draft: Draft, *, by: Scope, mark: str, also: Callable[[Case], None]) -> tuple[Case, bool]:
    """Return the new case, or the one that the same mark made before, and whether it was there before.

    *also* runs in the same transaction: the pictures of a report come in with it, or not at all.
    """
    known = find_marked(mark, by)
    if known is not None:
        return known, True
    try:
        with transaction.atomic():
            case = open_case(draft, by=by)
            also(case)
            _keep(mark, case, by)
    except IntegrityError:
        # The same form came in twice at once: the other one was quicker.
        known = find_marked(mark, by)
        if known is None:
            raise
        return known, True
    return case, False


def find_marked(mark: str, by: Scope) -> Case | None:
    """Return the case that a form with this mark became."""
    if not mark:
        return None
    stored = StoredAnswer.objects.filter(user_id=by.user_id or 0, key=_key(mark)).first()
    return Case.objects.filter(number=stored.body).first() if stored else None


def _key(mark: str) -> str:
    return f"{PREFIX}{mark[:LONGEST_MARK]}"


def _keep(mark: str, case: Case, by: Scope) -> None:
    if mark:
        digest = hashlib.sha256(mark.encode()).hexdigest()
        StoredAnswer.objects.create(
            user_id=by.user_id or 0, key=_key(mark), digest=digest, status=201, body=case.number, headers={},
            at=timezone.now(),
        )  # fmt: skip
