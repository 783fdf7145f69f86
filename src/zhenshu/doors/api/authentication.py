"""Who is calling: a program with a bearer token, or the desk's own page with its session."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from zhenshu.doors.api.errors import ScopeMissingError
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.ground.people.tokens import CACHE_SECONDS, authenticate_token

MEMORY_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or program and what their posts allow; *scopes* is None for the desk's own calls."""

    user: User
    scope: Scope
    scopes: frozenset[str] | None


# Posts are read once per token and few seconds, as the token itself is: user id → (until, day, user, scope).
_remembered: dict[int, tuple[float, date, User, Scope]] = {}


def remembered_scope(user: User) -> Scope:
    """Return the scope of a token's user today; a changed post counts after at most `CACHE_SECONDS`."""
    now, today = time.monotonic(), timezone.localdate()
    until, day, known, scope = _remembered.get(user.pk, (0.0, today, None, None))
    if scope is not None and known is user and day == today and now < until:
        return scope
    scope = scope_of(user, on=today)
    if len(_remembered) >= MEMORY_LIMIT:
        _remembered.clear()
    _remembered[user.pk] = (now + CACHE_SECONDS, today, user, scope)
    return scope


class BearerToken(HttpBearer):
    """A token issued for a program; *wanted* is the scope the operation needs, empty for any token."""

    def __init__(self, wanted: str = "") -> None:
        super().__init__()
        self.wanted = wanted

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        user, scopes = authenticate_token(token, at=timezone.now())
        if self.wanted and self.wanted not in scopes:
            raise ScopeMissingError(self.wanted)
        return Caller(user, remembered_scope(user), scopes)


class DeskSession(APIKeyCookie):
    """The session of somebody logged in to the desk; a change needs the page's CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def _get_key(self, request: HttpRequest) -> str | None:
        key = request.COOKIES.get(self.param_name)
        if key and check_csrf(request):
            raise HttpError(403, "csrf")
        return key

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        user = request.user if key else None
        if not isinstance(user, User) or not user.is_active:
            return None
        return Caller(user, scope_of(user, on=timezone.localdate()), None)


def needs(scope: str = "") -> list[Callable[[HttpRequest], Any]]:
    """Return the ways in to an operation whose token must hold *scope*."""
    return [BearerToken(scope), DeskSession()]


def caller_of(request: HttpRequest) -> Caller:
    """Return who is calling; the operation's `needs` has put it there."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller
