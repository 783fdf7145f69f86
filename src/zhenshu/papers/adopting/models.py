"""Reports that were read, and what was taken over from them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SourceReport(models.Model):
    """A report that was read, with its text as found: every place in it is told in code points of *text*.

    *year* is the year its results speak of; what it promises is for the year after. Figures and commitments
    are read from the text anew with the packs in force; the numbers here are those of the first reading.
    A report set aside stays, because plan items and targets may name it.
    """

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField(_("Year"))
    title = models.CharField(_("Title"), max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    form = models.CharField(max_length=10, blank=True, default="")
    figures = models.IntegerField()
    commitments = models.IntegerField()
    read_at = models.DateTimeField()
    read_by = models.CharField(max_length=80)
    set_aside = models.BooleanField(default=False)

    class Meta:
        db_table = "adopting_source"
        ordering = ["-year", "-read_at"]
        verbose_name = _("Report read")
        verbose_name_plural = _("Reports read")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "digest"],
                name="source_once",
                violation_error_message=_("This report was read already."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Adoption(models.Model):
    """What was taken over from a report at once: numbers of plan items, targets and reported values.

    *declared* names the indicators that the township defined on the way.
    """

    source = models.ForeignKey(SourceReport, on_delete=models.PROTECT, related_name="adoptions")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=80)
    items = models.JSONField(default=list)
    targets = models.JSONField(default=list)
    values = models.JSONField(default=list)
    declared = models.JSONField(default=list)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "adopting_adoption"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.source_id} {self.at:%Y-%m-%d %H:%M}"
