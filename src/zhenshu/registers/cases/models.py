"""The rows of the closed loop: cases, their shares, clocks and orders."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhenshu.ground.packs.schema import Stage

# Keys without `db_index` have an index among those of their model only where a list needs one.
# Where no clock runs, a case queues behind all that are due.
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


def _open_index(name: str, *columns: str, condition: Q | None = None) -> models.Index:
    """Return an index over the open cases only, in the order in which they are due."""
    wanted = Q(is_open=True) if condition is None else Q(is_open=True) & condition
    return models.Index(fields=[*columns, "queue_at"], condition=wanted, name=name)


class Outcome(models.TextChoices):
    """How a case ended; empty while it is open."""

    RESOLVED = "resolved", _("Resolved")
    UNRESOLVED = "unresolved", _("Closed without result")
    REJECTED = "rejected", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MERGED = "merged", _("Merged into another")


class Solved(models.TextChoices):
    """What the caller said when called back."""

    YES = "yes", _("Solved")
    PARTLY = "partly", _("Partly solved")
    NO = "no", _("Not solved")
    UNREACHED = "unreached", _("Not reached")


class Satisfied(models.TextChoices):
    YES = "yes", _("Satisfied")
    MOSTLY = "mostly", _("Mostly satisfied")
    NO = "no", _("Not satisfied")
    UNREACHED = "unreached", _("Not reached")


class Serial(models.Model):
    """The last number given in a pack and year. The row lock makes the series free of gaps."""

    pack = models.CharField(max_length=40)
    year = models.SmallIntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        db_table = "cases_serial"
        constraints = [models.UniqueConstraint(fields=["pack", "year"], name="cases_serial_once")]

    def __str__(self) -> str:
        return f"{self.pack}-{self.year}: {self.last}"


class Case(models.Model):
    """One reported matter, from acceptance to archive: a pothole, a 12345 ticket, a petition visit.

    The level columns repeat those of its area, so that a village's cases are found by one index. *due_at*
    and *near_at* are the earliest among its running clocks, worked out once per change; *queue_at* is the
    same moment for sorting, the end of time where nothing runs. *kept* and *missed* name the clocks that
    were stopped in time and too late. *objecting* and *extending* say that a decision is waited for.
    """

    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=60)
    pack_version = models.ForeignKey(
        "packs.PackVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    category = models.CharField(max_length=80, blank=True, default="")
    channel = models.CharField(max_length=30, blank=True, default="")
    priority = models.CharField(max_length=20, default="normal")
    fields = models.JSONField(default=dict)

    stage = models.CharField(max_length=20, default=Stage.ACCEPTED)
    is_open = models.BooleanField(default=True)
    outcome = models.CharField(max_length=20, blank=True, default="", choices=Outcome.choices)
    paused = models.BooleanField(default=False)
    parked = models.BooleanField(default=False)
    supervised = models.BooleanField(default=False)
    extended = models.BooleanField(default=False)
    reopened = models.SmallIntegerField(default=0)
    objections = models.SmallIntegerField(default=0)
    returned = models.SmallIntegerField(default=0)
    objecting = models.BooleanField(default=False)
    extending = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district_id = models.BigIntegerField(null=True)
    town_id = models.BigIntegerField(null=True)
    village_id = models.BigIntegerField(null=True)
    grid_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=200, blank=True, default="")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    reporter_name = models.CharField(max_length=60, blank=True, default="")
    reporter_phone = models.CharField(max_length=40, blank=True, default="")
    reported_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    subject = models.ForeignKey(
        "dossiers.Dossier", null=True, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="children", db_index=False
    )
    raised_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="raised", db_index=False
    )
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    source = models.CharField(max_length=40, blank=True, default="")
    source_number = models.CharField(max_length=80, blank=True, default="")

    lead_office = models.ForeignKey(
        "people.Office", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    handler = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    verifier = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    reported_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    called_back_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    near_at = models.DateTimeField(null=True)
    queue_at = models.DateTimeField(default=END_OF_TIME)
    promise_due_at = models.DateTimeField(null=True)
    in_time = models.BooleanField(null=True)
    kept = models.JSONField(default=list)
    missed = models.JSONField(default=list)

    answer = models.TextField(blank=True, default="")
    solved = models.CharField(max_length=10, blank=True, default="", choices=Solved.choices)
    satisfied = models.CharField(max_length=10, blank=True, default="", choices=Satisfied.choices)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "cases_case"
        indexes = [
            models.Index(fields=["opened_at"], name="case_opened"),
            models.Index(fields=["kind", "opened_at"], name="case_kind"),
            models.Index(fields=["village_id", "opened_at"], name="case_village"),
            models.Index(fields=["grid_id", "opened_at"], name="case_grid"),
            models.Index(fields=["reported_by", "opened_at"], name="case_reporter"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="case_closed"),
            _open_index("case_open_due"),
            _open_index("case_open_stage", "stage"),
            _open_index("case_open_village", "village_id"),
            _open_index("case_open_grid", "grid_id"),
            _open_index("case_open_office", "lead_office"),
            _open_index("case_open_handler", "handler"),
            _open_index("case_open_reporter", "reported_by"),
            _open_index("case_supervised", condition=Q(supervised=True)),
            _open_index("case_parked", condition=Q(parked=True)),
            _open_index("case_undecided", condition=Q(objecting=True) | Q(extending=True)),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="case_parent"),
            models.Index(fields=["raised_by"], condition=Q(raised_by__isnull=False), name="case_raised_by"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="case_merged"),
            models.Index(fields=["subject"], condition=Q(subject__isnull=False), name="case_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source_number", "source"],
                condition=~Q(source_number=""),
                name="cases_source_once",
                violation_error_message=_("This matter of the other system has already been taken in."),
            ),
            models.CheckConstraint(
                condition=Q(is_open=True) | ~Q(outcome=""), name="cases_closed_has_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class AssignmentRole(models.TextChoices):
    LEAD = "lead", _("Lead office")
    ASSIST = "assist", _("Assisting office")


class AssignmentState(models.TextChoices):
    SENT = "sent", _("Sent")
    SIGNED = "signed", _("Signed for")
    ANSWERED = "answered", _("Answered")
    TAKEN_BACK = "taken_back", _("Taken back")


class Assignment(models.Model):
    """An office's share of a case: lead (主办) or assisting (协办), each with its own clock and reply.

    *opened_at* repeats the case's, so that an office's cases are listed by one index; *live* tells that the
    case is open and the share not taken back.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=10, choices=AssignmentRole.choices)
    state = models.CharField(max_length=12, choices=AssignmentState.choices, default=AssignmentState.SENT)
    handler = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    live = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    instruction = models.TextField(blank=True, default="")
    reply = models.TextField(blank=True, default="")
    sent_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_assignment"
        indexes = [
            models.Index(fields=["office", "opened_at"], name="assignment_office"),
            models.Index(fields=["office", "role"], condition=Q(live=True), name="assignment_live"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(role="lead") & ~Q(state="taken_back"),
                name="cases_one_lead",
                violation_error_message=_("A case has one lead office at a time."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.role} {self.office_id}"


class ClockState(models.TextChoices):
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Kept")
    MISSED = "missed", _("Overdue")
    CANCELLED = "cancelled", _("No longer applies")


class Clock(models.Model):
    """One deadline of a case. MISSED is said of a clock that was stopped after its end.

    *escalate_at* is when the next level up hears of it if it still runs; None when nobody is left to tell.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    assignment = models.ForeignKey(
        Assignment, null=True, on_delete=models.PROTECT, related_name="clocks", db_index=False
    )
    supervision = models.ForeignKey(
        "Supervision", null=True, on_delete=models.PROTECT, related_name="clocks", db_index=False
    )
    key = models.CharField(max_length=40)
    limit = models.CharField(max_length=20)
    basis = models.CharField(max_length=200, blank=True, default="")
    rule = models.CharField(max_length=10, default="at_once")
    roll = models.BooleanField(default=False)
    pauses = models.BooleanField(default=True)
    extended_by = models.CharField(max_length=20, blank=True, default="")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    near_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=ClockState.choices, default=ClockState.RUNNING)
    escalated = models.SmallIntegerField(default=0)
    escalate_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_clock"
        indexes = [models.Index(fields=["escalate_at"], condition=Q(state="running"), name="clock_escalate")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.key} {self.due_at:%Y-%m-%d %H:%M}"


class Pause(models.Model):
    """A stretch in which a case stood still, with its reason; open while *ended_at* is None."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_pause"

    def __str__(self) -> str:
        return f"{self.case_id} {self.started_at:%Y-%m-%d %H:%M}"


class RequestState(models.TextChoices):
    PENDING = "pending", _("Waiting for a decision")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    VOID = "void", _("No longer needed")


class Extension(models.Model):
    """An office's request for more time, decided by another person; once per case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions")
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="extensions", db_index=False)
    reason = models.TextField()
    limit = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.PENDING)
    asked_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True, default="")

    class Meta:
        db_table = "cases_extension"

    def __str__(self) -> str:
        return f"{self.case_id} +{self.limit} {self.state}"


class Objection(models.Model):
    """An office's objection (异议) to a dispatch: the matter is not among its duties."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="objection_rows")
    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="objections", db_index=False
    )
    reason = models.CharField(max_length=40)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.PENDING)
    asked_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True, default="")

    class Meta:
        db_table = "cases_objection"

    def __str__(self) -> str:
        return f"{self.case_id} {self.reason} {self.state}"


