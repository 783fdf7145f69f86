"""What the API keeps: answers to be repeated, webhooks and what was sent to them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StoredAnswer(models.Model):
    """The answer to a request that carried an Idempotency-Key; *digest* tells whether it is the same one."""

    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    status = models.SmallIntegerField(default=0)
    body = models.TextField(default="")
    headers = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "api_stored_answer"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="api_answer_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"


class Webhook(models.Model):
    """An address that is told of changes its owner may see.

    *events* are ledger actions such as ``case.closed``, or ``case.*``; *area* narrows them to the matters
    below it. *secret* signs what is sent.
    """

    owner = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=80)
    events = models.JSONField(default=list)
    area = models.ForeignKey("areas.Area", null=True, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "api_webhook"

    def __str__(self) -> str:
        return f"{self.name} {self.url}"


class SendState(models.TextChoices):
    """Where a message stands; FAILED is tried again, GAVE_UP is not."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed, will be tried again")
    GAVE_UP = "gave_up", _("Given up")


PENDING = (SendState.WAITING, SendState.FAILED)


class Delivery(models.Model):
    """One message to one webhook, written in the transaction of the change it tells of."""

    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    seq = models.BigIntegerField()
    event = models.CharField(max_length=60)
    payload = models.JSONField()
    send_state = models.CharField(max_length=10, choices=SendState.choices, default=SendState.WAITING)
    attempts = models.SmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_delivery"
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(send_state__in=["waiting", "failed"]), name="delivery_due"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "seq"], name="api_delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.send_state}"
