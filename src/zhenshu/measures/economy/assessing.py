"""Acts on assessments by land: work out, list in public, object, answer, put in force. Each leaves its line.

A class is never typed: it is worked out from the records, by the numbers of the pack's version the assessment
was begun under. An objection that is upheld means that a record was wrong; the record is corrected, and the
subject is worked out anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import Change, record, record_many, subject_kind_of
from zhenshu.ground.packs.registry import pack_of_version, version_id
from zhenshu.ground.packs.schema import PerMuKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.deadlines import due
from zhenshu.measures.economy.errors import (
    AssessmentInvalidError,
    AssessmentStateError,
    EconomyNotAllowedError,
    PanelNotFoundError,
)
from zhenshu.measures.economy.kinds import find_kind, subject_kind
from zhenshu.measures.economy.models import Assessment, AssessmentState, Objection, Standing
from zhenshu.measures.economy.scoring import Scored, work_out
from zhenshu.measures.indicators.rights import may_keep_figures
from zhenshu.registers.blocks.among import dossiers_of, fitting
from zhenshu.registers.cases.clocks import work_calendar
from zhenshu.registers.dossiers.acts import correct_dossier
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import visible_dossiers

KEPT = ("kind", "year", "area_id", "state", "listed_on", "public_until", "final_on")
STANDING_KEPT = ("assessment_id", "dossier_id", "score", "grade", "exempt", "missing")
OBJECTION_KEPT = ("standing_id", "text", "said_on", "answer", "upheld", "answered_on")


def facts(row: Any, kept: Sequence[str]) -> dict[str, Any]:
    """Return what the ledger keeps of a row."""
    return {name: getattr(row, name) for name in kept}


# ── work out ──────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def assess(kind: PerMuKind, year: int, area: Area, *, by: Scope) -> Assessment:
    """Return the assessment of a year in an area, worked out from the records as they are now.

    Asked again, the draft is worked out anew; one that was listed is not (AssessmentStateError).
    """
    _require(by, area)
    if year >= timezone.localdate().year:
        raise AssessmentInvalidError({"year": _("A year is assessed when it is over.")})
    if kind.rule_for(year) is None:
        words = {"year": year, "first": min(kind.years)}
        sentence = _("The pack has no base values for %(year)s; its first year is %(first)s.")
        raise AssessmentInvalidError({"year": sentence % words})
    row, made = _row(kind, year, area, by)
    before = None if made else facts(row, KEPT)
    if not made:
        # A draft is worked out by the numbers in force now, whichever it was begun with.
        row.pack_version_id, row.made_at = version_id(kind.pack), timezone.now()
        row.save()
    action = "assessment.made" if made else "assessment.anew"
    record(by.actor, action, row, area_id=area.pk, before=before, after=facts(row, KEPT))
    _fill(row, kind, by)
    return row


def _row(kind: PerMuKind, year: int, area: Area, by: Scope) -> tuple[Assessment, bool]:
    said = {"pack_version_id": version_id(kind.pack), "made_at": timezone.now(), "by_id": by.user_id}
    row, made = Assessment.objects.get_or_create(kind=kind.full_code, year=year, area=area, defaults=said)
    row = Assessment.objects.select_for_update(of=("self",)).select_related("area").get(pk=row.pk)
    if row.state != AssessmentState.DRAFT:
        raise AssessmentStateError(_("This year stands in public or in force already."))
    return row, made


def _fill(row: Assessment, kind: PerMuKind, by: Scope) -> None:
    """Store where everybody stands; a standing that is no longer asked for goes with its line."""
    known = {one.dossier_id: one for one in row.standings.all()}
    changes = []
    for dossier, scored in work_out(kind, row.year, _rule(kind, row.year), _subjects(kind, row, by)):
        one = known.pop(dossier.pk, None) or Standing(assessment=row, dossier=dossier)
        change = _put(one, scored, dossier)
        if change is not None:
            changes.append(change)
    for gone in known.values():
        before = facts(gone, STANDING_KEPT)
        changes.append(Change("standing.removed", subject_kind_of(gone), gone.pk, row.area_id, before, None))
        gone.delete()
    if changes:
        record_many(by.actor, changes)


def _rule(kind: PerMuKind, year: int) -> Any:
    rule = kind.rule_for(year)
    assert rule is not None  # asked for when the assessment began
    return rule


def _subjects(kind: PerMuKind, row: Assessment, by: Scope) -> list[Dossier]:
    of = subject_kind(kind, kind.of)
    found = dossiers_of(of.full_code, by).filter(area__path__startswith=row.area.path)
    return fitting([one for one in found if one.opened_on.year <= row.year], of, kind.among)


def _put(one: Standing, scored: Scored, dossier: Dossier) -> Change | None:
    """Write what was worked out into a standing; None when nothing changed."""
    before = facts(one, STANDING_KEPT) if one.pk else None
    old_parts = one.parts
    one.score, one.grade, one.exempt = scored.score, scored.grade, scored.exempt
    one.missing = [list(part) for part in scored.missing]
    one.parts = {code: _plain_part(asdict(part)) for code, part in scored.parts.items()}
    if before is not None and facts(one, STANDING_KEPT) == before and one.parts == old_parts:
        return None
    one.save()
    action = "standing.worked_out" if before is None else "standing.changed"
    after = facts(one, STANDING_KEPT)
    return Change(action, subject_kind_of(one), one.pk, dossier.area_id, before, after)


def _plain_part(part: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the numbers of a part as JSON keeps them exactly: as text."""
    return {name: None if number is None else f"{number.normalize():f}" for name, number in part.items()}