class SupervisionState(models.TextChoices):
    OPEN = "open", _("Waiting for a reply")
    REPLIED = "replied", _("Replied")
    CLOSED = "closed", _("Settled")


class Supervision(models.Model):
    """An order (督办) about a case or a plan item, itself with a deadline and a reply.

    *trigger* names the pack rule that proposed it; empty when a person ordered it.
    """

    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="supervisions")
    plan_item_id = models.BigIntegerField(null=True, db_index=True)
    number = models.CharField(max_length=40, unique=True)
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    ordered_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    trigger = models.CharField(max_length=40, blank=True, default="")
    text = models.TextField()
    ordered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=SupervisionState.choices, default=SupervisionState.OPEN)
    reply = models.TextField(blank=True, default="")
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_supervision"
        indexes = [models.Index(fields=["state", "due_at"], name="supervision_due")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class ProposalState(models.TextChoices):
    PENDING = "pending", _("Waiting for a decision")
    ORDERED = "ordered", _("Ordered")
    DISMISSED = "dismissed", _("Dismissed")


class Proposal(models.Model):
    """A supervision order that a rule of the pack proposes; a person orders or dismisses it.

    *trigger* is the rule's key in the pack; a rule speaks once per case.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposals")
    trigger = models.CharField(max_length=40)
    text = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.PENDING)
    decided_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_proposal"
        indexes = [
            models.Index(fields=["proposed_at"], condition=Q(state="pending"), name="proposal_pending")
        ]
        constraints = [models.UniqueConstraint(fields=["case", "trigger"], name="cases_proposal_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.trigger} {self.state}"


class Attachment(models.Model):
    """A file of a case, stored outside the web root under its digest and served with permission."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    step = models.CharField(max_length=30, blank=True, default="")
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=80)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    uploaded_at = models.DateTimeField()

    class Meta:
        db_table = "cases_attachment"

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """A line under somebody's bell: a clock ran out, an order came, a case was returned.

    What is told of something else than a case is named as the ledger names it, such as ``blocks.record`` 7.
    """

    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="notices")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_kind = models.CharField(max_length=40, blank=True, default="")
    subject_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=30)
    text = models.CharField(max_length=200)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_notice"
        indexes = [models.Index(fields=["user", "read_at", "-at"], name="notice_user")]

    def __str__(self) -> str:
        return self.text


class DayState(models.Model):
    """How many cases of a kind, village and office were open, near and overdue at the end of a day.

    Kept as it was counted then: 41 grid events open in 东浦村 on 3 May, 2 of them overdue.
    """

    day = models.DateField()
    kind = models.CharField(max_length=60)
    village_id = models.BigIntegerField(null=True)
    office = models.ForeignKey(
        "people.Office", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    open = models.IntegerField()
    near = models.IntegerField()
    overdue = models.IntegerField()
    opened = models.IntegerField()
    closed = models.IntegerField()

    class Meta:
        db_table = "cases_day_state"
        indexes = [models.Index(fields=["day", "kind"], name="day_state_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.open}"
