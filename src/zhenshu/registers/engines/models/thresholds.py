"""Alarms: a dossier whose readings went beyond a limit, until they are within it again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Alarm(models.Model):
    """A limit exceeded: by which reading, at which level, which case it became, and when it cleared.

    While it is open no second one is: readings beyond the limit only raise its level.
    """

    kind = models.CharField(max_length=80)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="alarms")
    level = models.CharField(max_length=60)
    value = models.FloatField()
    reading = models.ForeignKey("dossiers.Reading", on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    cleared_on = models.DateField(null=True)
    cleared_by = models.ForeignKey("dossiers.Reading", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "engines_alarm"
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["kind", "cleared_on"], name="alarm_list")]
        constraints = [
            models.UniqueConstraint(
                name="alarm_one_open", fields=["kind", "dossier"], condition=Q(cleared_on=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dossier} {self.level}"
