"""Write ledger entries: the one function that every change to a register goes through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import connection, models
from django.utils import timezone

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.rows import give_ids, insert_rows, new_row
from zhenshu.ground.statements import insert_row


class LedgerError(Exception):
    """The ledger was used against its rules."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user, or a part of the system that acts by itself (``user_id`` None)."""

    user_id: int | None
    name: str
    office: str = ""


SYSTEM = Actor(None, "系统")


@dataclass(frozen=True, slots=True)
class Change:
    """A record before and after one act; None before means created, None after means removed."""

    action: str
    subject_kind: str
    subject_id: int
    area_id: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    note: str = ""
    at: datetime | None = None  # its own moment and actor, where a batch brings in what happened before
    by: Actor | None = None


class Follower(Protocol):
    """Hears of changes inside the writing transaction: tallies, outbox."""

    def follow(self, changes: Sequence[Change], entries: Sequence[Entry]) -> None: ...


_followers: list[Follower] = []


def register_followers(followers: Iterable[Follower]) -> None:
    """Set the followers, called in this order; the one place that calls this is ``zhenshu.wiring``."""
    _followers[:] = list(followers)


def followers() -> tuple[Follower, ...]:
    """Return who hears of changes now, in order."""
    return tuple(_followers)


@contextmanager
def followed_by(followers: Iterable[Follower]) -> Iterator[None]:
    """Let *followers* hear in place of the usual ones: for a trial that is taken back."""
    usual = list(_followers)
    register_followers(followers)
    try:
        yield
    finally:
        register_followers(usual)


def subject_kind_of(subject: models.Model) -> str:
    """Return the name under which records of this model stand in the ledger, such as ``cases.case``."""
    return str(subject._meta.label_lower)


def record(
    by: Actor,
    action: str,
    subject: models.Model,
    *,
    area_id: int | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    note: str = "",
    at: datetime | None = None,
) -> Entry:
    """Store what changed on *subject* and return the entry; must run in the transaction of the change."""
    change = Change(action, subject_kind_of(subject), subject.pk, area_id, before, after, note)
    return record_many(by, [change], at=at)[0]


def record_many(by: Actor, changes: Sequence[Change], *, at: datetime | None = None) -> list[Entry]:
    """Store many changes of one act in one statement, then tell the followers."""
    if not connection.in_atomic_block:
        raise LedgerError(
            "A change and its ledger entry belong in one transaction: call this inside atomic()."
        )
    moment = at or timezone.now()
    entries = [_entry(by, change, moment) for change in changes]
    if len(entries) == 1:
        insert_row(entries[0])
    else:
        _announce_writing()
        give_ids(entries)
        insert_rows(entries)
    for follower in _followers:
        follower.follow(changes, entries)
    return entries


def _announce_writing() -> None:
    """Take the lock of an insert before numbers are drawn, so that a seal waits for the entries they name.

    An ordinary INSERT locks the table before it draws its number; here the numbers come first.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE ledger_entry IN ROW EXCLUSIVE MODE")


def _entry(by: Actor, change: Change, at: datetime) -> Entry:
    actor = change.by or by
    said = {
        "at": change.at or at,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "actor_office": actor.office,
        "action": change.action,
        "subject_kind": change.subject_kind,
        "subject_id": change.subject_id,
        "area_id": change.area_id,
        "changes": difference(change.before, change.after),
        "note": change.note,
    }
    return new_row(Entry, said)


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """Return ``{field: [before, after]}`` for the fields that differ, in values that JSON can hold.

    A field that holds fields of its own is taken apart: ``{"fields.people": [1, 2]}``. Of a new record only
    what it says is listed, not what it leaves empty.
    """
    if before is None:
        return {k: [None, plain(v)] for k, v in _flat(after or {}).items() if _says_something(v)}
    told = after or {}
    # A step changes a few of sixty facts: only those are taken apart.
    if before.keys() == told.keys():
        moved = [k for k, value in told.items() if value != before[k]]
    else:
        moved = [k for k in dict.fromkeys([*before, *told]) if before.get(k) != told.get(k)]
    old, new = (_flat({k: facts[k] for k in moved if k in facts}) for facts in (before, told))
    keys = dict.fromkeys([*old, *new])
    return {k: [plain(old.get(k)), plain(new.get(k))] for k in keys if old.get(k) != new.get(k)}


def _says_something(value: Any) -> bool:
    """Tell apart what a new record says from what it leaves empty; a number says something, zero too."""
    return bool(value) or (value is not False and value == 0)


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": inner for key, inner in value.items()}
        else:
            flat[name] = value
    return flat


def plain(value: Any) -> Any:
    """Return *value* as JSON can hold it; dates as ISO 8601 text, other objects as their text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()  # one moment is one text, wherever it was worked out
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
