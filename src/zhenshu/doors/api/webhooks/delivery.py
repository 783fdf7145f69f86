"""Send what waits: signed, without redirects, tried again after growing pauses, given up at last."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from pydantic_core import to_json

from zhenshu import __version__
from zhenshu.doors.api.models import PENDING, Delivery, SendState
from zhenshu.ground.receivers import leads_astray

if TYPE_CHECKING:
    import httpx

# How long to wait after the first failure, the second, …; after the last the message is given up.
RETRY_AFTER = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30),
    timedelta(hours=2), timedelta(hours=6), timedelta(hours=24),
)  # fmt: skip
TIMEOUT_SECONDS = 5.0
# A message taken by a worker that died is free again after this long.
LEASE = timedelta(minutes=10)
BATCH = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """How a round of sending went."""

    sent: int = 0
    failed: int = 0
    gave_up: int = 0


def deliver_waiting(*, at: datetime | None = None, limit: int = BATCH) -> Sent:
    """Send the messages that are due, oldest first, and return how it went; the worker calls this.

    A receiver that fails once is left alone for the rest of the round, so that it holds up nobody else.
    """
    import httpx  # only the worker sends: the server's processes need not carry it

    moment = at or timezone.now()
    states: list[str] = []
    silent: set[int] = set()
    with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        for message in claim(moment, limit):
            if message.webhook_id in silent:
                release(message, moment)
                continue
            problem = send(client, message, moment)
            states.append(store_result(message, problem, moment))
            if problem:
                silent.add(message.webhook_id)
    return Sent(*(states.count(state) for state in (SendState.SENT, SendState.FAILED, SendState.GAVE_UP)))


@transaction.atomic
def claim(at: datetime, limit: int) -> list[Delivery]:
    """Return messages that are due and let no other worker take them meanwhile."""
    due = Delivery.objects.select_for_update(of=("self",), skip_locked=True).select_related("webhook")
    messages = list(
        due.filter(send_state__in=PENDING, next_try_at__lte=at, webhook__active=True).order_by(
            "next_try_at", "pk"
        )[:limit]
    )
    Delivery.objects.filter(pk__in=[message.pk for message in messages]).update(next_try_at=at + LEASE)
    return messages


def release(message: Delivery, at: datetime) -> None:
    """Let a message that was not tried wait for the next round."""
    Delivery.objects.filter(pk=message.pk).update(next_try_at=at + RETRY_AFTER[0])


def send(client: httpx.Client, message: Delivery, at: datetime) -> str:
    """Send one message and return what went wrong, empty when it was received."""
    body = to_json({"id": message.message_id, **message.payload})
    stamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"zhenshu/{__version__}",
        "Zhenshu-Event": message.event,
        "Zhenshu-Delivery": str(message.message_id),
        "Zhenshu-Signature": f"t={stamp},v1={sign(message.webhook.secret, stamp, body)}",
    }
    import httpx

    try:
        if leads_astray(message.webhook.url):
            return "The address leads to a machine that nothing is sent to."
        with client.stream("POST", message.webhook.url, content=body, headers=headers) as response:
            # What the receiver answers is of no interest, and may be without end.
            return "" if response.is_success else f"HTTP {response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        return f"{type(error).__name__}: {error}"


def sign(secret: str, stamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256 over ``stamp.body`` in hexadecimal; the receiver computes the same."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def store_result(message: Delivery, problem: str, at: datetime) -> str:
    """Store how sending went and return the new state."""
    message.attempts += 1
    message.last_error = problem[:300]
    if not problem:
        message.send_state, message.sent_at, message.next_try_at = SendState.SENT, at, None
    elif message.attempts > len(RETRY_AFTER):
        message.send_state, message.next_try_at = SendState.GAVE_UP, None
    else:
        message.send_state, message.next_try_at = SendState.FAILED, at + RETRY_AFTER[message.attempts - 1]
    message.save(update_fields=["attempts", "last_error", "send_state", "sent_at", "next_try_at"])
    return message.send_state


def try_again(message: Delivery, *, at: datetime) -> Delivery:
    """Let a message that was given up, or waits long, be sent in the next round."""
    if message.send_state != SendState.SENT:
        message.send_state, message.next_try_at, message.attempts = SendState.WAITING, at, 0
        message.save(update_fields=["send_state", "next_try_at", "attempts"])
    return message
