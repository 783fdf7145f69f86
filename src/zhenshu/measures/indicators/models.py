"""Tallies and what hangs on them: reported values, targets, closed periods."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Part(models.Model):
    """A quantity that is added up: the visits received by leaders, by the month they were opened.

    Indicators that ask for the same quantity share it. *digest* names its definition; *built_at* is None
    until the records that were there before it have been counted.
    """

    digest = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=80)
    definition = models.JSONField(default=dict)
    built_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "indicators_part"

    def __str__(self) -> str:
        return f"{self.kind} {self.digest}"


class Place(models.Model):
    """Where records count, with the borders they were filed under; 0 where a storey does not apply.

    A case names all its storeys itself, so its place keeps the borders of that day. What only names its
    area (a dossier) *follows* the tree wherever that area is moved.
    """

    area_id = models.BigIntegerField()
    district_id = models.BigIntegerField(default=0)
    town_id = models.BigIntegerField(default=0)
    village_id = models.BigIntegerField(default=0)
    grid_id = models.BigIntegerField(default=0)
    follows = models.BooleanField(default=False)

    class Meta:
        db_table = "indicators_place"
        constraints = [
            models.UniqueConstraint(
                fields=["area_id", "district_id", "town_id", "village_id", "grid_id", "follows"],
                name="indicators_place_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.area_id}"


class Tally(models.Model):
    """What a part comes to in one place and month.

    *month* is years × 12 + months since January (2023-05 is 24280); *value* is in ten-thousandths, so that
    adding and taking away never rounds; *n* is the number of records. A case counts twice: in its grid's
    place, and in its village's, which a roll-up reads.
    """

    pk = models.CompositePrimaryKey("part_id", "place_id", "month")
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.IntegerField()
    value = models.BigIntegerField()
    n = models.IntegerField()

    class Meta:
        db_table = "indicators_tally"

    def __str__(self) -> str:
        return f"{self.part_id} {self.place_id} {self.month}: {self.value}"


class Member(models.Model):
    """How many records of a part name the same subject in one place and month.

    Numbers of different subjects do not add up, so they are counted from these rows.
    """

    pk = models.CompositePrimaryKey("part_id", "place_id", "month", "member")
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="members", db_index=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.IntegerField()
    member = models.CharField(max_length=120)
    n = models.IntegerField()

    class Meta:
        db_table = "indicators_member"

    def __str__(self) -> str:
        return f"{self.part_id} {self.place_id} {self.month} {self.member}: {self.n}"


class Reported(models.Model):
    """A value that was entered or imported, with who answers for it (统计法第二十一条).

    *period* may be a month, a quarter, a year, or a stretch from January (``2023-01..2023-10``), which is
    how monthly statistics come. A corrected value stays, with the one that replaced it.
    """

    indicator = models.CharField(max_length=120)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(_("Period"), max_length=30)
    first_day = models.DateField()
    end_day = models.DateField()
    value = models.DecimalField(_("Value"), max_digits=24, decimal_places=6)
    unit = models.CharField(_("Unit"), max_length=20, blank=True, default="")
    signer = models.CharField(_("Signer"), max_length=80)
    source = models.CharField(_("Source"), max_length=200, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    entered_by = models.CharField(max_length=80)
    entered_at = models.DateTimeField()
    replaced_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )

    class Meta:
        db_table = "indicators_reported"
        verbose_name = _("Reported value")
        verbose_name_plural = _("Reported values")
        indexes = [models.Index(fields=["indicator", "area", "first_day"], name="reported_series")]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "area", "first_day", "end_day"],
                condition=Q(replaced_by__isnull=True),
                name="reported_once",
                violation_error_message=_("This figure already has a value for the period."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.period}: {self.value}"


class Bound(models.TextChoices):
    """How a target binds."""

    AT_LEAST = "at_least", _("at least")
    ABOUT = "about", _("about")
    AT_MOST = "at_most", _("at most")


class Target(models.Model):
    """What an indicator should reach in a year, for an area or an office: 一般公共预算收入 ≥ 8 亿元 in 2024.

    *measured* says what of the indicator is meant: its value, its growth over last year in per cent, or its
    change in the indicator's own unit. *report* and *place* name the sentence that promised it.
    """

    indicator = models.CharField(max_length=120)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(
        "people.Office", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    year = models.SmallIntegerField(_("Year"))
    measured = models.CharField(max_length=10, default="value")
    value = models.DecimalField(_("Value"), max_digits=24, decimal_places=6)
    bound = models.CharField(_("Bound"), max_length=10, choices=Bound.choices, default=Bound.AT_LEAST)
    unit = models.CharField(_("Unit"), max_length=20)
    report_id = models.BigIntegerField(null=True, blank=True)
    place = models.CharField(max_length=40, blank=True, default="")
    quote = models.CharField(max_length=300, blank=True, default="")
    ended = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "indicators_target"
        verbose_name = _("Target")
        verbose_name_plural = _("Targets")
        indexes = [models.Index(fields=["year", "area"], name="target_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "area", "year", "measured"],
                condition=Q(ended=False, office__isnull=True),
                name="target_once",
                violation_error_message=_("This figure already has a target for the year."),
            ),
            models.UniqueConstraint(
                fields=["indicator", "area", "office", "year", "measured"],
                condition=Q(ended=False, office__isnull=False),
                name="target_once_per_office",
                violation_error_message=_("This figure already has a target for the year."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}: {self.bound} {self.value}"


class Closing(models.Model):
    """A period that was closed (结账) for an area: its values stand as they were published."""

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(_("Period"), max_length=30)
    first_day = models.DateField()
    end_day = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True, default="")
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "indicators_closing"
        verbose_name = _("Closed period")
        verbose_name_plural = _("Closed periods")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "period"],
                condition=Q(reopened_at__isnull=True),
                name="closing_once",
                violation_error_message=_("This period is closed already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.period}"


class Published(models.Model):
    """A value as it stood when its period was closed, with what it was made of."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="values")
    indicator = models.CharField(max_length=120)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    n = models.BigIntegerField(default=0)
    unit = models.CharField(max_length=20, blank=True, default="")
    definition = models.CharField(max_length=40)

    class Meta:
        db_table = "indicators_published"
        constraints = [
            models.UniqueConstraint(fields=["closing", "indicator", "area"], name="published_once")
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.value}"
