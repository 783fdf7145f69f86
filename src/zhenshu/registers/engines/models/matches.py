"""Matches that were taken up: a clause told to a dossier, or an offer told to a need; what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MatchState(models.TextChoices):
    """What came of a match."""

    TOLD = "told", _("Told")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")


class Match(models.Model):
    """A match that was followed up; *clause* for a benefit, *offer* for a need."""

    kind = models.CharField(max_length=80)
    need = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="matches")
    offer = models.ForeignKey("dossiers.Dossier", null=True, on_delete=models.PROTECT, related_name="+")
    clause = models.CharField(max_length=60, blank=True, default="")
    state = models.CharField(max_length=10, choices=MatchState.choices, default=MatchState.TOLD)
    on = models.DateField()
    note = models.CharField(max_length=200, blank=True, default="")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "engines_match"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="match_once_per_clause", fields=["kind", "need", "clause"], condition=Q(offer=None)
            ),
            models.UniqueConstraint(
                name="match_once_per_offer",
                fields=["kind", "need", "offer"],
                condition=Q(offer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.need} {self.offer or self.clause}"
