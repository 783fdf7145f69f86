"""What of a record goes out: the same masks for every operation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhenshu.doors.api.schemas.cases import (
    AssignmentSchema,
    AttachmentSchema,
    CaseSchema,
    CaseStateSchema,
    CaseSummarySchema,
    ClockSchema,
    ClockWord,
    StoryLineSchema,
)
from zhenshu.doors.api.schemas.common import ReferenceSchema
from zhenshu.doors.api.schemas.dossiers import DossierSchema, DossierSummarySchema
from zhenshu.doors.api.schemas.records import RecordSchema, RecordSummarySchema
from zhenshu.ground.packs.registry import case_kind_of, library
from zhenshu.ground.packs.schema import CaseKind, FieldKind
from zhenshu.ground.people.masking import mask
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.kinds import shown_fields as fields_of_record
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.cases.models import Attachment, Case
from zhenshu.registers.cases.story import StoryLine
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.visibility import may_see_sensitive

# Who handles or dispatches a matter has to reach the reporter; who only watches has not.
WATCHERS = frozenset({Role.VIEWER, Role.LEADER})
REPORTER = {"reporter_name": "name", "reporter_phone": "phone"}
# Columns of a story that repeat what the line says anyway, or point to rows by number.
UNTOLD_CHANGES = frozenset({"district_id", "town_id", "village_id", "grid_id", "kept", "missed"})

_STATE = tuple(CaseStateSchema.model_fields)
_PLAIN = tuple(
    name for name in CaseSummarySchema.model_fields if name not in ("area", "lead_office", "handler", "clock")
)
_WHOLE = (
    "description", "confidential", "reported_at", "source", "source_number", "answer", "solved", "satisfied",
    "promise_due_at",
)  # fmt: skip


def case_state(case: Case) -> CaseStateSchema:
    """Return where a matter stands, from its own columns alone."""
    return CaseStateSchema.model_construct(**{name: getattr(case, name) for name in _STATE})


def case_summary(case: Case, now: datetime) -> CaseSummarySchema:
    """Return a matter as a line of a list; area, office and handler are loaded."""
    return CaseSummarySchema.model_construct(**_summary(case, now))


def _summary(case: Case, now: datetime) -> dict[str, Any]:
    return {
        **{name: getattr(case, name) for name in _PLAIN},
        "area": reference(case.area),
        "lead_office": reference(case.lead_office),
        "handler": reference(case.handler),
        "clock": clock_word(case, now),
    }


def reference(row: Any) -> ReferenceSchema | None:
    return ReferenceSchema.model_construct(id=row.pk, name=row.name) if row else None


def clock_word(case: Case, now: datetime) -> ClockWord:
    """Return how the nearest deadline stands."""
    if case.due_at is None:
        return "none"
    if case.due_at < now:
        return "overdue"
    return "near" if case.near_at is not None and case.near_at <= now else "normal"


def whole_case(case: Case, by: Scope) -> CaseSchema:
    """Return a matter with its shares, clocks and files; what *by* may not read is masked and named."""
    kind = case_kind_of(case.pack_version_id, case.kind)
    fields, masked = shown_fields(kind.fields, case.fields, sensitive=may_see_sensitive(case.area.path, by))
    reporter = {name: getattr(case, name) for name in REPORTER}
    if by.roles <= WATCHERS and case.reported_by_id != by.user_id:
        masked += [name for name, value in reporter.items() if value]
        reporter = {name: mask(REPORTER[name], value) for name, value in reporter.items()}
    return CaseSchema.model_construct(
        **_summary(case, timezone.now()),
        **{name: getattr(case, name) for name in _WHOLE},
        **reporter,
        **_joined(case),
        fields=fields,
        masked=masked,
        clocks=[_clock(clock, kind) for clock in case.clocks.order_by("pk")],
    )


def _joined(case: Case) -> dict[str, Any]:
    """Return what a matter is joined to: its dossier, other matters, offices, files."""
    return {
        "subject": ReferenceSchema(id=case.subject.pk, name=case.subject.title) if case.subject else None,
        "parent": case.parent.number if case.parent else None,
        "raised_by": case.raised_by.number if case.raised_by else None,
        "merged_into": case.merged_into.number if case.merged_into else None,
        "assignments": [AssignmentSchema.model_validate(share) for share in case.assignments.all()],
        "attachments": [
            attachment_schema(file, case)
            for file in case.attachments.select_related("uploaded_by").order_by("pk")
        ],
    }


def attachment_schema(file: Attachment, case: Case) -> AttachmentSchema:
    """Return a file of a matter with the address it is read at."""
    return AttachmentSchema.model_construct(
        id=file.pk,
        name=file.name,
        media_type=file.content_type,
        size=file.size,
        digest=file.digest,
        added_at=file.uploaded_at,
        added_by=file.uploaded_by.name if file.uploaded_by else "",
        url=f"/api/v1/cases/{case.number}/attachments/{file.pk}",
    )


def _clock(clock: Any, kind: CaseKind) -> ClockSchema:
    declared = kind.clocks.get(clock.key)
    plain = {name: getattr(clock, name) for name in ClockSchema.model_fields if name != "name"}
    return ClockSchema.model_construct(**plain, name=(declared.name if declared else "") or clock.key)


def shown_fields(
    kinds: Mapping[str, FieldKind], values: Mapping[str, Any], *, sensitive: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the values of fields, the sensitive ones masked without the right to them, and which were."""
    if sensitive:
        return dict(values), []
    hidden = {key for key, kind in kinds.items() if kind.sensitive}
    masked = [key for key, value in values.items() if key in hidden and value not in (None, "")]
    shown = {key: mask(kinds[key].type, value) if key in masked else value for key, value in values.items()}
    return shown, masked


