"""What a new matter says, and the rules it must fulfil before it becomes a case."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import version_id
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.models import Office
from zhenshu.ground.statements import Select
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.fields import LATITUDES, LONGITUDES, LONGTEXT_LIMIT, FieldProblem, clean_text
from zhenshu.registers.references import References

TITLE_LENGTH = 120
# Every new matter asks for its area; the polygon is not needed for that.
OPEN_AREA = Select(Area, "id = %s AND valid_to IS NULL", without=("boundary",))
# Clocks of two machines differ a little; a report from later than this has a slip in its date.
TOLERANCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new case says. *kind* is ``pack.kind``; *area* an area's id; *office* skips the dispatcher
    for kinds that are not dispatched. *reported_at* is when somebody told of it, *received_at* when it
    reached this office (default: now); the clocks run from then.
    """

    kind: str
    title: str
    area: int
    description: str = ""
    category: str = ""
    channel: str = ""
    priority: str = "normal"
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    reporter_name: str = ""
    reporter_phone: str = ""
    subject: int | None = None
    raised_by: int | None = None
    office: int | None = None
    source: str = ""
    source_number: str = ""
    reported_at: datetime | None = None
    received_at: datetime | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


# What a case says of itself in words, and how much of it fits.
LENGTHS: dict[str, int] = {
    "title": LONGTEXT_LIMIT,  # a longer one than fits moves into the description
    "description": LONGTEXT_LIMIT,
    "category": 80,
    "channel": 30,
    "priority": 20,
    "address": 200,
    "reporter_name": 60,
    "reporter_phone": 40,
}
SOURCE_LENGTHS: dict[str, int] = {"source": 40, "source_number": 80}
CORRECTABLE = (*LENGTHS, "lon", "lat", "subject", "area")

Problems = dict[str, str]


def said_in(draft: Draft) -> dict[str, Any]:
    """Return what *draft* says, keyed as a case keeps it."""
    return {key: getattr(draft, key) for key in (*LENGTHS, *SOURCE_LENGTHS, "lon", "lat")}


def clean_said(kind: CaseKind, said: Mapping[str, Any]) -> tuple[dict[str, Any], Problems]:
    """Return what was *said* in clean text and numbers, and a sentence for each thing that is wrong."""
    values: dict[str, Any] = {}
    problems: Problems = {}
    for key, length in (LENGTHS | SOURCE_LENGTHS).items():
        if key in said:
            _take_text(key, said[key], length, values=values, problems=problems)
    _check_words(kind, values, problems)
    if "lon" in said or "lat" in said:
        values["lon"], values["lat"] = _point(said.get("lon"), said.get("lat"), problems)
    _shorten_title(values)
    return values, problems


def _take_text(key: str, value: Any, length: int, *, values: dict[str, Any], problems: Problems) -> None:
    if type(value) is str and value.isascii() and value.isalnum() and len(value) <= length:
        values[key] = value
        return
    try:
        values[key] = clean_text("" if value is None else value, limit=length)
    except FieldProblem as problem:
        problems[key] = str(problem)


def _check_words(kind: CaseKind, values: Mapping[str, Any], problems: Problems) -> None:
    """Add a sentence for each word that the kind does not know."""
    if values.get("title") == "":
        problems["title"] = _("Say in a few words what the matter is.")
    if values.get("category"):
        _check_category(kind, values["category"], problems)
    channel, priority = values.get("channel"), values.get("priority", "normal")
    if channel and kind.channels and channel not in kind.channels:
        problems["channel"] = _not_among(channel, kind.channels)
    if priority not in kind.priorities:
        problems["priority"] = _not_among(priority, kind.priorities)


def _not_among(value: str, options: Mapping[str, str]) -> str:
    listed = "、".join(f"{key} ({name})" for key, name in options.items())
    return _("“%(value)s” is not among %(options)s.") % {"value": value, "options": listed}


def _check_category(kind: CaseKind, path: str, problems: Problems) -> None:
    category = kind.find_category(path)
    if category is None:
        problems["category"] = _("%(kind)s has no category “%(category)s”.") % {
            "kind": kind.name,
            "category": path,
        }
    elif category.retired_on is not None and category.retired_on <= timezone.localdate():
        sentence = _("The category %(category)s was retired on %(day)s.")
        problems["category"] = sentence % {"category": category.name, "day": category.retired_on}


