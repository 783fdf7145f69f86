"""Dossiers, their ties and their readings."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a dossier is in its life."""

    ACTIVE = "active", _("Active")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged")


class Dossier(models.Model):
    """A lasting subject with typed fields: 澄江精密铸造有限公司, 东浦村, 3 组的危房, a section of a river.

    *kind* is the full code ``pack.kind``. *identity* is the cleaned text of the kind's identity fields
    (a credit code, say): one active dossier per identity. *version* counts the changes; an act on an
    older version is refused.
    """

    pack = models.CharField(max_length=40)
    kind = models.CharField(max_length=80)
    title = models.CharField(_("Title"), max_length=200)
    initials = models.CharField(max_length=60, blank=True, default="")
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="dossiers")
    fields = models.JSONField(default=dict)
    identity = models.CharField(max_length=200, blank=True, default="")
    sensitive = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    opened_on = models.DateField(_("Opened on"))
    closed_on = models.DateField(_("Closed on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed"
    )
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dossiers_dossier"
        verbose_name = _("Dossier")
        verbose_name_plural = _("Dossiers")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["kind", "state", "area"], name="dossier_list"),
            models.Index(fields=["kind", "title"], name="dossier_title"),
            models.Index(fields=["kind", "identity"], name="dossier_identity"),
            models.Index(fields=["initials"], name="dossier_initials"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="dossier_one_active_per_identity",
                fields=["kind", "identity"],
                condition=Q(state="active") & ~Q(identity=""),
                violation_error_message=_("An active dossier of this kind already has this identity."),
            ),
            models.CheckConstraint(
                name="dossier_closes_after_opening",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                violation_error_message=_("A dossier closes no earlier than it opens."),
            ),
            models.CheckConstraint(
                name="dossier_merged_names_its_heir",
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Relation(models.Model):
    """A named tie between two dossiers while it holds, such as the enterprise that rents a building."""

    source = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="relations")
    kind = models.CharField(max_length=40)
    target = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="back_relations")
    since = models.DateField(_("Since"), null=True, blank=True)
    ended_on = models.DateField(_("Ended on"), null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "dossiers_relation"
        verbose_name = _("Relation")
        verbose_name_plural = _("Relations")
        constraints = [
            models.UniqueConstraint(
                name="relation_once",
                fields=["source", "kind", "target"],
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("These two dossiers are already tied in this way."),
            ),
            models.CheckConstraint(
                name="relation_between_two",
                condition=~Q(source=F("target")),
                violation_error_message=_("A dossier can't be tied to itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.target}"


class Reading(models.Model):
    """What a series of a dossier said for one period: 2023-05, electricity 12,400 kWh, signed by 王某.

    *period* is the key of the period (``2023-05``, ``2023-Q2``, ``2023``, ``2023-05-06``); *on* its last
    day. A corrected reading stays, with the one that replaced it: raw records are kept (统计法第二十一条).
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="readings")
    series = models.CharField(max_length=40)
    period = models.CharField(max_length=20)
    on = models.DateField(_("On"))
    values = models.JSONField(default=dict)
    source = models.CharField(_("Source"), max_length=120, blank=True, default="")
    signer = models.CharField(_("Signer"), max_length=80)
    recorded_at = models.DateTimeField(auto_now_add=True)
    replaced_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )

    class Meta:
        db_table = "dossiers_reading"
        verbose_name = _("Reading")
        verbose_name_plural = _("Readings")
        ordering = ["on", "id"]
        indexes = [
            models.Index(fields=["dossier", "series", "on"], name="reading_series"),
            models.Index(fields=["series", "on"], name="reading_on"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="reading_once_per_period",
                fields=["dossier", "series", "period"],
                condition=Q(replaced_by__isnull=True),
                violation_error_message=_("This series already has a reading for the period."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.series} {self.period}"
