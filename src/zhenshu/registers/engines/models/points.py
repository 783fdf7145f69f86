"""Points: accounts, and the transfers between them. Nothing else ever changes a balance."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AccountRole(models.TextChoices):
    """Where points come from, who has them, where they go."""

    ISSUING = "issuing", _("Issued")
    HOLDER = "holder", _("Holder")
    REDEEMED = "redeemed", _("Redeemed")
    LAPSED = "lapsed", _("Lapsed")


class Cause(models.TextChoices):
    """Why points moved."""

    AWARD = "award", _("Awarded")
    DEDUCTION = "deduction", _("Deducted")
    REDEMPTION = "redemption", _("Redeemed")
    LAPSE = "lapse", _("Lapsed")
    REVERSAL = "reversal", _("Reversed")


class PointAccount(models.Model):
    """One account of a kind of points; over all accounts of a kind the balances add up to zero.

    The issuing account goes below zero by what was ever given out; no other one may.
    """

    kind = models.CharField(max_length=80)
    role = models.CharField(max_length=10, choices=AccountRole.choices)
    holder = models.ForeignKey(
        "dossiers.Dossier", null=True, on_delete=models.PROTECT, related_name="point_accounts"
    )
    balance = models.DecimalField(_("Balance"), max_digits=14, decimal_places=2, default=0)

    class Meta:
        db_table = "engines_point_account"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="point_account_per_holder", fields=["kind", "holder"], condition=Q(role="holder")
            ),
            models.UniqueConstraint(
                name="point_account_per_role", fields=["kind", "role"], condition=~Q(role="holder")
            ),
            models.CheckConstraint(
                name="point_account_holder_named",
                condition=Q(role="holder", holder__isnull=False) | (~Q(role="holder") & Q(holder=None)),
            ),
            models.CheckConstraint(
                name="point_account_not_below_zero",
                condition=Q(role="issuing", balance__lte=0) | (~Q(role="issuing") & Q(balance__gte=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.holder or self.role}"


class PointTransfer(models.Model):
    """Points that moved from one account to another; a wrong one is reversed, never removed.

    *rule* is the rule that earned or the reward that was had, *quantity* how often or how many. *key* names
    the form it came from: the same form sent twice moves points once. *area* and *fields* are what indicators
    count by: where the holder was, and the points that a rule gave (or took) or a reward cost. *undone* says
    that it was reversed; neither it nor its reversal counts.
    """

    kind = models.CharField(max_length=80)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    rule = models.CharField(max_length=60, blank=True, default="")
    quantity = models.PositiveIntegerField(default=1)
    points = models.DecimalField(_("Points"), max_digits=14, decimal_places=2)
    source = models.ForeignKey(PointAccount, on_delete=models.PROTECT, related_name="given")
    target = models.ForeignKey(PointAccount, on_delete=models.PROTECT, related_name="taken")
    holder = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="point_transfers")
    area = models.ForeignKey("areas.Area", null=True, on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(default=dict)
    on = models.DateField(_("On"))
    evidence = models.CharField(_("Evidence"), max_length=500, blank=True, default="")
    station = models.ForeignKey("areas.Area", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")
    undone = models.BooleanField(default=False)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversal")
    key = models.CharField(max_length=40, blank=True, default="")
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "engines_point_transfer"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["kind", "on"], name="point_transfer_on"),
            models.Index(fields=["holder", "kind", "rule", "on"], name="point_transfer_holder"),
        ]
        constraints = [
            models.CheckConstraint(name="point_transfer_of_some", condition=Q(points__gt=0)),
            models.CheckConstraint(name="point_transfer_between_two", condition=~Q(source=F("target"))),
            models.UniqueConstraint(
                name="point_transfer_once_per_form", fields=["kind", "key"], condition=~Q(key="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.cause} {self.points}"
