"""The rows of the area tree: areas with their days of validity, and who followed whom."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """The five storeys of the tree; a larger number lies further down."""

    DISTRICT = 1, _("District")
    TOWN = 2, _("Town")
    VILLAGE = 3, _("Village or community")
    GRID = 4, _("Grid")
    MICRO_GRID = 5, _("Micro-grid")


LEVEL_COLUMNS: dict[int, str] = {
    Level.DISTRICT: "district_id",
    Level.TOWN: "town_id",
    Level.VILLAGE: "village_id",
    Level.GRID: "grid_id",
    Level.MICRO_GRID: "micro_grid_id",
}

CODE_LENGTHS: dict[int, int] = {
    Level.DISTRICT: 12,
    Level.TOWN: 12,
    Level.VILLAGE: 12,
    Level.GRID: 15,
    Level.MICRO_GRID: 17,
}
"""Digits of a code: 12 down to the village (GB/T 2260 and the rules below the county), 3 more for the
grid, 2 more for the micro-grid."""


class AreaQuerySet(models.QuerySet["Area"]):
    """Questions about areas that rooms above ask."""

    def on(self, day: date) -> AreaQuerySet:
        """Areas that exist on the day: begun, and not yet ended (the end day itself is outside)."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def open(self) -> AreaQuerySet:
        """Areas without an end."""
        return self.filter(valid_to__isnull=True)

    def under(self, area: Area) -> AreaQuerySet:
        """The area and everything below it, by one indexed column."""
        return self.filter(**{area.level_column: area.pk})

    def level(self, level: int) -> AreaQuerySet:
        """Areas of one storey."""
        return self.filter(level=level)


class Area(models.Model):
    """A piece of ground with a name, for as long as it exists: 澄江镇, 东浦村, 东浦村第二网格.

    The code is an attribute that is revoked and re-issued each 30 June, so nothing points at it.
    Each row also carries the identifiers of all its ancestors by storey, and its own at its own
    storey: adding up over any area is one indexed comparison, never a recursion.
    """

    name = models.CharField(_("Name"), max_length=100)
    short_name = models.CharField(_("Short name"), max_length=50, blank=True)
    pinyin = models.CharField(_("Pinyin initials"), max_length=100, blank=True, db_index=True)
    level = models.SmallIntegerField(_("Level"), choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("Parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = models.CharField(_("Path"), max_length=120, blank=True, db_index=True)
    code = models.CharField(_("Division code"), max_length=17, null=True, blank=True, db_index=True)
    district_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    town_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    village_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    grid_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    micro_grid_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid to"), null=True, blank=True)
    boundary = models.JSONField(_("Boundary"), null=True, blank=True)
    households = models.PositiveIntegerField(_("Households"), null=True, blank=True)
    population = models.PositiveIntegerField(_("Population"), null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("Area")
        verbose_name_plural = _("Areas")
        ordering = ["level", "code", "id"]
        constraints = [
            models.CheckConstraint(
                name="area_level_known", condition=Q(level__gte=Level.DISTRICT, level__lte=Level.MICRO_GRID)
            ),
            models.CheckConstraint(
                name="area_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("An area ends later than it begins."),
            ),
            models.CheckConstraint(
                name="area_parent_unless_district",
                condition=Q(level=Level.DISTRICT, parent__isnull=True)
                | Q(level__gt=Level.DISTRICT, parent__isnull=False),
                violation_error_message=_("A district stands alone; every other area has a parent."),
            ),
            models.UniqueConstraint(
                name="area_one_open_area_per_code",
                fields=["code"],
                condition=Q(valid_to__isnull=True),
                violation_error_message=_("Another area in force already carries this code."),
            ),
            models.UniqueConstraint(
                name="area_one_open_name_per_parent",
                fields=["parent", "name"],
                condition=Q(valid_to__isnull=True),
                violation_error_message=_("The parent already has an area of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def level_column(self) -> str:
        """The column that names this area in every row below it."""
        return LEVEL_COLUMNS[self.level]

    @property
    def ancestor_ids(self) -> list[int]:
        """Identifiers from the district down to the area itself, read from the path."""
        return [int(part) for part in self.path.strip("/").split("/") if part]

    def covers(self, other: Area) -> bool:
        """Whether the other area is this one or lies below it."""
        return other.path.startswith(self.path)


class SuccessionKind(models.TextChoices):
    """Why one area followed another."""

    MERGE = "merge", _("Merged")
    SPLIT = "split", _("Split")
    RECODE = "recode", _("Recoded")


class AreaSuccession(models.Model):
    """Which area took over from which, and on what day: 东浦村 and 西浦村 became 双浦村 on 1 July."""

    predecessor = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="origins")
    on = models.DateField(_("On"))
    kind = models.CharField(_("Kind"), max_length=8, choices=SuccessionKind.choices)

    class Meta:
        verbose_name = _("Succession")
        verbose_name_plural = _("Successions")
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(name="succession_once", fields=["predecessor", "successor"]),
            models.CheckConstraint(
                name="succession_between_two",
                condition=~Q(predecessor=F("successor")),
                violation_error_message=_("An area can't follow itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class TreeRevision(models.Model):
    """One row whose token changes with every change of the tree.

    An act renews it first: that makes tree acts queue one behind the other, and lets each process see
    with one look-up whether the map it holds in memory is still true. The token is random, so a change
    that was rolled back can't be mistaken for another.
    """

    token = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("Revision of the area tree")
        verbose_name_plural = _("Revisions of the area tree")

    def __str__(self) -> str:
        return self.token
