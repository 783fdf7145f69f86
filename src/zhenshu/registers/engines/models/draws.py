"""Draws: a frozen list, the seed that was applied to it, and what was drawn."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DrawState(models.TextChoices):
    """Where a draw stands; a cancelled one stays in the list."""

    FROZEN = "frozen", _("List frozen")
    DRAWN = "drawn", _("Drawn")
    CANCELLED = "cancelled", _("Cancelled")


class Draw(models.Model):
    """One numbered draw. *frozen* is the list with its rules, *digest* its SHA-256, kept before any seed.

    *first* and *last* are the days of its period: a second draw of the kind for one of them, in the same
    ground, *repeats* the first and says why.
    """

    kind = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(_("Period"), max_length=30)
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(max_length=10, choices=DrawState.choices, default=DrawState.FROZEN)
    frozen = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    seed_source = models.CharField(max_length=200)
    seed = models.CharField(max_length=200, blank=True, default="")
    drawn_on = models.DateField(null=True)
    publish_due = models.DateField(null=True)
    published_on = models.DateField(null=True)
    repeats = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="repeated")
    reason = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "engines_draw"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="draw_number_once", fields=["kind", "number"]),
            models.CheckConstraint(name="draw_period_in_order", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(
                name="draw_repeated_with_reason", condition=Q(repeats=None) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="draw_drawn_with_seed",
                condition=~Q(state="drawn") | (~Q(seed="") & Q(drawn_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class DrawnObject(models.Model):
    """A dossier that was drawn: its place, its group, its inspectors, and the case that became of it."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="objects_drawn")
    place = models.PositiveIntegerField()
    subject = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=60, blank=True, default="")
    inspectors = models.JSONField(default=list)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "engines_drawn_object"
        ordering = ["draw", "place"]
        constraints = [
            models.UniqueConstraint(name="drawn_object_place", fields=["draw", "place"]),
            models.UniqueConstraint(name="drawn_object_once", fields=["draw", "subject"]),
        ]

    def __str__(self) -> str:
        return f"{self.draw} {self.place}"


class DrawSerial(models.Model):
    """The last number given among the draws of a kind; its lock makes them queue."""

    kind = models.CharField(max_length=80, unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "engines_draw_serial"

    def __str__(self) -> str:
        return f"{self.kind}: {self.last}"
