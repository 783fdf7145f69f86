"""From what a program sends to a draft of a matter: its place and its origin are looked up."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhenshu.doors.api.schemas.cases import CaseInputSchema
from zhenshu.ground.areas.coordinates import to_wgs84
from zhenshu.ground.areas.geometry import current_locator, describe_outside
from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.errors import CaseInvalidError
from zhenshu.registers.cases.visibility import visible_cases

# Of what comes in, these parts become others; the rest is passed on under the same name.
LOOKED_UP = {"area", "area_code", "lon", "lat", "crs", "raised_by", "key"}
PASSED_ON = tuple(name for name in CaseInputSchema.model_fields if name not in LOOKED_UP)


def draft_from(given: CaseInputSchema, by: Scope, codes: dict[str, int] | None = None) -> Draft:
    """Return the draft for what was sent; raise CaseInvalidError when its position is none.

    *codes* remembers the areas found by code over the lines of a batch.
    """
    lon, lat = _position(given)
    codes = {} if codes is None else codes
    said = given.__dict__
    plain = {name: said[name] for name in PASSED_ON}
    return Draft(
        **plain, area=_area(given, lon, lat, codes), lon=lon, lat=lat, raised_by=_origin(given.raised_by, by)
    )


def _position(given: CaseInputSchema) -> tuple[float | None, float | None]:
    """Return the position in WGS84; a position that lies outside the township is refused with the reason."""
    if given.lon is None or given.lat is None:
        return given.lon, given.lat
    outside = describe_outside(given.lon, given.lat, crs=given.crs)
    if outside and (len(current_locator()) or not (given.area or given.area_code)):
        raise CaseInvalidError({"lon": outside})
    return to_wgs84(given.lon, given.lat, given.crs)


def _area(given: CaseInputSchema, lon: float | None, lat: float | None, codes: dict[str, int]) -> int:
    """Return the area that was named, or the narrowest one at the position; a case refuses 0."""
    if given.area is not None:
        return given.area
    if given.area_code is not None:
        if given.area_code not in codes:
            found = Area.objects.open().filter(code=given.area_code).values_list("pk", flat=True).first()
            codes[given.area_code] = found or 0
        return codes[given.area_code]
    if lon is None or lat is None:
        return 0
    return current_locator().locate(lon, lat) or 0


def _origin(number: str | None, by: Scope) -> int | None:
    """Return the id of the matter this one arose from, if the caller may see it."""
    if number is None:
        return None
    found = visible_cases(by).filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise CaseInvalidError({"raised_by": _("There is no such matter that you may see.")})
    return int(found)
