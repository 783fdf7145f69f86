"""Set up, change and remove webhooks; each act leaves its ledger line."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.doors.api.errors import WebhookError, WebhookNotFoundError
from zhenshu.doors.api.models import Webhook
from zhenshu.doors.api.webhooks.outbox import forget_webhooks
from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.ground.people.models import Role, User
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.receivers import url_problems

# Who may let another system listen.
KEEPERS = (Role.ADMINISTRATOR, Role.DISPATCHER, Role.SECRETARY)
KEPT = ("owner_id", "name", "url", "events", "area_id", "active")
MOST = 20


def webhook_facts(hook: Webhook) -> dict[str, Any]:
    """Return what the ledger keeps of a webhook; never its secret."""
    return {name: getattr(hook, name) for name in KEPT}


@transaction.atomic
def create_webhook(
    name: str, url: str, *, events: Sequence[str], area: int | None, owner: User, by: Scope
) -> Webhook:
    """Return a new webhook with a fresh secret."""
    if not by.has_role(KEEPERS):
        raise NotAllowedError
    problems = url_problems(url)
    if area is not None and not Area.objects.filter(pk=area).exists():
        problems["area"] = _("There is no such area.")
    if Webhook.objects.filter(owner=owner).count() >= MOST:
        problems["name"] = _("You have %(most)d webhooks already.") % {"most": MOST}
    if problems:
        raise WebhookError(problems)
    hook = Webhook.objects.create(
        owner=owner, name=name, url=url, events=list(events), area_id=area, secret=secrets.token_urlsafe(32)
    )
    record(by.actor, "webhook.created", hook, area_id=area, before=None, after=webhook_facts(hook))
    transaction.on_commit(forget_webhooks)
    return hook


@transaction.atomic
def change_webhook(hook: Webhook, changes: Mapping[str, Any], *, by: Scope) -> Webhook:
    """Return the webhook with another name, address, events, or switched on or off."""
    problems = url_problems(changes["url"]) if "url" in changes else {}
    if problems:
        raise WebhookError(problems)
    before = webhook_facts(hook)
    for name, value in changes.items():
        setattr(hook, name, value)
    hook.save(update_fields=list(changes) or None)
    record(by.actor, "webhook.changed", hook, area_id=hook.area_id, before=before, after=webhook_facts(hook))
    transaction.on_commit(forget_webhooks)
    return hook


@transaction.atomic
def remove_webhook(hook: Webhook, *, by: Scope) -> None:
    """Remove the webhook with its messages; the ledger remembers it."""
    record(by.actor, "webhook.removed", hook, area_id=hook.area_id, before=webhook_facts(hook), after=None)
    hook.delete()
    transaction.on_commit(forget_webhooks)


def find_webhook(webhook_id: int, owner: User) -> Webhook:
    """Return a webhook of this user; raise WebhookNotFoundError for anybody else's."""
    hook = Webhook.objects.filter(pk=webhook_id, owner=owner).first()
    if hook is None:
        raise WebhookNotFoundError
    return hook
