"""What is kept of an assessment: the edition of a period, marks given by hand, objections of units."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where an edition is: being prepared, open to objections, final, or taken back."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Final")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Scorecard(models.Model):
    """The assessment of an area's units in a period: 接诉即办单位评价, March 2024, first edition.

    A draft holds no scores: they are worked out whenever it is looked at. Publishing freezes them in
    *content* (see `content`) under a seal, chained to the one before; *entry* is the ledger entry that
    holds it. What is corrected after an objection stands beside the frozen score, never in its place.
    *appeal_until* is the last day on which a unit may object. *version* counts the acts.
    """

    kind = models.CharField(max_length=80)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(_("Period"), max_length=30)
    first_day = models.DateField()
    end_day = models.DateField()
    edition = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    started_by = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    published_by = models.CharField(max_length=80, blank=True, default="")
    published_at = models.DateTimeField(null=True)
    appeal_until = models.DateField(null=True)
    closed_by = models.CharField(max_length=80, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True, default="")
    entry = models.BigIntegerField(null=True)
    sequence = models.IntegerField(null=True, unique=True)
    previous_seal = models.CharField(max_length=64, blank=True, default="")
    seal = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "scorecards_scorecard"
        ordering = ["-first_day", "kind", "-edition"]
        indexes = [models.Index(fields=["kind", "area", "first_day"], name="scorecard_history")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "area", "period", "edition"], name="scorecard_edition_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "area", "period"],
                condition=~Q(state="withdrawn"),
                name="scorecard_one_standing",
                violation_error_message=_("This period has its scorecard already."),
            ),
            models.CheckConstraint(
                name="scorecard_sealed_when_published",
                condition=Q(state="draft", sequence__isnull=True)
                | Q(state="withdrawn")
                | (Q(sequence__isnull=False) & ~Q(seal="") & Q(appeal_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} ({self.edition})"


class Mark(models.Model):
    """The points of one item of one unit entered by hand, with the reason and who answers for them.

    A corrected mark stays, with the one that replaced it.
    """

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="marks")
    unit_id = models.BigIntegerField()
    item = models.CharField(max_length=40)
    points = models.DecimalField(_("Points earned"), max_digits=8, decimal_places=2)
    reason = models.CharField(_("Reason"), max_length=300)
    signer = models.CharField(_("Signer"), max_length=80)
    entered_by = models.CharField(max_length=80)
    entered_at = models.DateTimeField()
    replaced_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )

    class Meta:
        db_table = "scorecards_mark"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "unit_id", "item"],
                condition=Q(replaced_by__isnull=True),
                name="scorecard_marked_once",
                violation_error_message=_("This item has its mark already; look at it again."),
            ),
            models.CheckConstraint(name="scorecard_mark_not_negative", condition=Q(points__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.item}: {self.points}"


class AppealState(models.TextChoices):
    OPEN = "open", _("To be answered")
    UPHELD = "upheld", _("Upheld")
    REFUSED = "refused", _("Not upheld")


class Appeal(models.Model):
    """An objection (申诉) of a unit to the score of one item, and its answer by somebody else.

    Upheld, *points* takes the place of *before* in the standing; both stay visible.
    """

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="appeals")
    unit_id = models.BigIntegerField()
    unit_name = models.CharField(max_length=120)
    item = models.CharField(max_length=40)
    before = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    reason = models.CharField(_("Reason"), max_length=500)
    raised_by_id = models.BigIntegerField(null=True)
    raised_by = models.CharField(max_length=80)
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=AppealState.choices, default=AppealState.OPEN)
    points = models.DecimalField(_("Points earned"), max_digits=8, decimal_places=2, null=True)
    answer = models.CharField(_("Answer given"), max_length=500, blank=True, default="")
    answered_by = models.CharField(max_length=80, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "scorecards_appeal"
        ordering = ["raised_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "unit_id", "item"],
                name="scorecard_appealed_once",
                violation_error_message=_("This unit has objected to this item already."),
            ),
            models.CheckConstraint(
                name="scorecard_appeal_answered",
                condition=Q(state="open", answered_at__isnull=True)
                | (~Q(state="open") & Q(answered_at__isnull=False) & ~Q(answer="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} {self.item}: {self.state}"
