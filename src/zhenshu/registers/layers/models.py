"""Layers with their versions, the polygons of each, and the tests that were kept about a dossier."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Layer(models.Model):
    """One version of a layer in an area: 永久基本农田 of 澄江镇, as of 2023-11-10.

    A later version takes its place; the one before stays with the tests that were made against it.
    *digest* is the SHA-256 of its polygons as they are kept.
    """

    kind = models.CharField(max_length=80)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    version_on = models.DateField(_("Version of"))
    source = models.CharField(_("Source"), max_length=200)
    count = models.PositiveIntegerField()
    square_metres = models.FloatField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    ended_on = models.DateField(null=True)
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "layers_layer"
        ordering = ["kind", "-version_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="layer_one_in_force",
                fields=["kind", "area"],
                condition=Q(ended_on=None),
                violation_error_message=_("A version of this layer is in force already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.area} {self.version_on}"


class Shape(models.Model):
    """One polygon of a layer, in WGS84 degrees; never changed once stored."""

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="shapes")
    place = models.PositiveIntegerField()
    name = models.CharField(max_length=120, blank=True, default="")
    geometry = models.JSONField()
    square_metres = models.FloatField()

    class Meta:
        db_table = "layers_shape"
        ordering = ["layer", "place"]
        constraints = [models.UniqueConstraint(name="layer_shape_place", fields=["layer", "place"])]

    def __str__(self) -> str:
        return f"{self.layer} {self.place}"


class GroundTest(models.Model):
    """A piece of ground tested against the layers in force, kept about a plot or a project.

    *hits* holds for each layer its kind, version and digest, the square metres that are limited by it and
    whether a point is; enough to say later what was known on that day.
    """

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="ground_tests")
    geometry = models.JSONField()
    square_metres = models.FloatField()
    hits = models.JSONField(default=list)
    current = models.BooleanField(default=True)
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "layers_ground_test"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="layer_one_current_test", fields=["dossier"], condition=Q(current=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.at:%Y-%m-%d}"
