"""Dossiers: create, list, read, correct, add readings."""

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
from zhenshu.doors.api.presenting import dossier_summary, whole_dossier
from zhenshu.doors.api.schemas.common import Identifier, ListQuerySchema, PageSchema
from zhenshu.doors.api.schemas.dossiers import (
    DossierCorrectionSchema,
    DossierInputSchema,
    DossierQuerySchema,
    DossierSchema,
    DossierSummarySchema,
    ReadingInputSchema,
    ReadingSchema,
)
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.registers.dossiers.acts import correct_dossier, create_dossier, note_views, open_dossier
from zhenshu.registers.dossiers.errors import DossierInvalidError
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.dossiers.visibility import find_dossier, visible_dossiers

router = Router(tags=["dossiers"])
BY_ID = Order("id", "pk")
NEWEST = Order("newest", "on", descending=True)


@router.get(
    "", response=PageSchema[DossierSummarySchema], auth=needs("dossiers:read"), operation_id="list_dossiers",
    summary="List the dossiers the caller may see",
)  # fmt: skip
def list_dossiers(request: HttpRequest, query: Query[DossierQuerySchema]) -> HttpResponse:
    """A list that shows sensitive dossiers leaves a line for each in the ledger."""
    by = caller_of(request).scope
    dossiers = visible_dossiers(by).select_related("area").defer("area__boundary", "fields")
    plain = {"kind": query.kind, "state": query.state, "title__icontains": query.text}
    dossiers = dossiers.filter(**{name: value for name, value in plain.items() if value is not None})
    if query.area is not None:
        top = Area.objects.filter(pk=query.area).first()
        dossiers = dossiers.filter(**{f"area__{top.level_column}": top.pk}) if top else dossiers.none()
    rows, after = take_page(dossiers, BY_ID, cursor=query.cursor, limit=query.limit)
    note_views(rows, by=by)
    items = [dossier_summary(row) for row in rows]
    return reply(PageSchema[DossierSummarySchema].model_construct(items=items, next_cursor=after))


@router.post(
    "", response={201: DossierSchema}, auth=needs("dossiers:write"), operation_id="create_dossier",
    summary="Create a dossier", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def post_dossier(request: HttpRequest, dossier: DossierInputSchema) -> HttpResponse:
    """A second active dossier with the same identity is refused with 409."""
    by = caller_of(request).scope
    kind = _kind(dossier.kind)

    opened_on = dossier.opened_on or timezone.localdate()

    def act() -> Any:
        area = _area(dossier.area)
        made = create_dossier(kind, dossier.fields, area=area, opened_on=opened_on, by=by, note=dossier.note)
        return answer(whole_dossier(made, by), status=201, location=place_of(request, made.pk))

    return once(request, act)


def _kind(code: str) -> DossierKind:
    kind = library().dossier_kinds.get(code)
    if kind is None:
        raise DossierInvalidError(
            {"kind": _("No business line declares the kind %(kind)s.") % {"kind": code}}
        )
    return kind


def _area(area_id: int) -> Area:
    area = Area.objects.open().filter(pk=area_id).first()
    if area is None:
        raise DossierInvalidError({"area": _("There is no such area.")})
    return area


@router.get(
    "/{dossier_id}", response=DossierSchema, auth=needs("dossiers:read"), operation_id="get_dossier",
    summary="Read a dossier",
)  # fmt: skip
def get_dossier(request: HttpRequest, dossier_id: Path[Identifier]) -> HttpResponse:
    """Reading a sensitive dossier leaves a line in the ledger."""
    by = caller_of(request).scope
    return reply(whole_dossier(open_dossier(dossier_id, by=by), by))


@router.patch(
    "/{dossier_id}", response=DossierSchema, auth=needs("dossiers:write"), operation_id="correct_dossier",
    summary="Correct a dossier", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def patch_dossier(
    request: HttpRequest, dossier_id: Path[Identifier], correction: DossierCorrectionSchema
) -> HttpResponse:
    """Refused with 409 when somebody changed the dossier since the version that was read."""
    by = caller_of(request).scope
    found = find_dossier(dossier_id, by)
    kind = library().dossier_kind(found.kind)

    def act() -> Any:
        area = _area(correction.area) if correction.area else None
        made = correct_dossier(
            found, kind, correction.fields, version=correction.version, by=by, area=area, note=correction.note
        )
        return answer(whole_dossier(made, by))

    return once(request, act)


@router.get(
    "/{dossier_id}/readings", response=PageSchema[ReadingSchema], auth=needs("dossiers:read"),
    operation_id="list_readings", summary="List the readings of a dossier",
)  # fmt: skip
def list_readings(
    request: HttpRequest, dossier_id: Path[Identifier], query: Query[ListQuerySchema]
) -> HttpResponse:
    """Newest first, without those that were replaced."""
    dossier = open_dossier(dossier_id, by=caller_of(request).scope)
    readings = dossier.readings.filter(replaced_by=None)
    rows, after = take_page(readings, NEWEST, cursor=query.cursor, limit=query.limit)
    items = [ReadingSchema.model_validate(row) for row in rows]
    return reply(PageSchema[ReadingSchema].model_construct(items=items, next_cursor=after))


@router.post(
    "/{dossier_id}/readings", response={201: ReadingSchema}, auth=needs("dossiers:write"),
    operation_id="add_reading", summary="Add a reading", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def post_reading(
    request: HttpRequest, dossier_id: Path[Identifier], reading: ReadingInputSchema
) -> HttpResponse:
    """Another value for a period that has one needs a reason; both are kept."""
    by = caller_of(request).scope
    found = find_dossier(dossier_id, by)
    kind = library().dossier_kind(found.kind)

    def act() -> Any:
        made = add_reading(
            found, kind, reading.series, period=reading.period, values=reading.values, signer=reading.signer,
            by=by, source=reading.source, reason=reading.reason,
        )  # fmt: skip
        return answer(ReadingSchema.model_validate(made), status=201)

    return once(request, act)
