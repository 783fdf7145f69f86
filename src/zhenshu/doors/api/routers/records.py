"""Kept records of the blocks that packs declare: list, read, keep, correct."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from zhenshu.doors.api.answers import answer, place_of, reply
from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.idempotency import once
from zhenshu.doors.api.pages import Order, take_page
from zhenshu.doors.api.presenting import record_summary, whole_record
from zhenshu.doors.api.schemas.common import Identifier, PageSchema
from zhenshu.doors.api.schemas.records import (
    RecordCorrectionSchema,
    RecordInputSchema,
    RecordQuerySchema,
    RecordSchema,
    RecordSummarySchema,
)
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import FundKind, Packed
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import RecordDraft, correct_record, keep_record, note_views, open_record
from zhenshu.registers.blocks.errors import RecordInvalidError
from zhenshu.registers.blocks.funds import move_money
from zhenshu.registers.blocks.kinds import block_of
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.visibility import find_record, visible_records

router = Router(tags=["records"])
NEWEST = Order("newest", "day", descending=True)
# The other blocks are made by acts of their own: a sheet is filled, a pay run drawn up, a booking agreed.
KEPT_BY_PROGRAMS = ("rounds", "learning", "funds")


@router.get(
    "", response=PageSchema[RecordSummarySchema], auth=needs("records:read"), operation_id="list_records",
    summary="List the kept records the caller may see",
)  # fmt: skip
def list_records(request: HttpRequest, query: Query[RecordQuerySchema]) -> HttpResponse:
    """A list that shows records about sensitive dossiers leaves a line for each in the ledger."""
    by = caller_of(request).scope
    records = visible_records(by).select_related("area").defer("area__boundary", "fields", "detail")
    plain = {"kind": query.kind, "state": query.state, "subject_id": query.subject, "day__gte": query.since}
    records = records.filter(**{name: value for name, value in plain.items() if value is not None})
    if query.area is not None:
        top = Area.objects.filter(pk=query.area).first()
        records = records.filter(**{f"area__{top.level_column}": top.pk}) if top else records.none()
    rows, after = take_page(records, NEWEST, cursor=query.cursor, limit=query.limit)
    note_views(rows, by=by)
    items = [record_summary(row) for row in rows]
    return reply(PageSchema[RecordSummarySchema].model_construct(items=items, next_cursor=after))


@router.post(
    "", response={201: RecordSchema}, auth=needs("records:write"), operation_id="keep_record",
    summary="Keep a record", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def post_record(request: HttpRequest, record: RecordInputSchema) -> HttpResponse:
    """Visits and patrols, lessons, movements of a fund; a fund never goes below nothing."""
    by = caller_of(request).scope
    kind = _kind(record.kind)

    def act() -> Any:
        made = _keep(kind, record, by)
        return answer(whole_record(made, by), status=201, location=place_of(request, made.pk))

    return once(request, act)


def _kind(code: str) -> Packed:
    kind = library().kinds.get(code)
    if kind is None or block_of(kind) not in KEPT_BY_PROGRAMS:
        sentence = _("%(kind)s is no kind of record that a program may keep.")
        raise RecordInvalidError({"kind": sentence % {"kind": code}})
    return kind


def _keep(kind: Packed, given: RecordInputSchema, by: Scope) -> Record:
    office = given.office or (by.posts[0].office_id if by.posts else None)
    draft = RecordDraft(
        kind=given.kind, day=given.day or timezone.localdate(), subject=given.subject, party=given.party,
        area=given.area, office=office, title=given.title, fields=given.fields,
    )  # fmt: skip
    if isinstance(kind, FundKind):
        return move_money(kind, draft, by=by, note=given.note)
    return keep_record(draft, by=by, note=given.note)


@router.get(
    "/{record_id}", response=RecordSchema, auth=needs("records:read"), operation_id="get_record",
    summary="Read a record",
)  # fmt: skip
def get_record(request: HttpRequest, record_id: Path[Identifier]) -> HttpResponse:
    """Reading a record about a sensitive dossier leaves a line in the ledger."""
    by = caller_of(request).scope
    return reply(whole_record(open_record(record_id, by=by), by))


@router.patch(
    "/{record_id}", response=RecordSchema, auth=needs("records:write"), operation_id="correct_record",
    summary="Correct a record", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def patch_record(
    request: HttpRequest, record_id: Path[Identifier], correction: RecordCorrectionSchema
) -> HttpResponse:
    """Refused with 409 when somebody changed the record since the version that was read."""
    by = caller_of(request).scope
    found = find_record(record_id, by)
    _kind(found.kind)

    def act() -> Any:
        made = correct_record(
            found, correction.fields, version=correction.version, by=by, note=correction.note
        )
        return answer(whole_record(made, by))

    return once(request, act)
