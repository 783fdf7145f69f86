"""Offices: the units that matters are given to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from zhenshu.doors.api.answers import reply
from zhenshu.doors.api.authentication import needs
from zhenshu.doors.api.errors import PageMissingError
from zhenshu.doors.api.pages import Order, take_page
from zhenshu.doors.api.schemas.common import Identifier, PageSchema
from zhenshu.doors.api.schemas.reference import OfficeQuerySchema, OfficeSchema
from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.models import Office

router = Router(tags=["offices"])
BY_ID = Order("id", "pk")


@router.get(
    "", response=PageSchema[OfficeSchema], auth=needs("reference:read"), operation_id="list_offices",
    summary="List the offices",
)  # fmt: skip
def list_offices(request: HttpRequest, query: Query[OfficeQuerySchema]) -> HttpResponse:
    """Without the closed ones unless asked for."""
    offices = Office.objects.select_related("area").defer("area__boundary")
    if not query.closed:
        offices = offices.filter(closed_on=None)
    if query.key is not None:
        offices = offices.filter(key=query.key)
    if query.area is not None:
        top = Area.objects.filter(pk=query.area).first()
        offices = offices.filter(**{f"area__{top.level_column}": top.pk}) if top else offices.none()
    rows, after = take_page(offices, BY_ID, cursor=query.cursor, limit=query.limit)
    items = [OfficeSchema.model_validate(office) for office in rows]
    return reply(PageSchema[OfficeSchema].model_construct(items=items, next_cursor=after))


@router.get(
    "/{office_id}", response=OfficeSchema, auth=needs("reference:read"), operation_id="get_office",
    summary="Read an office",
)  # fmt: skip
def get_office(request: HttpRequest, office_id: Path[Identifier]) -> HttpResponse:
    """Also one that was closed."""
    office = Office.objects.select_related("area").filter(pk=office_id).first()
    if office is None:
        raise PageMissingError
    return reply(OfficeSchema.model_validate(office))