# ── list, object, answer, put in force ────────────────────────────────────────────────────────────────


@transaction.atomic
def publish(assessment_id: int, *, on: date, by: Scope) -> Assessment:
    """Return the assessment listed in public; objections are heard from then on."""
    row, kind = _held(assessment_id, by, AssessmentState.DRAFT)
    if on > timezone.localdate():
        raise AssessmentInvalidError({"on": _("This day has not come yet.")})
    if not row.standings.exclude(grade="").exists():
        raise AssessmentStateError(_("Nobody has a class yet; there is nothing to list."))
    before = facts(row, KEPT)
    row.state, row.listed_on, row.public_until = AssessmentState.LISTED, on, _public_until(kind, on)
    row.save()
    record(by.actor, "assessment.listed", row, area_id=row.area_id, before=before, after=facts(row, KEPT))
    return row


def _public_until(kind: PerMuKind, on: date) -> date:
    if kind.publish is None:
        return on
    noon = timezone.make_aware(datetime(on.year, on.month, on.day, 12))
    return timezone.localtime(due(noon, kind.publish, work_calendar())).date()


@transaction.atomic
def object_to(standing_id: int, *, text: str, on: date, by: Scope) -> Objection:
    """Return the objection kept for a subject while its list is public."""
    standing = find_standing(standing_id, by)
    row, _kind = _held(standing.assessment_id, by, AssessmentState.LISTED)
    if not text.strip():
        raise AssessmentInvalidError({"text": _("Say what is objected to.")})
    if row.listed_on is None or on < row.listed_on or on > timezone.localdate():
        raise AssessmentInvalidError({"on": _("The list was not public on that day.")})
    made = Objection(standing=standing, text=text.strip(), said_on=on, by_id=by.user_id)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise AssessmentStateError(_("An objection of this subject waits for its answer already.")) from error
    after = facts(made, OBJECTION_KEPT)
    area = standing.dossier.area_id
    record(by.actor, "objection.kept", made, area_id=area, before=None, after=after)
    return made


@transaction.atomic
def answer(objection_id: int, *, upheld: bool, answer: str, by: Scope) -> Objection:
    """Return the objection with its answer; an upheld one has its subject worked out anew."""
    found = Objection.objects.select_related("standing").filter(pk=objection_id).first()
    if found is None:
        raise PanelNotFoundError(str(objection_id))
    standing = find_standing(found.standing_id, by)
    row, kind = _held(standing.assessment_id, by, AssessmentState.LISTED)
    found = Objection.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if found.answered_on is not None:
        raise AssessmentStateError(_("This objection is answered already."))
    if not answer.strip():
        raise AssessmentInvalidError({"answer": _("An answer says why.")})
    before = facts(found, OBJECTION_KEPT)
    found.answer, found.upheld, found.answered_on = answer.strip(), upheld, timezone.localdate()
    found.save()
    area, after = standing.dossier.area_id, facts(found, OBJECTION_KEPT)
    record(by.actor, "objection.answered", found, area_id=area, before=before, after=after)
    if upheld:
        _work_out_anew(standing, row, kind, by)
    return found


def _work_out_anew(standing: Standing, row: Assessment, kind: PerMuKind, by: Scope) -> None:
    ((dossier, scored),) = work_out(kind, row.year, _rule(kind, row.year), [standing.dossier])
    change = _put(standing, scored, dossier)
    if change is not None:
        record_many(by.actor, [change])


