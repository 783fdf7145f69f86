"""Turns of duty: who stands which shift on which day, and what they handed over."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DutyTurn(models.Model):
    """One shift of one day. *people* are the ids of those on duty; there is no sign-in and no sign-out."""

    kind = models.CharField(max_length=80)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("Day"))
    shift = models.CharField(max_length=60)
    people = models.JSONField(default=list)
    hand_over = models.JSONField(default=dict)
    note = models.TextField(blank=True, default="")
    handed_over_at = models.DateTimeField(null=True)
    handed_over_by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "engines_duty_turn"
        ordering = ["day", "id"]
        constraints = [
            models.UniqueConstraint(name="duty_turn_once", fields=["kind", "area", "day", "shift"])
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.shift}"


class DutyEvent(models.Model):
    """What happened on a turn and became a matter."""

    turn = models.ForeignKey(DutyTurn, on_delete=models.PROTECT, related_name="events")
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "engines_duty_event"

    def __str__(self) -> str:
        return f"{self.turn} {self.case_id}"