def _point(lon: Any, lat: Any, problems: Problems) -> tuple[float | None, float | None]:
    if lon in (None, "") and lat in (None, ""):
        return None, None
    try:
        place = float(lon), float(lat)
    except (TypeError, ValueError):
        problems["lon"] = _("A place needs both longitude and latitude, as numbers.")
        return None, None
    if not all(map(math.isfinite, place)) or not _in_china(*place):
        problems["lon"] = _("The point %(lon)s, %(lat)s lies outside China.") % {"lon": lon, "lat": lat}
        return None, None
    return place


def _in_china(lon: float, lat: float) -> bool:
    return LONGITUDES[0] <= lon <= LONGITUDES[1] and LATITUDES[0] <= lat <= LATITUDES[1]


def _shorten_title(values: dict[str, Any]) -> None:
    """Keep a title that is too long for its line at the head of the description."""
    title = values.get("title") or ""
    if len(title) > TITLE_LENGTH or "\n" in title:
        values["title"] = f"{title.replace(chr(10), ' ')[: TITLE_LENGTH - 1]}…"
        if title not in values.get("description", ""):
            values["description"] = f"{title}\n{values.get('description', '')}".strip()[:LONGTEXT_LIMIT]


class Lookups:
    """What drafts point to, with a memory: a batch of ten thousand asks for each area once."""

    def __init__(self) -> None:
        self.references = References()
        self._areas: dict[Any, Area | None] = {}
        self._offices: dict[Any, Office | None] = {}
        self._subjects: dict[tuple[str, int], bool] = {}
        self._versions: dict[str, int] = {}
        self.origins: dict[int, bool] = {}  # whether a case that others arose from may be seen

    def version(self, pack: str) -> int:
        """Return the version of *pack* that a case opened now is kept under."""
        if pack not in self._versions:
            self._versions[pack] = version_id(pack)
        return self._versions[pack]

    def area(self, area_id: Any) -> Area | None:
        """Return the area if it exists today."""
        if area_id not in self._areas:
            number = int(area_id) if str(area_id).isdigit() else 0
            self._areas[area_id] = OPEN_AREA.first(number)
        return self._areas[area_id]

    def office(self, office_id: int | None) -> Office | None:
        """Return the office if it exists today."""
        if office_id not in self._offices:
            self._offices[office_id] = Office.objects.filter(pk=office_id or 0, closed_on=None).first()
        return self._offices[office_id]

    def has_subject(self, kind: CaseKind, subject_id: int) -> bool:
        """Tell whether this dossier exists, of the kind that the pack names."""
        code = _subject_code(kind)
        if (code, subject_id) not in self._subjects:
            found = Dossier.objects.filter(pk=subject_id).exclude(state=State.MERGED)
            self._subjects[code, subject_id] = (found.filter(kind=code) if code else found).exists()
        return self._subjects[code, subject_id]


def _subject_code(kind: CaseKind) -> str:
    if kind.subject is None:
        return ""
    return kind.subject.dossier if "." in kind.subject.dossier else f"{kind.pack}.{kind.subject.dossier}"


def find_area(area_id: Any, problems: Problems, lookups: Lookups) -> Area | None:
    """Return the area if it exists today."""
    area = lookups.area(area_id)
    if area is None:
        problems["area"] = _("Choose an area of this township that exists today.")
    return area


def find_subject(kind: CaseKind, subject_id: int | None, problems: Problems, lookups: Lookups) -> int | None:
    """Return the dossier the matter is about, when it is of the kind that the pack names."""
    if not subject_id:
        if kind.subject is not None and kind.subject.required:
            problems["subject"] = _("Name the dossier this matter is about.")
        return None
    if not lookups.has_subject(kind, subject_id):
        problems["subject"] = _("There is no such dossier.")
        return None
    return subject_id


def check_moment(key: str, moment: datetime | None, at: datetime, problems: Problems) -> datetime:
    """Return *moment*, by default *at*; one that has not come yet is a slip."""
    if moment is None:
        return at
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    if moment > at + TOLERANCE:
        sentence = _("%(moment)s is later than now.")
        problems[key] = sentence % {"moment": f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"}
    return min(moment, at)


def set_area(case: Case, area: Area) -> None:
    """Put *case* into *area*, with the level columns its lists are found by."""
    case.area = area
    case.district_id, case.town_id = area.district_id, area.town_id
    case.village_id, case.grid_id = area.village_id, area.grid_id
