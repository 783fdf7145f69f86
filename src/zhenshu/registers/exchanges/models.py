"""Channels to the systems above, what passes through them, and how the lists compare."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Direction(models.TextChoices):
    IN = "in", _("Coming down")
    OUT = "out", _("Going up")


class Transport(models.TextChoices):
    """How it travels. FOLDER: files in the data folder. API: they call us. PUSH: we call them."""

    FOLDER = "folder", _("Files in a folder")
    API = "api", _("They call our API")
    PUSH = "push", _("We send to their address")


class FileFormat(models.TextChoices):
    XLSX = "xlsx", "xlsx"
    CSV = "csv", "csv"
    NDJSON = "ndjson", "ndjson"


class Channel(models.Model):
    """One direction of an exchange that a pack declares (``hotline.city_platform``), set up for an area.

    *area* is where tickets go that name no place, and whose dispatchers work the queue. *token* is what the
    other system asks of us; it never stands in the ledger and is shown to nobody again.
    """

    exchange = models.CharField(max_length=90)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    transport = models.CharField(max_length=10, choices=Transport.choices)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    file_format = models.CharField(max_length=6, choices=FileFormat.choices, default=FileFormat.XLSX)
    url = models.CharField(max_length=500, blank=True, default="")
    token = models.CharField(max_length=200, blank=True, default="")
    active = models.BooleanField(default=True)
    last_contact_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "exchanges_channel"
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "direction"],
                name="exchanges_channel_once",
                violation_error_message=_("This direction of the exchange is set up already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.exchange} {self.direction}"


class State(models.TextChoices):
    """Where something stands. Of what came down: taken in (ACKNOWLEDGED) or REFUSED.

    Of what goes up: WAITING for its next try, SENT without a receipt yet, ACKNOWLEDGED, REFUSED by them, or
    FAILED, given up until a person looks.
    """

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent, no receipt yet")
    ACKNOWLEDGED = "acknowledged", _("Confirmed")
    REFUSED = "refused", _("Turned down")
    FAILED = "failed", _("Given up")


class Item(models.Model):
    """A ticket that came down, or one report about it that goes up.

    *number* is theirs, *message* ours; *stage* is what is reported (``verified``, ``rejected``), empty for a
    ticket. *payload* is the row in their columns, *payload_hash* tells whether it changed, *changed* how
    often. *due_at*: by then their receipt should be here. *note*: what a person should know of it.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="items", db_index=False)
    number = models.CharField(max_length=80)
    message = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="exchanged")
    stage = models.CharField(max_length=20, blank=True, default="")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    payload = models.JSONField(default=dict)
    payload_hash = models.CharField(max_length=64)
    changed = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchanges_item"
        indexes = [
            models.Index(fields=["channel", "number"], name="exchange_number"),
            models.Index(fields=["channel", "state", "-created_at"], name="exchange_state"),
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="exchange_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "number"],
                condition=Q(stage=""),
                name="exchanges_ticket_once",
                violation_error_message=_("This ticket came in before."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.stage} {self.state}"


class Standing(models.TextChoices):
    """What the lists of both sides say of one number; each number has exactly one standing."""

    AGREED = "agreed", _("Both agree")
    OPEN = "open", _("Being handled here")
    NOT_TAKEN = "not_taken", _("Sent, not taken in here")
    REFUSED_HERE = "refused_here", _("Turned down here")
    NOT_SENT = "not_sent", _("Answered, not sent")
    UNANSWERED = "unanswered", _("Concluded here, never reported")
    UNCONFIRMED = "unconfirmed", _("Sent, not confirmed")
    REFUSED_THERE = "refused_there", _("Turned down by them")
    ANSWERED_THERE = "answered_there", _("Answered there, not by us")
    UNKNOWN_THERE = "unknown_there", _("Not on their list")


class Reconciliation(models.Model):
    """Their list for some days held against what we took and answered (三方对账)."""

    exchange = models.CharField(max_length=90)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateField()
    until = models.DateField()
    source = models.CharField(max_length=200, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    counts = models.JSONField(default=dict)
    repeated = models.IntegerField(default=0)

    class Meta:
        db_table = "exchanges_reconciliation"
        indexes = [models.Index(fields=["exchange", "-made_at"], name="reconciliation_made")]

    def __str__(self) -> str:
        return f"{self.exchange} {self.since}–{self.until}"


class ReconciliationLine(models.Model):
    """One number in a reconciliation: what they, we and the queue say; *settled* tells what was done."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="lines")
    number = models.CharField(max_length=80)
    standing = models.CharField(max_length=20, choices=Standing.choices)
    theirs = models.JSONField(default=dict)
    their_state = models.CharField(max_length=60, blank=True, default="")
    sent_by_them = models.BooleanField()
    taken = models.BooleanField()
    answered = models.BooleanField()
    confirmed = models.BooleanField()
    case = models.ForeignKey(
        "cases.Case", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    settled = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        db_table = "exchanges_line"
        constraints = [
            models.UniqueConstraint(fields=["reconciliation", "number"], name="exchanges_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.standing}"
