"""Places on a ladder: who is in reserve for a rung, who holds its title, since when, and why it ended."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """What a place on a rung means."""

    RESERVE = "reserve", _("Reserve")
    TITLE = "title", _("Title")


class LadderPlace(models.Model):
    """A dossier in reserve for a rung or with its title; going in and out each have their reason."""

    kind = models.CharField(max_length=80)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="ladder_places")
    step = models.CharField(max_length=60)
    standing = models.CharField(max_length=8, choices=Standing.choices)
    since = models.DateField(_("Since"))
    valid_until = models.DateField(_("Valid until"), null=True)
    reason_in = models.CharField(max_length=200)
    ended_on = models.DateField(_("Ended on"), null=True)
    reason_out = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "engines_ladder_place"
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["kind", "ended_on", "step"], name="ladder_place_list")]
        constraints = [
            models.UniqueConstraint(
                name="ladder_place_once",
                fields=["kind", "dossier", "step", "standing"],
                condition=Q(ended_on=None),
            ),
            models.CheckConstraint(
                name="ladder_place_ends_after_it_begins",
                condition=Q(ended_on=None) | (Q(ended_on__gte=F("since")) & ~Q(reason_out="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.step}"
