"""Records of the general blocks: visits, check sheets, contracts, payments, meetings and the like."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a record is in its life; which of these a block uses is said in its module."""

    PLANNED = "planned", _("Planned")
    LISTED = "listed", _("Listed in public")
    KEPT = "kept", _("On record")
    PAID = "paid", _("Paid out")
    ENDED = "ended", _("Ended")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Record(models.Model):
    """One line kept under a block of a pack: the visit of 3 May, the lease of a shop, one month's allowance.

    *kind* is ``pack.kind``; *subject* what it is about, *party* the other side, *holder* who answers for it.
    *day* puts it into a period, *ended_on* is the first day on which it is no longer in force, *due* the next
    day on which something falls due. *fields* holds the pack's fields and what the block adds to them
    (`kinds.own_fields`), *detail* what has a shape of its own: answers of a sheet, the roll of a meeting.
    *key* says what there may be once only: one payment per person and month, one booking per place and hour.
    *bundle* joins records made together, such as the payments of one run. The level columns repeat those of
    the area: a record stays where it was when borders move. *version* counts the changes.
    """

    pack_version = models.ForeignKey(
        "packs.PackVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    block = models.CharField(max_length=20)
    kind = models.CharField(max_length=80)
    title = models.CharField(_("Title"), max_length=200, blank=True, default="")
    subject = models.ForeignKey(
        "dossiers.Dossier", null=True, on_delete=models.PROTECT, related_name="records", db_index=False
    )
    party = models.ForeignKey(
        "dossiers.Dossier", null=True, on_delete=models.PROTECT, related_name="party_records", db_index=False
    )
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district_id = models.BigIntegerField(null=True)
    town_id = models.BigIntegerField(null=True)
    village_id = models.BigIntegerField(null=True)
    grid_id = models.BigIntegerField(null=True)
    office = models.ForeignKey(
        "people.Office", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    holder = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField(_("Day"))
    due = models.DateField(_("Due"), null=True)
    done_on = models.DateField(_("Done on"), null=True)
    ended_on = models.DateField(_("Ended on"), null=True)
    starts_at = models.DateTimeField(null=True)
    amount = models.DecimalField(_("Amount"), max_digits=18, decimal_places=4, null=True)
    settled = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.KEPT)
    key = models.CharField(max_length=160, blank=True, default="")
    bundle = models.CharField(max_length=40, blank=True, default="")
    fields = models.JSONField(default=dict)
    detail = models.JSONField(default=dict)
    sensitive = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()

    class Meta:
        db_table = "blocks_record"
        ordering = ["-day", "-id"]
        indexes = [
            models.Index(fields=["kind", "state", "day"], name="block_list"),
            models.Index(fields=["subject", "kind", "day"], name="block_subject"),
            models.Index(fields=["party"], condition=Q(party__isnull=False), name="block_party"),
            models.Index(fields=["kind", "due"], condition=Q(due__isnull=False), name="block_due"),
            models.Index(fields=["kind", "bundle"], condition=~Q(bundle=""), name="block_bundle"),
            models.Index(fields=["area", "kind"], name="block_area"),
            models.Index(fields=["holder"], condition=Q(holder__isnull=False), name="block_holder"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="block_record_once",
                fields=["kind", "key"],
                condition=~Q(key="") & ~Q(state="withdrawn"),
                violation_error_message=_("This is kept already."),
            ),
            models.CheckConstraint(
                name="block_ends_after_it_begins",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("day")),
                violation_error_message=_("A record ends no earlier than it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.kind} {self.day}"


class Raised(models.Model):
    """A case or plan item that came from a record: the hazard of a failed item, the task of a decision."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="raised")
    item = models.CharField(max_length=60, blank=True, default="")  # which item or decision of the record
    case = models.OneToOneField("cases.Case", null=True, on_delete=models.PROTECT, related_name="came_from")
    plan_item = models.OneToOneField(
        "plans.PlanItem", null=True, on_delete=models.PROTECT, related_name="came_from"
    )

    class Meta:
        db_table = "blocks_raised"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="block_raises_one_thing",
                condition=Q(case__isnull=False, plan_item__isnull=True)
                | Q(case__isnull=True, plan_item__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.record}: {self.case or self.plan_item}"


class Payment(models.Model):
    """Money received or paid under a contract on a day."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="payments")
    day = models.DateField(_("Day"))
    amount = models.DecimalField(_("Amount"), max_digits=18, decimal_places=4)
    note = models.CharField(max_length=200, blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "blocks_payment"
        ordering = ["day", "id"]
        constraints = [models.CheckConstraint(name="block_payment_positive", condition=Q(amount__gt=0))]

    def __str__(self) -> str:
        return f"{self.day} {self.amount}"


class AnswerCount(models.Model):
    """How often an option was chosen in a village: all that is kept of the answers to a survey."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="answer_counts")
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    question = models.CharField(max_length=40)
    option = models.CharField(max_length=60)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "blocks_answer_count"
        constraints = [
            models.UniqueConstraint(
                name="block_answer_counted_once", fields=["record", "area", "question", "option"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.option} {self.n}"
