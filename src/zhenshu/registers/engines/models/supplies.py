"""Emergency supplies: what lies in which store until when, and each movement of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How a quantity changed."""

    IN = "in", _("Put into store")
    OUT = "out", _("Taken out")
    SENT = "sent", _("Sent to another store")
    RECEIVED = "received", _("Received from another store")
    COUNTED = "counted", _("Stock-taking")


class StockBatch(models.Model):
    """What one store holds of an item that expires on one day (or never); never below zero."""

    kind = models.CharField(max_length=80)
    store = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="stock")
    item = models.CharField(max_length=60)
    expires_on = models.DateField(_("Expires on"), null=True)
    quantity = models.DecimalField(_("Quantity"), max_digits=12, decimal_places=2, default=0)

    class Meta:
        db_table = "engines_stock_batch"
        ordering = ["store", "item", "expires_on"]
        constraints = [
            models.UniqueConstraint(
                name="stock_batch_per_day",
                fields=["kind", "store", "item", "expires_on"],
                condition=Q(expires_on__isnull=False),
            ),
            models.UniqueConstraint(
                name="stock_batch_without_day", fields=["kind", "store", "item"], condition=Q(expires_on=None)
            ),
            models.CheckConstraint(name="stock_batch_not_below_zero", condition=Q(quantity__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.item}"


class StockMove(models.Model):
    """One change of one batch, with its sign: what came in is above zero, what went out below."""

    kind = models.CharField(max_length=80)
    batch = models.ForeignKey(StockBatch, on_delete=models.PROTECT, related_name="moves")
    way = models.CharField(max_length=10, choices=Way.choices)
    quantity = models.DecimalField(_("Quantity"), max_digits=12, decimal_places=2)
    on = models.DateField(_("On"))
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")
    key = models.CharField(max_length=40, blank=True, default="")
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "engines_stock_move"
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "key"], name="stock_move_key")]
        constraints = [models.CheckConstraint(name="stock_move_of_some", condition=~Q(quantity=0))]

    def __str__(self) -> str:
        return f"{self.batch} {self.quantity}"
