"""A report as a kept thing: its draft, its published editions, and the seal of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Report(models.Model):
    """One edition of an area's report of a year.

    *content* holds the sentences, each figure as it stood at *as_of*, and what was put by hand (see
    `content`). Publishing freezes all of it: *seal* is a hash over the edition and over the seal before it,
    *sequence* its place in that chain, *entry* the ledger entry that says so. *version* counts the acts;
    an act on an older version is refused.
    """

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField(_("Year"))
    edition = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField(_("Title"), max_length=120)
    opening = models.TextField(_("Opening words"), blank=True, default="")
    closing = models.TextField(_("Closing words"), blank=True, default="")
    content = models.JSONField(default=dict)
    as_of = models.DateTimeField()
    version = models.IntegerField(default=1)
    started_by = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=80, blank=True, default="")
    entry = models.BigIntegerField(null=True)
    sequence = models.IntegerField(null=True, unique=True)
    previous_seal = models.CharField(max_length=64, blank=True, default="")
    seal = models.CharField(max_length=64, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True, default="")
    withdrawn_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "publishing_report"
        verbose_name = _("Report")
        verbose_name_plural = _("Reports")
        ordering = ["-year", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["area", "year", "edition"], name="report_edition_once"),
            models.UniqueConstraint(
                fields=["area", "year"], condition=Q(state="draft"), name="report_one_draft"
            ),
            models.UniqueConstraint(
                fields=["area", "year"], condition=Q(state="published"), name="report_one_published"
            ),
            models.CheckConstraint(
                name="report_sealed_when_published",
                condition=Q(state="draft", sequence__isnull=True)
                | (~Q(state="draft") & Q(sequence__isnull=False) & ~Q(seal="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.edition})"
