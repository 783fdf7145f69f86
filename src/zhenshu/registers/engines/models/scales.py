"""Gradings: what a dossier scored on a scale, by which version of it; a later one replaces an earlier."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Grading(models.Model):
    """One grading. *version* is the scale's own; a score means nothing without it.

    *current* marks the last one of a dossier on a scale; the ones before stay.
    """

    scale = models.CharField(max_length=80)
    version = models.CharField(_("Version"), max_length=80)
    pack_version = models.ForeignKey("packs.PackVersion", on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="gradings")
    factors = models.JSONField(default=dict)
    score = models.FloatField(_("Score"))
    band = models.CharField(max_length=60)
    colour = models.CharField(max_length=10)
    on = models.DateField(_("On"))
    current = models.BooleanField(default=True)
    note = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "engines_grading"
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["scale", "current", "band"], name="grading_list")]
        constraints = [
            models.UniqueConstraint(
                name="grading_one_current", fields=["scale", "dossier"], condition=Q(current=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.scale} {self.score}"
