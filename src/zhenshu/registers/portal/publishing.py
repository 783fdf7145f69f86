"""Answers for everybody (网络问政): proposed without personal data, consented to by a second person.

Each act is one entry in the ledger. Only what its author agreed to have published can be proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.registry import case_kind_of, library
from zhenshu.ground.packs.schema import Stage
from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.ground.people.masking import mask_id_number, mask_name, mask_phone
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import find_case, visible_cases
from zhenshu.registers.fields import FieldProblem, clean_text
from zhenshu.registers.portal.errors import PublicationError
from zhenshu.registers.portal.following import TOLD_FROM
from zhenshu.registers.portal.models import Publication, PublicationState

PROPOSERS = frozenset({Role.DISPATCHER, Role.SECRETARY, Role.OFFICER})
DECIDERS = frozenset({Role.DISPATCHER, Role.SECRETARY, Role.LEADER})
FACTS = ("case_id", "state", "title", "question", "answer", "office", "decided_by_id", "reason")
TITLE_LENGTH, TEXT_LENGTH = 120, 5000
_ID = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{9}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8})(?!\d)")
_CARD = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
_DOOR = re.compile(r"\d+\s*(?:栋|幢|号楼)\s*\d*\s*(?:单元)?\s*\d*\s*(?:室|户)?")


@dataclass(frozen=True, slots=True)
class Wording:
    """What everybody will read."""

    title: str
    question: str
    answer: str


def publication_facts(one: Publication) -> dict[str, Any]:
    """Return what the ledger keeps of a publication."""
    return {name: getattr(one, name) for name in FACTS}


# ── masking ───────────────────────────────────────────────────────────────────────────────────────────


def mask_text(text: str, names: Iterable[str] = ()) -> str:
    """Return *text* with numbers of identity, telephone and bank cards, doors and the *names* hidden."""
    masked = _ID.sub(lambda found: mask_id_number(found.group()), text)
    masked = _PHONE.sub(lambda found: mask_phone(found.group()), masked)
    masked = _CARD.sub(lambda found: "*" * len(found.group()), masked)
    masked = _DOOR.sub("＊＊", masked)
    for name in names:
        if len(name) > 1:
            masked = masked.replace(name, mask_name(name))
    return masked


def still_told(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the personal data that a text still tells."""
    found = [match.group() for pattern in (_ID, _PHONE, _CARD) for match in pattern.finditer(text)]
    return list(dict.fromkeys([*found, *(name for name in names if len(name) > 1 and name in text)]))


def names_of(case: Case) -> list[str]:
    """Return the names that a published text may not hold: of who reported, and what sensitive fields say."""
    kind = case_kind_of(case.pack_version_id, case.kind)
    sensitive = [str(case.fields.get(key) or "") for key, field in kind.fields.items() if field.sensitive]
    return [name for name in (case.reporter_name, *sensitive) if name]


def proposed_wording(case: Case) -> Wording:
    """Return message and answer with the personal data hidden, for an officer to go over."""
    names = names_of(case)
    return Wording(
        mask_text(case.title, names), mask_text(case.description, names), mask_text(case.answer, names)
    )


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


def publishable(by: Scope) -> QuerySet[Case]:
    """Return the answered matters whose authors agreed to publication and that are not proposed yet."""
    kinds = [code for code, kind in library().case_kinds.items() if kind.portal and kind.portal.publishes]
    seen = visible_cases(by).filter(kind__in=kinds, receipt__may_publish=True, confidential=False)
    told = Q(stage__in=_stages_told()) | Q(is_open=False)
    free = Q(publication=None) | Q(publication__state=PublicationState.REFUSED)
    return seen.filter(told, free).exclude(answer="")


def _stages_told() -> list[str]:
    order = list(Stage)
    return [str(stage) for stage in order[order.index(TOLD_FROM) :]]


@transaction.atomic
def propose(number: str, wording: Wording, *, by: Scope, at: datetime) -> Publication:
    """Put forward an answer for publication; raise PublicationError when it may not be published so."""
    if not by.has_role(PROPOSERS):
        raise NotAllowedError
    case = find_case(number, by)
    if not publishable(by).filter(pk=case.pk).exists():
        raise PublicationError(_("Only an answered matter whose author agreed can be published, and once."))
    clean = _clean(wording, case)
    one = Publication.objects.select_for_update().filter(case=case).first() or Publication(case=case)
    before = publication_facts(one) if one.pk else None
    one.state, one.reason = PublicationState.PROPOSED, ""
    one.decided_by, one.decided_at = None, None
    one.title, one.question, one.answer = clean.title, clean.question, clean.answer
    one.office = case.lead_office.name if case.lead_office else ""
    one.asked_on = timezone.localdate(case.reported_at)
    one.answered_on = timezone.localdate(case.answered_at) if case.answered_at else None
    one.proposed_by_id, one.proposed_at = by.user_id or 0, at
    one.save()
    return _record("publication.proposed", one, before, by=by, at=at)


