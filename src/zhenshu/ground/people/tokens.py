"""Bearer tokens for programs: issued once in clear text, kept as a digest, scoped, expiring, revocable."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.administration import require_administrator
from zhenshu.ground.people.errors import TokenError
from zhenshu.ground.people.models import Token, User
from zhenshu.ground.people.scope import Scope

# What a token may be used for. A token never opens more than the posts of its user do.
SCOPES: Mapping[str, Any] = {
    "cases:read": gettext_lazy("Read matters"),
    "cases:write": gettext_lazy("Report matters and take steps"),
    "intake": gettext_lazy("Take matters in by the batch"),
    "dossiers:read": gettext_lazy("Read dossiers"),
    "dossiers:write": gettext_lazy("Create and correct dossiers, add readings"),
    "records:read": gettext_lazy("Read kept records: visits, lessons, funds"),
    "records:write": gettext_lazy("Keep and correct records"),
    "plans:read": gettext_lazy("Read tasks and projects"),
    "plans:write": gettext_lazy("Change tasks and projects"),
    "indicators:read": gettext_lazy("Read indicators"),
    "indicators:write": gettext_lazy("Report values and targets"),
    "reference:read": gettext_lazy("Read areas, offices and packs"),
    "webhooks": gettext_lazy("Manage webhooks"),
    "exchanges": gettext_lazy("Exchange tickets and answers with a system above"),
}

PREFIX = "zs_"
DEFAULT_DAYS = 365
# A revoked token may live on in another process for this long.
CACHE_SECONDS = 5.0
CACHE_LIMIT = 1000
USE_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who stands behind a token, and what it may be used for."""

    user: User
    scopes: frozenset[str]
    expires_at: datetime


_seen: dict[str, tuple[float, Bearer]] = {}


def token_facts(token: Token) -> dict[str, Any]:
    """Return what the ledger keeps of a token; never its digest."""
    kept = ("user_id", "name", "prefix", "scopes", "expires_at", "revoked_at")
    return {field: getattr(token, field) for field in kept}


@transaction.atomic
def issue_token(
    user: User, name: str, *, scopes: Collection[str], by: Scope, days: int = DEFAULT_DAYS
) -> tuple[Token, str]:
    """Return a new token and its clear text, which is shown this once."""
    if by.user_id != user.pk:
        require_administrator(by)
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        words = {"unknown": ", ".join(unknown) or "-", "known": ", ".join(SCOPES)}
        raise TokenError(_("There is no scope %(unknown)s. Scopes are: %(known)s.") % words)
    text = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=name.strip()[:60],
        prefix=text[:10],
        digest=_digest(text),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(by.actor, "token.issued", token, area_id=None, before=None, after=token_facts(token))
    return token, text


@transaction.atomic
def revoke_token(token: Token, *, by: Scope) -> Token:
    """Return the token, of no use from now on; other processes notice within seconds."""
    if by.user_id != token.user_id:
        require_administrator(by)
    token = Token.objects.select_for_update().get(pk=token.pk)
    before = token_facts(token)
    token.revoked_at = token.revoked_at or timezone.now()
    token.save(update_fields=["revoked_at"])
    _seen.pop(token.digest, None)
    record(by.actor, "token.revoked", token, area_id=None, before=before, after=token_facts(token))
    return token


def authenticate_token(text: str, *, at: datetime) -> tuple[User, frozenset[str]]:
    """Return the user and the scopes of a token; raise TokenError for one that is not, or no longer, good."""
    digest = _digest(text)
    now = time.monotonic()
    fresh_until, bearer = _seen.get(digest, (0.0, None))
    if bearer is None or fresh_until < now:
        bearer = _look_up(digest, at)
        _remember(digest, bearer, now)
    if bearer.expires_at <= at:
        raise TokenError(_("The token has expired; issue a new one."))
    return bearer.user, bearer.scopes


def _look_up(digest: str, at: datetime) -> Bearer:
    _seen.pop(digest, None)
    token = Token.objects.select_related("user").filter(digest=digest, revoked_at=None).first()
    if token is None or not token.user.is_active:
        raise TokenError(_("The token is unknown or was revoked."))
    if token.last_used_at is None or at - token.last_used_at > USE_NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=at)
    return Bearer(token.user, frozenset(token.scopes), token.expires_at)


def _remember(digest: str, bearer: Bearer, now: float) -> None:
    if len(_seen) >= CACHE_LIMIT:
        _seen.clear()
    _seen[digest] = (now + CACHE_SECONDS, bearer)


def _digest(text: str) -> str:
    # The text holds 256 random bits; a slow hash would protect nothing here and cost each request.
    return hashlib.sha256(text.encode()).hexdigest()