@transaction.atomic
def put_in_force(assessment_id: int, *, on: date, by: Scope) -> Assessment:
    """Return the assessment in force; each class is written into its dossier, with its line.

    Refused while the list still stands in public or an objection waits for its answer.
    """
    row, kind = _held(assessment_id, by, AssessmentState.LISTED)
    _refuse_early(row, on)
    before = facts(row, KEPT)
    row.state, row.final_on = AssessmentState.FINAL, on
    row.save()
    record(by.actor, "assessment.final", row, area_id=row.area_id, before=before, after=facts(row, KEPT))
    if kind.field:
        _write_classes(row, kind, by)
    return row


def _refuse_early(row: Assessment, on: date) -> None:
    if on > timezone.localdate():
        raise AssessmentInvalidError({"on": _("This day has not come yet.")})
    if row.public_until is not None and on <= row.public_until:
        words = {"day": f"{row.public_until:%Y-%m-%d}"}
        raise AssessmentInvalidError(
            {"on": _("The classes stand in public until %(day)s; they hold after that.") % words}
        )
    waiting = Objection.objects.filter(standing__assessment=row, answered_on=None).count()
    if waiting:
        raise AssessmentStateError(_("%(count)d objections wait for their answer.") % {"count": waiting})


def _write_classes(row: Assessment, kind: PerMuKind, by: Scope) -> None:
    of = subject_kind(kind, kind.of)
    note = _("%(name)s of %(year)d") % {"name": kind.name, "year": row.year}
    standings = row.standings.exclude(grade="").select_related("dossier__area")
    for one in standings.filter(dossier__state=State.ACTIVE):
        dossier = one.dossier
        if dossier.fields.get(kind.field) != one.grade:
            said = {kind.field: one.grade}
            correct_dossier(dossier, of, said, version=dossier.version, by=by, note=note)


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────


def visible_assessments(kind: PerMuKind, scope: Scope) -> QuerySet[Assessment]:
    """Return the assessments of areas that hold, or lie in, the areas of one's posts."""
    rule = Q(pk__in=[])
    for post in scope.posts:
        above = [int(part) for part in post.area_path.strip("/").split("/") if part]
        rule |= Q(area__path__startswith=post.area_path) | Q(area_id__in=above)
    return Assessment.objects.filter(rule, kind=kind.full_code).select_related("area", "by")


def visible_standings(row: Assessment, scope: Scope) -> QuerySet[Standing]:
    """Return the standings of an assessment whose subjects one may see."""
    seen = row.standings.filter(dossier__in=visible_dossiers(scope).values("pk"))
    return seen.select_related("dossier__area", "assessment").prefetch_related("objections")


def find_standing(standing_id: int, scope: Scope) -> Standing:
    """Return a standing one may see; raise PanelNotFoundError otherwise."""
    seen = visible_dossiers(scope).values("pk")
    found = Standing.objects.filter(pk=standing_id, dossier__in=seen)
    one = found.select_related("dossier__area", "assessment__area").first()
    if one is None:
        raise PanelNotFoundError(str(standing_id))
    return one


def classes_of(dossier: Dossier) -> list[Standing]:
    """Return where a dossier stood in every assessment in force, the newest first."""
    final = dossier.land_standings.filter(assessment__state=AssessmentState.FINAL)
    return list(final.select_related("assessment").order_by("-assessment__year", "-pk"))


def kind_of(row: Assessment) -> PerMuKind:
    """Return the kind of an assessment as the pack's version it was worked out by declares it."""
    key, _dot, code = row.kind.partition(".")
    found = pack_of_version(row.pack_version_id, key).per_mu.get(code)
    return found if found is not None else find_kind(row.kind, PerMuKind)


def _require(by: Scope, area: Area) -> None:
    if not may_keep_figures(by, area):
        raise EconomyNotAllowedError


def _held(assessment_id: int, by: Scope, state: AssessmentState) -> tuple[Assessment, PerMuKind]:
    """Return the assessment locked for an act, if it stands where the act starts."""
    found = Assessment.objects.select_related("area").filter(pk=assessment_id).first()
    if found is None:
        raise PanelNotFoundError(str(assessment_id))
    _require(by, found.area)
    row = Assessment.objects.select_for_update(of=("self",)).select_related("area").get(pk=assessment_id)
    if row.state != state:
        words = {"state": AssessmentState(row.state).label}
        raise AssessmentStateError(_("The assessment stands at: %(state)s.") % words)
    return row, kind_of(row)
