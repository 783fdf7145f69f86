"""Messages are written in the transaction of the change: nothing untrue is told, nothing is forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from zhenshu.doors.api.models import Delivery, Webhook
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import Change, plain
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.dossiers.visibility import visible_dossiers

# A webhook that another process made or changed counts after this long.
LOOK_AGAIN = 2.0
AREA_COLUMNS = ("area_id", "grid_id", "village_id", "town_id", "district_id")
# What a message says of a matter. No word that a person wrote and nobody's name: who needs those asks
# for the matter itself, with a token, and leaves a trace.
CASE_FACTS = (
    "number", "kind", "category", "channel", "priority", "stage", "is_open", "outcome", "paused", "parked",
    "supervised", "extended", "reopened", "area_id", "lead_office_id", "opened_at", "closed_at", "due_at",
    "in_time",
)  # fmt: skip
CONFIDENTIAL_FACTS = ("number", "kind", "stage", "is_open")
DOSSIER_FACTS = ("kind", "area_id", "state", "version")


@dataclass(frozen=True, slots=True)
class Told:
    """How changes of one kind of record are told: to whom, and which facts."""

    visible: Callable[[Scope], QuerySet[Any]]
    facts: Callable[[Mapping[str, Any]], Iterable[str]]


def _case_facts(after: Mapping[str, Any]) -> Iterable[str]:
    return CONFIDENTIAL_FACTS if after.get("confidential") else CASE_FACTS


TOLD: Mapping[str, Told] = {
    "cases.case": Told(visible_cases, _case_facts),
    "dossiers.dossier": Told(visible_dossiers, lambda after: DOSSIER_FACTS),
}
UNTOLD = frozenset({"case.viewed", "case.file_viewed", "dossier.viewed"})

_known: tuple[float, tuple[Webhook, ...]] = (0.0, ())


def active_webhooks() -> tuple[Webhook, ...]:
    """Return the webhooks in use, looked up at most every two seconds."""
    global _known
    until, hooks = _known
    if time.monotonic() < until:
        return hooks
    hooks = tuple(Webhook.objects.filter(active=True, owner__is_active=True).select_related("owner"))
    _known = (time.monotonic() + LOOK_AGAIN, hooks)
    return hooks


def forget_webhooks() -> None:
    """Let the next change look the webhooks up again."""
    global _known
    _known = (0.0, ())


class Outbox:
    """The ledger's follower that writes one message per change and webhook."""

    def follow(self, changes: Sequence[Change], entries: Sequence[Entry]) -> None:
        hooks = active_webhooks()
        if not hooks:
            return
        news = [
            (change, entry)
            for change, entry in zip(changes, entries, strict=True)
            if change.subject_kind in TOLD and change.after is not None and change.action not in UNTOLD
        ]
        if news:
            messages = [message for hook in hooks for message in _messages(hook, news)]
            Delivery.objects.bulk_create(messages, batch_size=500)


def _messages(hook: Webhook, news: Sequence[tuple[Change, Entry]]) -> list[Delivery]:
    wanted = [(change, entry) for change, entry in news if concerns(hook, change)]
    if not wanted:
        return []
    at = timezone.now()
    seen = _seen_by(scope_of(hook.owner, on=timezone.localdate(at)), [change for change, _ in wanted])
    return [
        Delivery(
            webhook=hook, seq=entry.seq, event=change.action, payload=payload_of(change, entry),
            created_at=at, next_try_at=at,
        )
        for change, entry in wanted
        if (change.subject_kind, change.subject_id) in seen
    ]  # fmt: skip


def concerns(hook: Webhook, change: Change) -> bool:
    """Tell whether this change is among the events and in the area of a webhook."""
    family = change.action.partition(".")[0]
    if change.action not in hook.events and f"{family}.*" not in hook.events:
        return False
    after = change.after or {}
    return hook.area_id is None or hook.area_id in {after.get(column) for column in AREA_COLUMNS}


def _seen_by(scope: Scope, changes: Sequence[Change]) -> set[tuple[str, int]]:
    """Return the records among *changes* that *scope* may see now."""
    ids: dict[str, set[int]] = {}
    for change in changes:
        ids.setdefault(change.subject_kind, set()).add(change.subject_id)
    return {
        (kind, pk)
        for kind, wanted in ids.items()
        for pk in TOLD[kind].visible(scope).filter(pk__in=wanted).values_list("pk", flat=True)
    }


def payload_of(change: Change, entry: Entry) -> dict[str, Any]:
    """Return what a message says: the event, the record, and the facts that may leave the house."""
    after = change.after or {}
    told = tuple(TOLD[change.subject_kind].facts(after))
    name = after.get("number") or change.subject_id
    collection = "cases" if change.subject_kind == "cases.case" else "dossiers"
    return {
        "event": change.action,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "subject": {"id": name, "url": f"/api/v1/{collection}/{name}"},
        "state": {key: plain(after.get(key)) for key in told},
        "changed": sorted(set(entry.changes) & set(told)),
    }
