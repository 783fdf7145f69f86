"""Plan items with their past, what they wait for, what was reported about them, and their baselines."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhenshu.registers.plans.progress import Colour, Status
from zhenshu.registers.plans.schedule import ItemKind


class Level(models.TextChoices):
    """The levels of the tree, the widest first."""

    GOAL = ItemKind.GOAL.value, _("Goal")
    TASK = ItemKind.TASK.value, _("Task")
    PROJECT = ItemKind.PROJECT.value, _("Project")
    MILESTONE = ItemKind.MILESTONE.value, _("Milestone")


class State(models.TextChoices):
    OPEN = "open", _("In progress")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class PlanFacts(models.Model):
    """What a plan item says of itself: the same columns for the item as it is and as it once was.

    *promised* is the day that was promised, *due* the day now planned. *entered* is the progress somebody
    reported; *progress* follows from it, or from the parts, by one rule. *life* holds the day on which
    each stage of a project's life was reached. *status* and *lamp* are those of the day *lit_on*.
    """

    kind = models.CharField(max_length=80)
    level = models.CharField(max_length=10, choices=Level.choices)
    title = models.CharField(_("Title"), max_length=200)
    description = models.TextField(_("Content"), blank=True, default="")
    category = models.CharField(_("Category"), max_length=40, blank=True, default="")
    fields = models.JSONField(default=dict)
    parent = models.ForeignKey(
        "plans.PlanItem", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    position = models.IntegerField(default=0)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    lead_office = models.ForeignKey(
        "people.Office", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    leader = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    owner = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    start = models.DateField(_("Start"), null=True)
    due = models.DateField(_("Due"), null=True)
    promised = models.DateField(_("Promised for"), null=True)
    duration = models.IntegerField(_("Working days"), null=True)
    fixed = models.BooleanField(default=False)
    weight = models.DecimalField(_("Weight"), max_digits=7, decimal_places=2, default=0)
    entered = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    progress = models.DecimalField(_("Progress"), max_digits=5, decimal_places=1, default=0)
    note = models.CharField(max_length=300, blank=True, default="")
    difficulties = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    done_on = models.DateField(_("Done on"), null=True)
    stage = models.CharField(max_length=40, blank=True, default="")
    life = models.JSONField(default=dict)
    status = models.CharField(max_length=20, default=Status.NO_DATES.value)
    lamp = models.CharField(max_length=10, default=Colour.GREY.value)
    overdue = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def full_title(self) -> str:
        """The title; a milestone, which says little by itself (竣工), with what it is a milestone of."""
        return (
            f"{self.parent.title} · {self.title}" if self.parent and self.level == "milestone" else self.title
        )


class PlanItem(PlanFacts):
    """One thing that was promised: the task 新建口袋公园3个 of the work report, its project, its milestone.

    *root_id* is the top of its tree, so that a tree is read by one index. *source_report*, *source_place*
    and *source_quote* tell the sentence it was taken from. *version* counts the changes people make; an
    act on an older version is refused.
    """

    root_id = models.BigIntegerField(null=True)
    subject = models.ForeignKey(
        "dossiers.Dossier", null=True, on_delete=models.PROTECT, related_name="plan_items", db_index=False
    )
    source_report = models.BigIntegerField(null=True)
    source_place = models.CharField(max_length=60, blank=True, default="")
    source_quote = models.TextField(blank=True, default="")
    version = models.IntegerField(default=1)
    lit_on = models.DateField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "plans_item"
        ordering = ["position", "pk"]
        indexes = [
            models.Index(fields=["root_id"], name="plan_root"),
            models.Index(fields=["parent", "position"], name="plan_parent"),
            models.Index(fields=["kind", "state"], name="plan_kind"),
            models.Index(fields=["lead_office", "state"], name="plan_office"),
            models.Index(fields=["leader", "state"], name="plan_leader"),
            models.Index(fields=["area", "state"], name="plan_area"),
            models.Index(fields=["due"], condition=Q(state="open"), name="plan_open_due"),
            models.Index(fields=["lit_on"], condition=Q(state="open"), name="plan_open_lit"),
            models.Index(
                fields=["source_report"], condition=Q(source_report__isnull=False), name="plan_source"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="plan_due_not_before_start",
                condition=Q(start__isnull=True) | Q(due__isnull=True) | Q(due__gte=F("start")),
                violation_error_message=_("An item is due no earlier than it starts."),
            ),
            models.CheckConstraint(
                name="plan_progress_in_bounds",
                condition=Q(entered__gte=0, entered__lte=100, progress__gte=0, progress__lte=100),
            ),
            models.CheckConstraint(name="plan_weight_not_negative", condition=Q(weight__gte=0)),
            models.CheckConstraint(
                name="plan_done_has_day",
                condition=Q(state="done", done_on__isnull=False) | ~Q(state="done") & Q(done_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlanVersion(PlanFacts):
    """A plan item as it stood from *since* until *until*; the present one has no end.

    With the columns of the item, so that every question about the plan can be asked of the past too.
    """

    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="versions")
    version = models.IntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    assisting = models.JSONField(default=list)
    predecessors = models.JSONField(default=list)

    class Meta:
        db_table = "plans_version"
        indexes = [models.Index(fields=["since", "until"], name="plan_version_span")]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(until__isnull=True), name="plan_one_present_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.since:%Y-%m-%d %H:%M}"


class Assistance(models.Model):
    """An office that assists with a plan item (配合单位)."""

    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="assistance")
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "plans_assistance"
        constraints = [models.UniqueConstraint(fields=["item", "office"], name="plan_assists_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.office_id}"


class Dependency(models.Model):
    """*item* begins *lag* working days after *predecessor* has ended; a negative lag lets them overlap."""

    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="dependencies")
    predecessor = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="followers")
    lag = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "plans_dependency"
        constraints = [
            models.UniqueConstraint(fields=["item", "predecessor"], name="plan_waits_once"),
            models.CheckConstraint(name="plan_waits_for_another", condition=~Q(item=F("predecessor"))),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.item_id} +{self.lag}"


class ProgressEntry(models.Model):
    """What was reported about an item in a week: one line, a percentage, what stands in the way.

    *week* is its Monday. *coordination* says what others must settle (需协调事项).
    """

    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="entries")
    week = models.DateField()
    percent = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    line = models.CharField(max_length=300)
    difficulties = models.CharField(max_length=500, blank=True, default="")
    coordination = models.CharField(max_length=500, blank=True, default="")
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=80)
    office = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "plans_progress_entry"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["item", "week"], name="plan_entry_week")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.week} {self.line}"


class Investment(models.Model):
    """Investment planned for a year and done in it, in 万元."""

    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="investments")
    year = models.SmallIntegerField()
    planned = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    done = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta:
        db_table = "plans_investment"
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["item", "year"], name="plan_investment_once"),
            models.CheckConstraint(
                name="plan_investment_not_negative", condition=Q(planned__gte=0, done__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.year}"


class Baseline(models.Model):
    """The dates of a plan as they were agreed on a day; ghost bars behind those of today.

    *snapshot* maps an item's number to its title, start, due day and progress. Without *root* the baseline
    holds every item its author saw.
    """

    name = models.CharField(max_length=80)
    on = models.DateField()
    root = models.ForeignKey(PlanItem, null=True, on_delete=models.PROTECT, related_name="baselines")
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    snapshot = models.JSONField(default=dict)
    by_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "plans_baseline"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"


class CaseLink(models.Model):
    """A case that belongs to a plan item: a problem raised from it, or the matter it arose from."""

    class Way(models.TextChoices):
        PROBLEM = "problem", _("Problem of the item")
        ORIGIN = "origin", _("The item arose from it")

    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="case_links")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="plan_links")
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.PROBLEM)
    at = models.DateTimeField()

    class Meta:
        db_table = "plans_case_link"
        constraints = [models.UniqueConstraint(fields=["item", "case"], name="plan_case_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.way} {self.case_id}"
