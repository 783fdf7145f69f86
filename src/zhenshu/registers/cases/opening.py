"""Take in a new matter: check the draft, number it, start its clocks, write the ledger; one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.registry import UnknownKindError, library
from zhenshu.ground.packs.schema import CaseKind, Stage
from zhenshu.ground.people.models import Office, Role
from zhenshu.ground.people.scope import PORTAL, Scope
from zhenshu.ground.rows import new_row
from zhenshu.ground.statements import insert_row
from zhenshu.registers.cases.drafts import (
    Draft,
    Lookups,
    Problems,
    check_moment,
    clean_said,
    find_area,
    find_subject,
    said_in,
    set_area,
)
from zhenshu.registers.cases.errors import AlreadyTakenInError, CaseInvalidError, StepNotAllowedError
from zhenshu.registers.cases.facts import case_facts
from zhenshu.registers.cases.given import Given
from zhenshu.registers.cases.models import Assignment, AssignmentRole, Case, Clock
from zhenshu.registers.cases.numbers import take_numbers
from zhenshu.registers.cases.turn import Turn
from zhenshu.registers.cases.visibility import may_see
from zhenshu.registers.fields import clean_fields


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case that is ready to be stored, with its first shares and clocks; it has no number yet."""

    case: Case
    clocks: list[Clock]
    shares: list[Assignment]


def open_case(
    draft: Draft, *, by: Scope, at: datetime | None = None, also: Callable[[Case], None] | None = None
) -> Case:
    """Take in a matter and return the stored case, its clocks running; raise CaseInvalidError with a
    sentence per field otherwise, AlreadyTakenInError when the other system's matter is already here.

    *also* writes what is to be stored together with the case or not at all.
    """
    kind = find_kind(draft.kind)
    check_opening_right(kind, by)
    moment = at or timezone.now()
    refuse_second_intake(draft)
    prepared = prepare_case(draft, kind, by=by, at=moment)
    try:
        with transaction.atomic():
            store_case(prepared, kind, by=by, at=moment)
            if also is not None:
                also(prepared.case)
    except IntegrityError:
        refuse_second_intake(draft)
        raise
    return prepared.case


def find_kind(code: str) -> CaseKind:
    """Return the kind in force today; raise CaseInvalidError when no pack declares it."""
    try:
        return library().case_kind(code)
    except UnknownKindError as error:
        sentence = _("No business line declares the kind %(kind)s.")
        raise CaseInvalidError({"kind": sentence % {"kind": str(code)[:60]}}) from error


def check_opening_right(kind: CaseKind, by: Scope) -> None:
    """Refuse those whose posts do not take in matters of this kind. An administrator may, for imports;
    the portal may where the pack opens the kind to the public."""
    if by == PORTAL and kind.portal is not None:
        return
    if not by.has_role((*kind.opened_by, Role.ADMINISTRATOR)):
        raise StepNotAllowedError(
            _("Your post does not take in matters of the kind %(kind)s.") % {"kind": kind.name}
        )


def refuse_second_intake(draft: Draft) -> None:
    """Raise AlreadyTakenInError when the matter of the other system has become a case before."""
    if not draft.source_number:
        return
    found = Case.objects.filter(source=draft.source, source_number=draft.source_number)
    number = found.values_list("number", flat=True).first()
    if number is not None:
        raise AlreadyTakenInError(draft.source_number, number)