def _clean(wording: Wording, case: Case) -> Wording:
    """Return the wording as it is kept; refuse empty parts and what still tells of persons."""
    try:
        clean = Wording(
            clean_text(wording.title, limit=TITLE_LENGTH),
            clean_text(wording.question, limit=TEXT_LENGTH),
            clean_text(wording.answer, limit=TEXT_LENGTH),
        )
    except FieldProblem as problem:
        raise PublicationError(str(problem)) from problem
    if not (clean.title and clean.question and clean.answer):
        raise PublicationError(_("Title, message and answer must all say something."))
    told = still_told(f"{clean.title}\n{clean.question}\n{clean.answer}", names_of(case))
    if told:
        raise PublicationError(
            _("The text still tells of a person: %(told)s. Take it out.") % {"told": "、".join(told)}
        )
    return clean


@transaction.atomic
def consent(publication_id: int, *, by: Scope, at: datetime) -> Publication:
    """Publish a proposed answer; by another person than the one who proposed it."""
    one, before = _to_decide(publication_id, PublicationState.PROPOSED, by)
    if one.proposed_by_id == by.user_id:
        raise PublicationError(_("Another person than the one who proposed it consents."))
    receipt = getattr(one.case, "receipt", None)
    if receipt is None or not receipt.may_publish:
        raise PublicationError(_("Its author did not agree to publication."))
    _clean(Wording(one.title, one.question, one.answer), one.case)
    return _decide(one, before, PublicationState.PUBLISHED, "publication.published", by=by, at=at)


@transaction.atomic
def refuse(publication_id: int, reason: str, *, by: Scope, at: datetime) -> Publication:
    """Do not publish a proposed answer, with the reason; it may be worded anew."""
    one, before = _to_decide(publication_id, PublicationState.PROPOSED, by)
    one.reason = _reason(reason)
    return _decide(one, before, PublicationState.REFUSED, "publication.refused", by=by, at=at)


@transaction.atomic
def withdraw(publication_id: int, reason: str, *, by: Scope, at: datetime) -> Publication:
    """Take a published answer from the portal, with the reason."""
    one, before = _to_decide(publication_id, PublicationState.PUBLISHED, by)
    one.reason = _reason(reason)
    return _decide(one, before, PublicationState.WITHDRAWN, "publication.withdrawn", by=by, at=at)


def _reason(text: str) -> str:
    reason = clean_text(text[:200])
    if not reason:
        raise PublicationError(_("Give the reason."))
    return reason


def _to_decide(publication_id: int, state: PublicationState, by: Scope) -> tuple[Publication, dict[str, Any]]:
    if not by.has_role(DECIDERS):
        raise NotAllowedError
    one = Publication.objects.select_for_update().filter(pk=publication_id).first()
    if one is None:
        raise PublicationError(_("There is no such answer."))
    find_case(one.case_id, by)
    if one.state != state:
        raise PublicationError(_("Somebody decided on this answer meanwhile."))
    return one, publication_facts(one)


def _decide(
    one: Publication, before: dict[str, Any], state: PublicationState, action: str, *, by: Scope, at: datetime
) -> Publication:
    one.state, one.decided_by_id, one.decided_at = state, by.user_id, at
    one.save()
    return _record(action, one, before, by=by, at=at)


def _record(
    action: str, one: Publication, before: dict[str, Any] | None, *, by: Scope, at: datetime
) -> Publication:
    area_id = Case.objects.values_list("area_id", flat=True).get(pk=one.case_id)
    after = publication_facts(one)
    record(by.actor, action, one, area_id=area_id, before=before, after=after, note=one.reason, at=at)
    return one


# ── what everybody reads ──────────────────────────────────────────────────────────────────────────────


def published(words: str = "") -> QuerySet[Publication]:
    """Return the published answers that hold *words*, the newest first."""
    found = Publication.objects.filter(state=PublicationState.PUBLISHED).order_by("-decided_at", "-pk")
    for word in words.split()[:5]:
        found = found.filter(
            Q(title__icontains=word) | Q(question__icontains=word) | Q(answer__icontains=word)
        )
    return found
