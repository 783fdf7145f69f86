"""What the portal keeps beside a matter: its receipt, the spot it came from, its published answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Spot(models.Model):
    """A place with a code of its own: the sign at 惠民广场 that people scan to report what is wrong there.

    *code* is what the sign carries; *subject* the dossier of the place, where there is one.
    """

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("dossiers.Dossier", null=True, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey("people.Office", null=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=200, blank=True, default="")
    told = models.TextField(blank=True, default="")  # what the page behind the code tells everybody
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "portal_spot"

    def __str__(self) -> str:
        return self.name


class Mark(models.TextChoices):
    """How people find the order at a spot."""

    GOOD = "good", _("Good")
    FAIR = "fair", _("Fair")
    POOR = "poor", _("Poor")


class Rating(models.Model):
    """What somebody who scanned the code of a spot thinks of it; nobody is asked who they are."""

    spot = models.ForeignKey(Spot, on_delete=models.PROTECT, related_name="ratings")
    mark = models.CharField(max_length=8, choices=Mark.choices)
    words = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "portal_rating"
        indexes = [models.Index(fields=["spot", "at"], name="rating_spot")]

    def __str__(self) -> str:
        return f"{self.spot_id} {self.mark}"


class Receipt(models.Model):
    """What somebody without an account holds of a matter: its number and a query code.

    Only the digest of the code is kept. *mark* is that of the form: the same form sent twice is one matter.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="receipt")
    digest = models.CharField(max_length=64)
    mark = models.CharField(max_length=64, unique=True)
    may_publish = models.BooleanField(default=False)
    spot = models.ForeignKey(Spot, null=True, on_delete=models.PROTECT, related_name="receipts")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "portal_receipt"

    def __str__(self) -> str:
        return f"{self.case_id}"


class PublicationState(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for consent")
    PUBLISHED = "published", _("Published")
    REFUSED = "refused", _("Not published")
    WITHDRAWN = "withdrawn", _("Taken from the portal")


class Publication(models.Model):
    """A message and its answer as everybody may read them, without personal data; two persons answer for it.

    The matter 小区路灯不亮 of May, worded without names, published on 3 June.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="publication")
    state = models.CharField(
        max_length=10, choices=PublicationState.choices, default=PublicationState.PROPOSED
    )
    title = models.CharField(max_length=120)
    question = models.TextField()
    answer = models.TextField()
    office = models.CharField(max_length=60, blank=True, default="")
    asked_on = models.DateField()
    answered_on = models.DateField(null=True)
    proposed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "portal_publication"
        indexes = [
            models.Index(fields=["-decided_at"], condition=Q(state="published"), name="publication_shown")
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(decided_by__isnull=False), name="publication_consented"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Knock(models.Model):
    """Somebody at an address did something that is limited; *who* is a digest that changes every day."""

    act = models.CharField(max_length=12)
    who = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "portal_knock"
        indexes = [
            models.Index(fields=["act", "who", "at"], name="knock_who"),
            models.Index(fields=["at"], name="knock_at"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d %H:%M}"
