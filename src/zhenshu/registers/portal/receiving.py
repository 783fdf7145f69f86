"""Take in what the public reports: one transaction for the matter, its receipt and its pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhenshu.ground.areas.geometry import locate
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.offices import find_office
from zhenshu.ground.people.scope import PORTAL
from zhenshu.registers.cases.attachments import Upload, add_attachment
from zhenshu.registers.cases.errors import CaseInvalidError
from zhenshu.registers.cases.loop import Draft, open_case
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.routing import Matter, suggest_areas
from zhenshu.registers.portal.codes import code_of, digest_of, scope_of_holder
from zhenshu.registers.portal.models import Receipt, Spot

SOURCE = "portal"
LONGEST_TITLE = 60
ENDS = "。！？；\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody without an account tells. *mark* is that of the form; *village* an area they chose."""

    kind: str
    text: str
    mark: str
    village: int | None = None
    spot: Spot | None = None
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    name: str = ""
    phone: str = ""
    category: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    may_publish: bool = False
    pictures: Sequence[Upload] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """What the citizen takes along: the number and the code; *again*: this form had come in before."""

    case: Case
    code: str
    again: bool


def kinds_of(section: str) -> list[CaseKind]:
    """Return the kinds that the packs open to the public in a section of the portal."""
    kinds = library().case_kinds.values()
    return [kind for kind in kinds if kind.portal is not None and kind.portal.section == section]


def public_kind(code: str) -> CaseKind | None:
    """Return the kind if it is open to the public."""
    kind = library().case_kinds.get(code)
    return kind if kind is not None and kind.portal is not None else None


def receive(told: Told, *, at: datetime) -> Received:
    """Take the matter in and return it with its query code; the same form again returns the same matter.

    Raise CaseInvalidError with a sentence per field, AttachmentRefusedError for a picture; then nothing of
    it is kept.
    """
    known = _known(told)
    if known is not None:
        return known
    draft = draft_of(told)
    code = code_of(told.mark)

    def also(case: Case) -> None:
        Receipt.objects.create(
            case=case, digest=digest_of(case.number, code), mark=told.mark, may_publish=told.may_publish,
            spot=told.spot, made_at=at,
        )  # fmt: skip
        for picture in told.pictures:
            add_attachment(case.pk, picture, by=scope_of_holder(case.pk), step="opened", at=at)

    try:
        with transaction.atomic():
            case = open_case(draft, by=PORTAL, at=at, also=also)
    except IntegrityError:
        # The same form came in twice at once: the other one was quicker.
        known = _known(told)
        if known is None:
            raise
        return known
    return Received(case, code, again=False)


def _known(told: Told) -> Received | None:
    receipt = Receipt.objects.select_related("case").filter(mark=told.mark).first()
    return Received(receipt.case, code_of(told.mark), again=True) if receipt is not None else None


def draft_of(told: Told) -> Draft:
    """Return the matter as the register takes it; raise CaseInvalidError with a sentence per field."""
    kind = public_kind(told.kind)
    if kind is None or kind.portal is None:
        raise CaseInvalidError({"kind": _("This is not open to reports.")})
    problems = _problems(told, kind)
    area = area_of(told)
    if area is None:
        problems["village"] = _("Choose the village or community, or let the phone tell the place.")
    if problems or area is None:
        raise CaseInvalidError(problems)
    rule = kind.portal
    office = find_office(rule.office, area.path) if rule.office else None
    point = (told.spot.lon, told.spot.lat) if told.spot is not None else place_of_phone(told)[0]
    asked = {key: told.fields[key] for key in rule.asks if key in told.fields}
    return Draft(
        kind=kind.full_code,
        title=title_of(told.text),
        description=told.text.strip(),
        category=told.category,
        channel=rule.code_channel if told.spot is not None and rule.code_channel else rule.channel,
        area=area.pk,
        lon=point[0],
        lat=point[1],
        address=address_at(told.spot) if told.spot is not None else told.address,
        reporter_name=told.name,
        reporter_phone=told.phone,
        subject=_subject(kind, told.spot),
        office=office.pk if office is not None else None,
        source=SOURCE,
        fields={**asked, **({rule.text: told.text} if rule.text else {}), **_spot_fields(kind, told.spot)},
    )


def _problems(told: Told, kind: CaseKind) -> dict[str, str]:
    problems = {}
    if not told.text.strip():
        problems["text"] = _("Say in a sentence what the matter is.")
    rule = kind.portal
    if rule is not None and rule.contact == "required" and not told.phone.strip():
        problems["phone"] = _("We need a telephone number to reach you about this.")
    if rule is not None and len(told.pictures) > rule.photos:
        problems["photos"] = _("At most %(count)d pictures.") % {"count": rule.photos}
    return problems


def area_of(told: Told) -> Area | None:
    """Return where the matter lies: the spot, the phone's place, the village chosen, what the words name."""
    if told.spot is not None:
        return told.spot.area
    found = place_of_phone(told)[1]
    if found is not None:
        return Area.objects.get(pk=found)
    if told.village:
        return Area.objects.open().filter(pk=told.village, level__gte=Level.TOWN).first()
    kind = public_kind(told.kind)
    named = suggest_areas(Matter(text=told.text, address=told.address))
    if named:
        return named[0].area
    village = kind is not None and kind.portal is not None and kind.portal.place == "village"
    return home_area() if village else None


def place_of_phone(told: Told) -> tuple[tuple[float | None, float | None], int | None]:
    """Return the phone's point and the area it lies in; a phone that is lost tells no place."""
    lon, lat = told.lon, told.lat
    if lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
        return (None, None), None
    found = locate(lon, lat)
    return ((lon, lat), found) if found is not None else ((None, None), None)


def home_area() -> Area | None:
    """Return the township of the house, for what lies in no village."""
    return Area.objects.open().filter(level=Level.TOWN).order_by("pk").first()


def title_of(text: str) -> str:
    """Return the first sentence, short enough for a list."""
    first = text.strip().replace("\r", "")
    for mark in ENDS:
        first = first.split(mark)[0]
    return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1]}…"


def address_at(spot: Spot) -> str:
    """Return the address of what was reported at a spot: its name first, so that its list finds it."""
    return f"{spot.name}（{spot.address}）" if spot.address else spot.name


def _subject(kind: CaseKind, spot: Spot | None) -> int | None:
    """Return the dossier of the spot where the kind is about such dossiers."""
    wanted = library().subjects_of(kind)
    if spot is None or spot.subject is None or wanted is None:
        return None
    return spot.subject_id if spot.subject.kind == wanted.full_code else None


def _spot_fields(kind: CaseKind, spot: Spot | None) -> dict[str, str]:
    """Return the code of the spot for kinds that have a field for it."""
    return {"spot_code": spot.code} if spot is not None and "spot_code" in kind.fields else {}
