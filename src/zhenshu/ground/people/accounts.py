"""Users: create, correct, set a password, log in, lock out, deactivate. Every log-in leaves a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhenshu.ground.areas.names import pinyin_initials
from zhenshu.ground.ledger.record import Actor, Change, record, record_many
from zhenshu.ground.people.administration import require_administrator
from zhenshu.ground.people.errors import (
    LockedError,
    LogInError,
    PeopleError,
    UsernameTakenError,
    WeakPasswordError,
    WrongPasswordError,
)
from zhenshu.ground.people.models import Post, User
from zhenshu.ground.people.policy import POLICY, LogInPolicy, password_problems
from zhenshu.ground.people.scope import Scope

KEPT = ("username", "name", "phone", "is_active", "must_change_password", "locked_until")
UNKNOWN_USER = 0


def user_facts(user: User) -> dict[str, Any]:
    """Return what the ledger keeps of a user; never the password."""
    return {field: getattr(user, field) for field in KEPT}


@transaction.atomic
def create_user(
    username: str,
    name: str,
    *,
    by: Scope,
    password: str | None,
    phone: str = "",
    must_change_password: bool = True,
) -> User:
    """Return a new user without posts; a first password chosen by somebody else must be changed at log-in.

    Without a password nobody can log in as this user until an administrator sets one.
    """
    require_administrator(by)
    user = User(username=username.strip(), name=name.strip(), phone=phone.strip())
    _refuse_nameless(user)
    user.initials = pinyin_initials(user.name)[:20]
    user.must_change_password = must_change_password
    if password is None:
        user.set_unusable_password()
    else:
        set_checked_password(user, password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise UsernameTakenError(user.username) from None
    record(by.actor, "user.created", user, area_id=None, before=None, after=user_facts(user))
    return user


def _refuse_nameless(user: User) -> None:
    if not user.username or not user.name:
        raise PeopleError(_("A user needs a log-in name and a name."))


def set_checked_password(user: User, password: str) -> None:
    """Put the password on the unsaved user if it keeps the rules."""
    problems = password_problems(password, user)
    if problems:
        raise WeakPasswordError(problems)
    user.set_password(password)


@transaction.atomic
def correct_user(user: User, *, by: Scope, name: str, phone: str) -> User:
    """Return the user with another name or telephone number."""
    _require_administrator_of(user, by)
    user, before = _locked(user)
    user.name, user.phone = name.strip(), phone.strip()
    _refuse_nameless(user)
    user.initials = pinyin_initials(user.name)[:20]
    return _save(user, before, "user.corrected", by.actor)


@transaction.atomic
def set_password(user: User, password: str, *, by: Scope) -> User:
    """Give the user a new first password, unlock the account, and end its sessions."""
    _require_administrator_of(user, by)
    user, before = _locked(user)
    set_checked_password(user, password)
    user.must_change_password, user.failed_log_ins, user.locked_until = True, 0, None
    return _save(user, before, "user.password_set", by.actor)


@transaction.atomic
def change_password(user: User, old: str, new: str) -> User:
    """Let users change their own password; the old one proves who asks."""
    user, before = _locked(user)
    if not user.check_password(old):
        raise WrongPasswordError
    set_checked_password(user, new)
    user.must_change_password = False
    return _save(user, before, "user.password_changed", Actor(user.pk, user.name))


@transaction.atomic
def deactivate_user(user: User, *, by: Scope, note: str = "") -> User:
    """Shut a user out at once: sessions and tokens stop with the next request. Posts stay for the record."""
    _require_administrator_of(user, by)
    user, before = _locked(user)
    user.is_active = False
    return _save(user, before, "user.deactivated", by.actor, note=note)


@transaction.atomic
def reactivate_user(user: User, *, by: Scope) -> User:
    """Let a user in again."""
    _require_administrator_of(user, by)
    user, before = _locked(user)
    user.is_active, user.failed_log_ins, user.locked_until = True, 0, None
    return _save(user, before, "user.reactivated", by.actor)


def _require_administrator_of(user: User, by: Scope) -> None:
    """Refuse unless *by* administers every area in which the user holds a post."""
    require_administrator(by)
    for path in Post.objects.filter(user=user, ended_on=None).values_list("area__path", flat=True):
        require_administrator(by, path)


def _locked(user: User) -> tuple[User, dict[str, Any]]:
    fresh = User.objects.select_for_update().get(pk=user.pk)
    return fresh, user_facts(fresh)


def _save(user: User, before: Mapping[str, Any], action: str, by: Actor, *, note: str = "") -> User:
    user.save()
    record(by, action, user, area_id=None, before=before, after=user_facts(user), note=note)
    return user


# ── logging in ────────────────────────────────────────────────────────────────────────────────────────


def log_in(
    username: str, password: str, *, at: datetime, origin: str = "", policy: LogInPolicy = POLICY
) -> User:
    """Return the user whose name and password these are; refuse, count and lock otherwise.

    *origin* (the address the request came from) stands in the ledger line. The line of a failure is
    committed before the refusal is raised.
    """
    user = User.objects.filter(username=username.strip()).first()
    # The slow hash runs before the transaction: on SQLite nobody could write meanwhile.
    right = _is_right(user, password)
    with transaction.atomic():
        fresh = User.objects.select_for_update().filter(pk=user.pk).first() if user else None
        right = right and fresh is not None and user is not None and fresh.password == user.password
        refusal = _refusal(fresh, right, at=at, origin=origin, policy=policy)
        if fresh and not refusal:
            _welcome(fresh, at=at, origin=origin)
    if refusal or not fresh:
        raise refusal or WrongPasswordError()
    return fresh


def _is_right(user: User | None, password: str) -> bool:
    if user is None:
        # Hashing all the same: the time of the answer must not tell which names exist.
        make_password(password)
        return False
    return user.check_password(password)


def _refusal(
    user: User | None, right: bool, *, at: datetime, origin: str, policy: LogInPolicy
) -> LogInError | None:
    if user is None or not user.is_active:
        _note_unknown(user, origin)
        return WrongPasswordError()
    if user.locked_until and user.locked_until > at:
        record(_actor(user), "user.log_in_refused", user, area_id=None, before=None, after=None, note=origin)
        return LockedError(user.locked_until)
    if not right:
        return _count_failure(user, at=at, origin=origin, policy=policy)
    return None


def _actor(user: User) -> Actor:
    return Actor(user.pk, user.name)


def _note_unknown(user: User | None, origin: str) -> None:
    """Leave a line without the name that was typed: people type passwords there by mistake."""
    subject_id = user.pk if user else UNKNOWN_USER
    change = Change("user.log_in_failed", "people.user", subject_id, None, None, None, origin)
    record_many(Actor(None, user.name if user else "?"), [change])


def _count_failure(user: User, *, at: datetime, origin: str, policy: LogInPolicy) -> LogInError:
    before = user_facts(user)
    user.failed_log_ins += 1
    locked = user.failed_log_ins >= policy.failures_before_lock
    if locked:
        user.failed_log_ins, user.locked_until = 0, at + policy.lock
    user.save(update_fields=["failed_log_ins", "locked_until"])
    action = "user.locked" if locked else "user.log_in_failed"
    record(_actor(user), action, user, area_id=None, before=before, after=user_facts(user), note=origin)
    return LockedError(at + policy.lock) if locked else WrongPasswordError()


def _welcome(user: User, *, at: datetime, origin: str) -> None:
    before = user_facts(user)
    user.failed_log_ins, user.locked_until, user.last_login = 0, None, at
    user.save(update_fields=["failed_log_ins", "locked_until", "last_login"])
    record(
        _actor(user), "user.logged_in", user, area_id=None, before=before, after=user_facts(user), note=origin
    )


@transaction.atomic
def log_out(user: User, *, origin: str = "") -> None:
    """Leave the line of a log-out; the session itself is ended by the door."""
    record(_actor(user), "user.logged_out", user, area_id=None, before=None, after=None, note=origin)