def story_line(line: StoryLine) -> StoryLineSchema:
    """Return a line of a story; what was changed is named, changed words of persons are not repeated."""
    return StoryLineSchema.model_construct(
        seq=line.seq,
        at=line.at,
        actor=line.who,
        office=line.office,
        action=line.action,
        name=line.name,
        note=line.opinion,
        stage=line.stage,
        changes={} if line.action == "opened" else _told_changes(line.changes),
    )


def _told_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    hidden = UNTOLD_CHANGES | set(REPORTER) | {"fields"}
    return {key: value for key, value in changes.items() if key not in hidden}


def dossier_summary(dossier: Dossier) -> DossierSummarySchema:
    """Return a dossier as a line of a list."""
    return DossierSummarySchema.model_construct(**_dossier_plain(dossier))


def _dossier_plain(dossier: Dossier) -> dict[str, Any]:
    plain = {name: getattr(dossier, name) for name in DossierSummarySchema.model_fields if name != "area"}
    return {**plain, "id": dossier.pk, "area": reference(dossier.area)}


def whole_dossier(dossier: Dossier, by: Scope) -> DossierSchema:
    """Return a dossier with its fields, the sensitive ones masked without the right to them."""
    kind = library().dossier_kinds.get(dossier.kind)
    kinds = kind.fields if kind else {}
    fields, masked = shown_fields(kinds, dossier.fields, sensitive=may_see_sensitive(dossier.area.path, by))
    return DossierSchema.model_construct(
        **_dossier_plain(dossier),
        fields=fields,
        masked=masked,
        sensitive=dossier.sensitive,
        merged_into=dossier.merged_into_id,
    )


def record_summary(kept: Record) -> RecordSummarySchema:
    """Return a kept record as a line of a list."""
    return RecordSummarySchema.model_construct(**_record_plain(kept))


def _record_plain(kept: Record) -> dict[str, Any]:
    named = ("area", "subject", "office")
    plain = {name: getattr(kept, name) for name in RecordSummarySchema.model_fields if name not in named}
    return {
        **plain, "id": kept.pk, "area": reference(kept.area), "subject": kept.subject_id,
        "office": kept.office_id,
    }  # fmt: skip


def whole_record(kept: Record, by: Scope) -> RecordSchema:
    """Return a kept record with its fields, the sensitive ones masked without the right to them."""
    kind = library().kinds.get(kept.kind)
    kinds = fields_of_record(kind) if kind else {}
    fields, masked = shown_fields(kinds, kept.fields, sensitive=may_see_sensitive(kept.area.path, by))
    return RecordSchema.model_construct(
        **_record_plain(kept), fields=fields, masked=masked, sensitive=kept.sensitive, made_at=kept.made_at
    )
