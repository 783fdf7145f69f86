"""Spots with a code of their own: made, retired, rated; what the page behind the code tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import Actor, record
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import FieldType
from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.ground.people.models import Office, Role
from zhenshu.ground.people.scope import PORTAL, Scope
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.visibility import find_dossier
from zhenshu.registers.fields import clean_text
from zhenshu.registers.portal.codes import LETTERS, clean_code, new_spot_code
from zhenshu.registers.portal.errors import SpotInvalidError
from zhenshu.registers.portal.models import Mark, Rating, Spot

KEEPERS = frozenset({Role.DISPATCHER, Role.SECRETARY, Role.ADMINISTRATOR})
FACTS = ("code", "name", "area_id", "subject_id", "office_id", "address", "told", "lon", "lat", "retired_at")
LONGEST = {"name": 60, "address": 200, "told": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotDraft:
    """A spot as somebody describes it; area, dossier and office by number."""

    name: str
    area: int
    subject: int | None = None
    office: int | None = None
    address: str = ""
    told: str = ""
    lon: float | None = None
    lat: float | None = None


def spot_facts(spot: Spot) -> dict[str, Any]:
    """Return what the ledger keeps of a spot."""
    return {name: getattr(spot, name) for name in FACTS}


def seen_spots(by: Scope) -> QuerySet[Spot]:
    """Return the spots in the areas of the posts that keep them, those in use first."""
    rule = Q(pk__in=[])
    for post in by.posts:
        if post.role in KEEPERS:
            rule |= Q(area__path__startswith=post.area_path)
    return (
        Spot.objects.filter(rule).select_related("area", "office").order_by("retired_at", "area__path", "pk")
    )


@transaction.atomic
def make_spot(draft: SpotDraft, *, by: Scope, at: datetime) -> Spot:
    """Return a new spot with a code of its own; raise SpotInvalidError with a sentence per field."""
    area = Area.objects.open().filter(pk=draft.area).first()
    problems = _problems(draft, area)
    if problems or area is None:
        raise SpotInvalidError(problems)
    if not by.covers(area.path, KEEPERS):
        raise NotAllowedError
    subject = find_dossier(draft.subject, by) if draft.subject else None
    point = (draft.lon, draft.lat) if draft.lon is not None else _point_of(subject)
    spot = Spot(
        code=new_spot_code(), name=draft.name.strip(), area=area, subject=subject,
        office=Office.objects.filter(pk=draft.office or 0, closed_on=None).first(),
        address=draft.address.strip(), told=draft.told.strip(), lon=point[0], lat=point[1], made_at=at,
    )  # fmt: skip
    spot.save(force_insert=True)
    record(by.actor, "spot.made", spot, area_id=area.pk, before=None, after=spot_facts(spot), at=at)
    return spot


def _problems(draft: SpotDraft, area: Area | None) -> dict[str, str]:
    problems = {}
    if not draft.name.strip():
        problems["name"] = _("Name the spot as people know it.")
    for key, most in LONGEST.items():
        if len(getattr(draft, key)) > most:
            problems[key] = _("At most %(most)d characters.") % {"most": most}
    if area is None:
        problems["area"] = _("Choose an area of this township that exists today.")
    return problems


def _point_of(subject: Dossier | None) -> tuple[float | None, float | None]:
    """Return where the dossier of a spot lies, by its first field of type point."""
    kind = library().dossier_kinds.get(subject.kind) if subject is not None else None
    for key, field in kind.fields.items() if kind is not None else ():
        value = subject.fields.get(key) if subject is not None else None
        if field.type is FieldType.POINT and isinstance(value, list) and len(value) == 2:
            return float(value[0]), float(value[1])
    return None, None


@transaction.atomic
def retire_spot(spot: Spot, *, by: Scope, at: datetime) -> Spot:
    """Take a spot out of use: its code leads to the ordinary form from now on."""
    if not by.covers(spot.area.path, KEEPERS):
        raise NotAllowedError
    spot = Spot.objects.select_for_update().select_related("area").get(pk=spot.pk)
    before = spot_facts(spot)
    if spot.retired_at is None:
        spot.retired_at = at
        spot.save(update_fields=["retired_at"])
        after = spot_facts(spot)
        record(by.actor, "spot.retired", spot, area_id=spot.area_id, before=before, after=after, at=at)
    return spot


def find_spot(code: str) -> Spot | None:
    """Return the spot in use that carries this code."""
    cleaned = clean_code(code)
    if not cleaned or any(letter not in LETTERS for letter in cleaned):
        return None
    return (
        Spot.objects.select_related("area", "office", "subject").filter(code=cleaned, retired_at=None).first()
    )


@transaction.atomic
def rate_spot(spot: Spot, mark: str, words: str, *, at: datetime) -> Rating:
    """Keep what somebody thinks of a spot; raise SpotInvalidError when the mark is none."""
    if mark not in Mark.values:
        raise SpotInvalidError({"mark": _("Choose how you find it here.")})
    rating = Rating.objects.create(spot=spot, mark=mark, words=clean_text(words[:200]), at=at)
    after = {"spot_id": spot.pk, "mark": mark, "words": rating.words}
    actor = Actor(PORTAL.user_id, PORTAL.name)
    record(actor, "spot.rated", rating, area_id=spot.area_id, before=None, after=after, at=at)
    return rating


def with_counts(spots: QuerySet[Spot]) -> QuerySet[Spot]:
    """Return the spots with how many reports came in through each and how it was rated."""
    return spots.annotate(
        reports=Count("receipts", distinct=True),
        rated=Count("ratings", distinct=True),
        liked=Count("ratings", filter=Q(ratings__mark=Mark.GOOD), distinct=True),
    )