def prepare_case(
    draft: Draft, kind: CaseKind, *, by: Scope, at: datetime, lookups: Lookups | None = None
) -> Prepared:
    """Return an unsaved case with its first clocks and shares; raise CaseInvalidError with all problems.

    *lookups* spares a batch the questions it has asked before.
    """
    known = lookups or Lookups()
    values, problems = clean_said(kind, said_in(draft))
    fields, wrong = clean_fields(kind.fields, draft.fields, complete=True, references=known.references)
    problems |= {f"fields.{key}": sentence for key, sentence in wrong.items()}
    area = find_area(draft.area, problems, known)
    received_at = check_moment("received_at", draft.received_at, at, problems)
    reported_at = check_moment("reported_at", draft.reported_at or received_at, at, problems)
    subject_id = find_subject(kind, draft.subject, problems, known)
    raised_by_id = _find_origin(draft, by, problems, known)
    office = _first_office(kind, draft, by, problems, known)
    if problems or area is None:
        raise CaseInvalidError(problems)
    said = values | {
        "kind": kind.full_code,
        "pack_version_id": known.version(kind.pack),
        "fields": dict(fields),
        "confidential": kind.confidential,
        "reported_by_id": None if draft.source else by.user_id,  # who takes a list in reports nothing
        "subject_id": subject_id,
        "raised_by_id": raised_by_id,
        "reported_at": reported_at,
        "opened_at": received_at,
        "changed_at": at,
    }
    case = new_row(Case, said)
    set_area(case, area)
    return _with_clocks(case, kind, by, office)


def _find_origin(draft: Draft, by: Scope, problems: Problems, lookups: Lookups) -> int | None:
    """Return the case this one arose from, such as the inspection that found a hazard."""
    if not draft.raised_by:
        return None
    if draft.raised_by not in lookups.origins:
        origin = Case.objects.prefetch_related("assignments").filter(pk=draft.raised_by).first()
        lookups.origins[draft.raised_by] = origin is not None and may_see(origin, by)
    if not lookups.origins[draft.raised_by]:
        problems["raised_by"] = _("There is no such matter that you may see.")
        return None
    return draft.raised_by


def _first_office(
    kind: CaseKind, draft: Draft, by: Scope, problems: Problems, lookups: Lookups
) -> Office | None:
    """A kind that is not dispatched belongs to the office named, or to the one that took it in."""
    if Stage.DISPATCHED in kind.stages:
        return None
    own = by.posts[0].office_id if by.posts else None
    office = lookups.office(draft.office or own)
    if office is None:
        problems["office"] = _("Choose an office that exists today.")
    return office


def _with_clocks(case: Case, kind: CaseKind, by: Scope, office: Office | None) -> Prepared:
    shares, at = [], case.opened_at
    if office is not None:
        case.lead_office = office
        shares = [new_share(case, office, AssignmentRole.LEAD, at)]
    turn = Turn(case, kind, by, Given(), at, shares, [])
    turn.start_between(None, Stage.ACCEPTED)
    turn.settle_dates()
    return Prepared(case, turn.clocks, shares)


def new_share(case: Case, office: Office, role: AssignmentRole, at: datetime) -> Assignment:
    """Return an unsaved share of an office in a case, sent at a moment."""
    said = {"role": role, "sent_at": at, "opened_at": case.opened_at}
    share = new_row(Assignment, said)
    share.case, share.office = case, office
    return share


def store_case(prepared: Prepared, kind: CaseKind, *, by: Scope, at: datetime) -> None:
    """Number and store the case with its rows and its ledger entry; must run in a transaction."""
    case = prepared.case
    case.number = take_numbers(kind.pack, timezone.localtime(at))[0]
    insert_row(case)
    store_new([*prepared.shares, *prepared.clocks])
    record(by.actor, "case.opened", case, area_id=case.area_id, before=None, after=case_facts(case), at=at)


def store_new(rows: list[Any]) -> None:
    """Insert new rows, clocks last: they point to shares and orders that must have their ids first."""
    for row in rows:
        if not isinstance(row, Clock):
            row.case = row.case  # takes over the id that the case was given when it was stored
            insert_row(row)
    clocks = [row for row in rows if isinstance(row, Clock)]
    for clock in clocks:
        clock.case, clock.assignment, clock.supervision = clock.case, clock.assignment, clock.supervision
    if len(clocks) == 1:
        insert_row(clocks[0])
    elif clocks:
        Clock.objects.bulk_create(clocks)
