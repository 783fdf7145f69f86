"""Four-colour risk grading: a score of a version of a scale, its band, and the inspections that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from math import prod
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.measure_kinds import ScaleFactor
from zhenshu.ground.packs.registry import library, version_id
from zhenshu.ground.packs.schema import DossierKind, RoundKind, ScaleBand, ScaleKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.acts import correct_dossier
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import find_dossier, require, visible_dossiers
from zhenshu.registers.engines.errors import EngineInvalidError, EngineStateError
from zhenshu.registers.engines.kinds import full_code
from zhenshu.registers.engines.models import Grading

KEPT = ("scale", "version", "dossier_id", "factors", "score", "band", "colour", "on", "current")


def grading_facts(grading: Grading) -> dict[str, Any]:
    """Return what the ledger keeps of a grading."""
    return {name: getattr(grading, name) for name in KEPT}


# ── the rule ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Scored:
    """What factors give on a scale: the score, and the band it reaches."""

    factors: Mapping[str, float]
    score: float
    band: ScaleBand


def score(scale: ScaleKind, factors: Mapping[str, Any]) -> Scored:
    """Return the product of the factors and its band; raise EngineInvalidError with a sentence per factor."""
    problems = {key: _("There is no such factor.") for key in factors if key not in scale.factors}
    values: dict[str, Decimal] = {}
    for key, factor in scale.factors.items():
        try:
            values[key] = _value(factor, factors.get(key))
        except ValueError as problem:
            problems[key] = str(problem)
    if problems:
        raise EngineInvalidError(problems)
    # The product of decimals as written: 0.2 × 0.5 × 100 is 10, not a shade below a band.
    result = float(prod(values.values(), start=Decimal(1)))
    return Scored({key: float(value) for key, value in values.items()}, result, scale.band_for(result))


def _value(factor: ScaleFactor, said: Any) -> Decimal:
    """Return a factor's value: one of those the scale lists, or a number between its bounds."""
    try:
        value = Decimal(str(said).strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise ValueError(_("Choose a value."))
    listed = {Decimal(key) for key in factor.values}
    low, high = factor.min, factor.max
    outside = (low is not None and value < Decimal(str(low))) or (
        high is not None and value > Decimal(str(high))
    )
    if (listed and value not in listed) or outside:
        raise ValueError(_("%(value)s is no value of “%(factor)s”.") % {"value": said, "factor": factor.name})
    return value


# ── what a scale is about ─────────────────────────────────────────────────────────────────────────────


def rounds_of(scale: ScaleKind) -> dict[str, RoundKind]:
    """Return the round that follows from each band, where its pack is in force."""
    found = {band: library().kinds.get(full_code(scale, code)) for band, code in scale.rounds.items()}
    return {band: one for band, one in found.items() if isinstance(one, RoundKind)}


def subjects_of(scale: ScaleKind) -> dict[str, DossierKind]:
    """Return the dossier kinds that are graded: those the rounds of the scale go to.

    A scale without rounds grades what the other rounds of its pack go to, or else the pack's own dossiers.
    """
    pack = library().pack(scale.pack)
    rounds = rounds_of(scale).values() or pack.rounds.values()
    codes = {full_code(one, one.of) for one in rounds} or {one.full_code for one in pack.dossiers.values()}
    kinds = library().dossier_kinds
    return {code: kinds[code] for code in sorted(codes) if code in kinds}


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def grade(
    dossier: Dossier, scale: ScaleKind, factors: Mapping[str, Any], *, on: date, by: Scope, note: str = ""
) -> Grading:
    """Return the new grading of a dossier; the one before stays, and the dossier's own colour follows."""
    held = _hold(dossier.pk, scale, by)
    if on > timezone.localdate():
        raise EngineInvalidError({"on": _("This day has not come yet.")})
    found = score(scale, factors)
    before = Grading.objects.filter(scale=scale.full_code, dossier=held, current=True).first()
    if before and before.on > on:
        raise EngineStateError(_("It was graded later than that already."))
    Grading.objects.filter(scale=scale.full_code, dossier=held, current=True).update(current=False)
    made = Grading(
        scale=scale.full_code, version=scale.version, pack_version_id=version_id(scale.pack), dossier=held,
        factors=dict(found.factors), score=found.score, band=found.band.code, colour=found.band.colour, on=on,
        note=note.strip()[:200], by_id=by.user_id,
    )  # fmt: skip
    made.save(force_insert=True)
    old = grading_facts(before) if before else None
    action = "grading.changed" if before else "grading.made"
    record(
        by.actor, action, made, area_id=held.area_id, before=old, after=grading_facts(made), note=made.note
    )
    _follow(held, scale, found.band, by)
    return made


def _hold(dossier_id: int, scale: ScaleKind, by: Scope) -> Dossier:
    dossier = find_dossier(dossier_id, by)
    require("correct", by, area_path=dossier.area.path, sensitive=dossier.sensitive)
    if dossier.kind not in subjects_of(scale):
        raise EngineInvalidError({"dossier": _("Other dossiers are graded on this scale.")})
    if dossier.state != State.ACTIVE:
        raise EngineStateError(_("The dossier is closed."))
    return Dossier.objects.select_for_update(of=("self",)).select_related("area").get(pk=dossier.pk)


def _follow(dossier: Dossier, scale: ScaleKind, band: ScaleBand, by: Scope) -> None:
    """Write into the dossier what the round of its band asks for, so that it is visited that often."""
    following = rounds_of(scale).get(band.code)
    kind = library().dossier_kinds[dossier.kind]
    asked = following.among if following is not None else {}
    told = {field: value for field, value in asked.items() if field in kind.fields and isinstance(value, str)}
    changed = {field: value for field, value in told.items() if dossier.fields.get(field) != value}
    if changed:
        correct_dossier(dossier, kind, changed, version=dossier.version, by=by)


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────


def gradings_of(scale: ScaleKind, scope: Scope) -> QuerySet[Grading]:
    """Return the gradings, also earlier ones, of the dossiers this person may see."""
    seen = visible_dossiers(scope).values("pk")
    found = Grading.objects.filter(scale=scale.full_code, dossier__in=seen)
    return found.select_related("dossier__area", "by")


def graded(scale: ScaleKind, scope: Scope) -> Iterable[tuple[Dossier, Grading | None]]:
    """Return every active dossier of the scale that this person may see, with its present grading if any."""
    dossiers = visible_dossiers(scope).filter(kind__in=list(subjects_of(scale)), state=State.ACTIVE)
    present = {one.dossier_id: one for one in gradings_of(scale, scope).filter(current=True)}
    found = dossiers.select_related("area").order_by("title", "pk")
    return [(dossier, present.get(dossier.pk)) for dossier in found]


def wants_grading(scale: ScaleKind, grading: Grading | None) -> bool:
    """Tell whether a dossier was never graded, or by another version of the scale than the one in force."""
    return grading is None or grading.version != scale.version


def frequency_of(scale: ScaleKind, grading: Grading | None) -> str:
    """Return how often the band asks for an inspection, in the words of the pack."""
    following = rounds_of(scale).get(grading.band) if grading else None
    return str(following.every) if following else ""
