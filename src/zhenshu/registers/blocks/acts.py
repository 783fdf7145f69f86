"""Acts on records: keep, correct, change, withdraw. Each is one entry in the ledger, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeGuard

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import Change, record, record_many, subject_kind_of
from zhenshu.ground.packs.registry import library, version_id
from zhenshu.ground.packs.schema import Packed
from zhenshu.ground.people.models import Office, User
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.errors import (
    RecordChangedError,
    RecordInvalidError,
    RecordStateError,
    RecordTakenError,
)
from zhenshu.registers.blocks.kinds import (
    block_of,
    derived_fields,
    party_code,
    record_fields,
    record_kind,
    refuse,
    subject_code,
)
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.blocks.visibility import find_record, require
from zhenshu.registers.dossiers.errors import DossierNotFoundError
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.visibility import find_dossier
from zhenshu.registers.fields import clean_fields, clean_text
from zhenshu.registers.references import References

FACTS = (
    "block", "kind", "title", "subject_id", "party_id", "area_id", "district_id", "town_id", "village_id",
    "grid_id", "office_id", "holder_id", "day", "due", "done_on", "ended_on", "starts_at", "amount",
    "settled", "state", "key", "bundle", "sensitive", "version",
)  # fmt: skip
CORRECTABLE = ("title", "day", "due", "ended_on", "office_id", "holder_id")


@dataclass(frozen=True, kw_only=True)
class RecordDraft:
    """A record as somebody describes it; dossiers, areas, offices and persons by number.

    Without *area* the record lies where its subject does. *derived* are values its block has worked out.
    """

    kind: str
    day: date
    subject: int | None = None
    party: int | None = None
    area: int | None = None
    title: str = ""
    office: int | None = None
    holder: int | None = None
    due: date | None = None
    ended_on: date | None = None
    starts_at: datetime | None = None
    state: str = State.KEPT
    key: str = ""
    bundle: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    derived: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)


def record_facts(kept: Record) -> dict[str, Any]:
    """Return everything a record says of itself, as ledger and tallies need it."""
    return {
        **{name: getattr(kept, name) for name in FACTS},
        "fields": dict(kept.fields),
        "detail": dict(kept.detail),
    }


# ── keep ──────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def keep_record(
    draft: RecordDraft, *, by: Scope, at: datetime | None = None, note: str = "",
    references: References | None = None,
) -> Record:  # fmt: skip
    """Return the new record; raise RecordInvalidError with one sentence per field that is wrong."""
    made = prepare_record(draft, by=by, at=at, references=references)
    _insert([made])
    after = record_facts(made)
    record(by.actor, "record.kept", made, area_id=made.area_id, before=None, after=after, note=note, at=at)
    return made


@transaction.atomic
def keep_many(
    drafts: Iterable[RecordDraft], *, by: Scope, at: datetime | None = None, note: str = ""
) -> list[Record]:
    """Return the new records of one act, such as a pay run; all of them or none."""
    known = References()
    made = [prepare_record(draft, by=by, at=at, references=known) for draft in drafts]
    _insert(made)
    kind = subject_kind_of(made[0]) if made else ""
    changes = [
        Change("record.kept", kind, one.pk, one.area_id, None, record_facts(one), note) for one in made
    ]
    if changes:
        record_many(by.actor, changes, at=at)
    return made


def prepare_record(
    draft: RecordDraft, *, by: Scope, at: datetime | None = None, references: References | None = None
) -> Record:
    """Return the checked record, not yet stored."""
    kind = record_kind(draft.kind)
    values, problems = clean_fields(record_fields(kind), draft.fields, complete=True, references=references)
    subject = _dossier(draft.subject, subject_code(kind), "subject", problems, by)
    party = _dossier(draft.party, party_code(kind), "party", problems, by)
    area = _area(draft.area, subject, problems)
    _check_people(draft.office, draft.holder, problems)
    if problems or area is None:
        raise RecordInvalidError(problems)
    made = Record(
        pack_version_id=version_id(kind.pack), block=block_of(kind), kind=kind.full_code, subject=subject,
        party=party, area=area, district_id=area.district_id, town_id=area.town_id,
        village_id=area.village_id, grid_id=area.grid_id, office_id=draft.office, holder_id=draft.holder,
        day=draft.day, due=draft.due, ended_on=draft.ended_on, starts_at=draft.starts_at, state=draft.state,
        key=draft.key, bundle=draft.bundle, detail=dict(draft.detail), made_by_id=by.user_id,
        sensitive=any(one is not None and one.sensitive for one in (subject, party)),
        made_at=at or timezone.now(),
    )  # fmt: skip
    put_fields(made, kind, {**values, **draft.derived})
    made.title = _title(draft.title, kind, subject)
    check_days(made)
    require("keep", by, area_path=area.path, sensitive=made.sensitive)
    return made


def put_fields(made: Record, kind: Packed, values: Mapping[str, Any]) -> None:
    """Set the fields of a record, and its amount in step with them."""
    known = {**record_fields(kind), **derived_fields(kind)}
    made.fields = {key: value for key, value in values.items() if value is not None and key in known}
    amount = made.fields.get("amount")
    made.amount = None if amount is None else Decimal(str(amount))


def check_days(made: Record) -> None:
    """Refuse a record that ends before it begins."""
    if made.ended_on is not None and made.ended_on < made.day:
        raise refuse(ended_on=_("A record ends no earlier than it begins."))


def _title(given: str, kind: Packed, subject: Dossier | None) -> str:
    text = clean_text(given)[:200]
    return text or (f"{subject.title} · {kind.name}" if _named_openly(subject) else kind.name)[:200]


def _named_openly(subject: Dossier | None) -> TypeGuard[Dossier]:
    """Tell whether the name of a subject may be copied; a sensitive one is shown by its own rule only."""
    if subject is None or subject.sensitive:
        return False
    kind = library().dossier_kinds.get(subject.kind)
    return kind is not None and not kind.fields[kind.title].sensitive


def _dossier(number: int | None, code: str, name: str, problems: dict[str, str], by: Scope) -> Dossier | None:
    if number is None:
        if code and name == "subject":
            problems[name] = _("Say what this is about.")
        return None
    try:
        found = find_dossier(number, by)
    except DossierNotFoundError as error:
        problems[name] = str(error)
        return None
    if found.kind != code:
        problems[name] = _("%(title)s is another kind of dossier.") % {"title": found.title}
    return found


def _area(number: int | None, subject: Dossier | None, problems: dict[str, str]) -> Area | None:
    if number is None and subject is not None:
        return subject.area
    area = Area.objects.open().filter(pk=number).first() if number is not None else None
    if area is None:
        problems.setdefault("area", _("Choose an area that exists today."))
    return area


def _check_people(office: int | None, holder: int | None, problems: dict[str, str]) -> None:
    if office is not None and not Office.objects.filter(pk=office, closed_on=None).exists():
        problems["office"] = _("Choose an office that exists today.")
    if holder is not None and not User.objects.filter(pk=holder, is_active=True).exists():
        problems["holder"] = _("Choose a person who can log in.")


def _insert(made: Sequence[Record]) -> None:
    """Insert; what came in twice at the same instant is found by the database."""
    try:
        with transaction.atomic():
            for one in made:
                one.save(force_insert=True)
    except IntegrityError as error:
        keys = [one.key for one in made if one.key]
        standing = Record.objects.filter(kind__in={one.kind for one in made}, key__in=keys)
        if keys and standing.exclude(state=State.WITHDRAWN).exists():
            raise RecordTakenError from error
        raise


# ── change ────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def correct_record(
    kept: Record, raw: Mapping[str, Any], *, version: int, by: Scope, note: str = "", **columns: Any
) -> Record:
    """Return the record with the fields of *raw* corrected, and with *columns* among `CORRECTABLE`."""
    kept = hold_record(kept.pk, version=version, by=by, right="correct")
    kind = record_kind(kept.kind)
    values, problems = clean_fields(record_fields(kind), raw, complete=False)
    problems |= {name: _("This can't be changed here.") for name in columns.keys() - set(CORRECTABLE)}
    _check_people(columns.get("office_id"), columns.get("holder_id"), problems)
    if problems:
        raise RecordInvalidError(problems)
    before = record_facts(kept)
    put_fields(kept, kind, {**kept.fields, **values})
    for name, value in columns.items():
        setattr(kept, name, value)
    check_days(kept)
    if record_facts(kept) == before:
        return kept
    return save_record(kept, before, "record.corrected", by=by, note=note)


@transaction.atomic
def withdraw_record(kept: Record, *, version: int, reason: str, by: Scope) -> Record:
    """Return the record withdrawn: it stays readable, counts for nothing, and says why."""
    kept = hold_record(kept.pk, version=version, by=by, right="withdraw")
    if not reason.strip():
        raise refuse(reason=_("Say why it is withdrawn."))
    if kept.settled:
        raise RecordStateError(_("Money has been booked here; it can be ended, not withdrawn."))
    before = record_facts(kept)
    kept.state = State.WITHDRAWN
    return save_record(kept, before, "record.withdrawn", by=by, note=reason.strip()[:200])


def hold_record(record_id: int, *, version: int | None, by: Scope, right: str) -> Record:
    """Return the record locked for an act, if *by* may and it still is what the person saw.

    *version* None is for acts that do not rest on what was seen, such as the payment that comes in.
    """
    kept = find_record(record_id, by)
    require(right, by, area_path=kept.area.path, sensitive=kept.sensitive)
    kept = Record.objects.select_for_update(of=("self",)).select_related("area", "subject").get(pk=kept.pk)
    if version is not None and kept.version != version:
        raise RecordChangedError(kept.title, kept.version)
    if kept.state == State.WITHDRAWN:
        raise RecordStateError(_("%(title)s was withdrawn.") % {"title": kept.title})
    return kept


def save_record(
    kept: Record, before: Mapping[str, Any], action: str, *, by: Scope, note: str = "",
    at: datetime | None = None,
) -> Record:  # fmt: skip
    """Store a changed record with its line in the ledger."""
    kept.version += 1
    kept.save()
    after = record_facts(kept)
    record(by.actor, action, kept, area_id=kept.area_id, before=before, after=after, note=note, at=at)
    return kept


def open_record(record_id: int, *, by: Scope) -> Record:
    """Return the record for reading; opening a sensitive one leaves a line."""
    kept = find_record(record_id, by)
    if kept.sensitive:
        note_views([kept], by=by)
    return kept


def note_views(records: Iterable[Record], *, by: Scope) -> None:
    """Leave a line for each sensitive record that was shown."""
    changes = [
        Change("record.viewed", subject_kind_of(kept), kept.pk, kept.area_id, None, None)
        for kept in records
        if kept.sensitive
    ]
    if changes:
        with transaction.atomic():
            record_many(by.actor, changes)
