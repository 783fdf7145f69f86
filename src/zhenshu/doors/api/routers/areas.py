"""The area tree: list, draw, locate."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from zhenshu.doors.api.answers import reply
from zhenshu.doors.api.authentication import needs
from zhenshu.doors.api.errors import PageMissingError
from zhenshu.doors.api.pages import Order, take_page
from zhenshu.doors.api.schemas.common import Identifier, PageSchema
from zhenshu.doors.api.schemas.reference import (
    AreaQuerySchema,
    AreaSchema,
    FeatureCollectionSchema,
    GeoQuerySchema,
    LocatedSchema,
    PositionQuerySchema,
)
from zhenshu.ground.areas.exchange import export_geojson
from zhenshu.ground.areas.geometry import describe_outside, locate
from zhenshu.ground.areas.models import Area

router = Router(tags=["areas"])
BY_PATH = Order("path", "path")


def _under(areas: QuerySet[Area], area_id: int | None) -> QuerySet[Area]:
    """Narrow to an area and what lies below it; nothing when there is no such area."""
    if area_id is None:
        return areas
    top = Area.objects.filter(pk=area_id).first()
    return areas.filter(**{top.level_column: top.pk}) if top else areas.none()


@router.get(
    "", response=PageSchema[AreaSchema], auth=needs("reference:read"), operation_id="list_areas",
    summary="List the areas in force",
)  # fmt: skip
def list_areas(request: HttpRequest, query: Query[AreaQuerySchema]) -> HttpResponse:
    """In the order of the tree: each area comes after the one that holds it."""
    areas = _under(Area.objects.open().defer("boundary"), query.under)
    wanted = {"level": query.level, "code": query.code}
    areas = areas.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows, after = take_page(areas, BY_PATH, cursor=query.cursor, limit=query.limit)
    items = [AreaSchema.model_validate(area) for area in rows]
    return reply(PageSchema[AreaSchema].model_construct(items=items, next_cursor=after))


@router.get(
    "/geojson", response=FeatureCollectionSchema, auth=needs("reference:read"), operation_id="get_boundaries",
    summary="Read the boundaries of one level as GeoJSON",
)  # fmt: skip
def get_boundaries(request: HttpRequest, query: Query[GeoQuerySchema]) -> HttpResponse:
    """Coordinates are longitude and latitude in CGCS2000, which is WGS84 to within centimetres."""
    areas = _under(Area.objects.open().level(query.level).select_related("parent"), query.under)
    return reply(FeatureCollectionSchema.model_construct(**export_geojson(areas)))


@router.get(
    "/locate", response=LocatedSchema, auth=needs("reference:read"), operation_id="locate_position",
    summary="Find the areas at a position",
)  # fmt: skip
def locate_position(request: HttpRequest, query: Query[PositionQuerySchema]) -> HttpResponse:
    """Return the areas from the widest to the narrowest, or none with the reason."""
    area_id = locate(query.lon, query.lat, crs=query.crs)
    if area_id is None:
        return reply(LocatedSchema(areas=[], detail=describe_outside(query.lon, query.lat, crs=query.crs)))
    narrowest = Area.objects.defer("boundary").get(pk=area_id)
    line = Area.objects.defer("boundary").filter(pk__in=narrowest.ancestor_ids).order_by("level")
    return reply(LocatedSchema(areas=[AreaSchema.model_validate(area) for area in line], detail=""))


@router.get(
    "/{area_id}", response=AreaSchema, auth=needs("reference:read"), operation_id="get_area",
    summary="Read an area",
)  # fmt: skip
def get_area(request: HttpRequest, area_id: Path[Identifier]) -> HttpResponse:
    """Also an area that is no longer in force."""
    area = Area.objects.defer("boundary").filter(pk=area_id).first()
    if area is None:
        raise PageMissingError
    return reply(AreaSchema.model_validate(area))
