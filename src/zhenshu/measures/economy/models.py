"""What the economy room keeps: warnings taken up, and assessments by land with their objections.

Panels, comparisons and estimates are worked out anew each time; only what people did about them is kept.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TakenWarning(models.Model):
    """A warning of a month that somebody took up: as a matter, or as a visit already made.

    One per subject and month, whoever clicks and however often. *signs* are the warnings that held then.
    """

    panel = models.CharField(max_length=80)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="taken_warnings")
    month = models.CharField(_("Month"), max_length=7)
    signs = models.JSONField(default=list)
    case = models.OneToOneField("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    record = models.OneToOneField("blocks.Record", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "economy_taken_warning"
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="economy_warning_taken_once",
                fields=["panel", "dossier", "month"],
                violation_error_message=_("The warning of this month has been taken up already."),
            ),
            models.CheckConstraint(
                name="economy_warning_became_one_thing",
                condition=Q(case__isnull=False, record__isnull=True)
                | Q(case__isnull=True, record__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel} {self.dossier} {self.month}"


class AssessmentState(models.TextChoices):
    """Where an assessment stands."""

    DRAFT = "draft", _("Draft")
    LISTED = "listed", _("Listed in public")
    FINAL = "final", _("In force")


class Assessment(models.Model):
    """One assessment by land: of a year, in an area, by the numbers of a version of the pack."""

    kind = models.CharField(max_length=80)
    year = models.PositiveIntegerField(_("Year"))
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    pack_version = models.ForeignKey("packs.PackVersion", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=AssessmentState.choices, default=AssessmentState.DRAFT)
    made_at = models.DateTimeField()
    listed_on = models.DateField(_("Listed on"), null=True)
    public_until = models.DateField(_("Public until"), null=True)
    final_on = models.DateField(_("In force since"), null=True)
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "economy_assessment"
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="economy_assessment_once",
                fields=["kind", "year", "area"],
                violation_error_message=_("This year is assessed already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.area}"


class Standing(models.Model):
    """Where one subject stands in an assessment: its points and class, or why it has none.

    *parts* holds for each measure the two terms, the value, the base, weight, cap and points: enough to do
    the sum again by hand. *exempt* and *missing* say why there is no class.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="standings")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="land_standings")
    score = models.DecimalField(_("Score"), max_digits=8, decimal_places=2, null=True)
    grade = models.CharField(_("Class"), max_length=20, blank=True, default="")
    parts = models.JSONField(default=dict)
    exempt = models.CharField(max_length=60, blank=True, default="")
    missing = models.JSONField(default=list)

    class Meta:
        db_table = "economy_standing"
        ordering = ["assessment", models.F("score").desc(nulls_last=True), "id"]
        constraints = [
            models.UniqueConstraint(name="economy_standing_once", fields=["assessment", "dossier"])
        ]

    def __str__(self) -> str:
        return f"{self.assessment} {self.dossier} {self.grade}"


class Objection(models.Model):
    """An objection of a subject to its standing while the list is public, and the answer."""

    standing = models.ForeignKey(Standing, on_delete=models.PROTECT, related_name="objections")
    text = models.TextField(_("Objection"))
    said_on = models.DateField(_("Said on"))
    answer = models.TextField(_("Answer to it"), blank=True, default="")
    upheld = models.BooleanField(_("Upheld"), null=True)
    answered_on = models.DateField(_("Answered on"), null=True)
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "economy_objection"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="economy_objection_one_open",
                fields=["standing"],
                condition=Q(answered_on=None),
                violation_error_message=_("An objection of this subject waits for its answer already."),
            ),
            models.CheckConstraint(
                name="economy_objection_answered_whole",
                condition=Q(answered_on=None, upheld=None) | (Q(answered_on__isnull=False) & ~Q(answer="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standing}: {self.text[:40]}"
