"""Hand the area tree over as GeoJSON or as a spreadsheet, and take it in again.

Taking in goes in two steps: a file becomes rows and problems, then the rows that fit are planted in one
act. A row with a problem, and each row below it, is left out and named with its line and the reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from zhenshu.ground.areas import rules, sheets
from zhenshu.ground.areas.errors import AreaError, CodeError, PlacementError
from zhenshu.ground.areas.geometry import check_boundary
from zhenshu.ground.areas.models import LEVEL_COLUMNS, Area, Level
from zhenshu.ground.areas.tree import AreaSeed, plant_areas
from zhenshu.ground.ledger.record import Actor

LEVEL_NAMES: dict[str, int] = {
    "区县": Level.DISTRICT, "县": Level.DISTRICT, "区": Level.DISTRICT, "district": Level.DISTRICT,
    "乡镇街道": Level.TOWN, "乡镇": Level.TOWN, "镇": Level.TOWN, "街道": Level.TOWN, "town": Level.TOWN,
    "村社区": Level.VILLAGE, "村": Level.VILLAGE, "社区": Level.VILLAGE, "village": Level.VILLAGE,
    "网格": Level.GRID, "grid": Level.GRID,
    "微网格": Level.MICRO_GRID, "micro_grid": Level.MICRO_GRID, "micro-grid": Level.MICRO_GRID,
}  # fmt: skip
WRITTEN_LEVELS: dict[int, str] = {
    Level.DISTRICT: "区县", Level.TOWN: "乡镇街道", Level.VILLAGE: "村社区", Level.GRID: "网格",
    Level.MICRO_GRID: "微网格",
}  # fmt: skip
COLUMNS: dict[str, str] = {
    "代码": "code", "名称": "name", "级别": "level", "上级代码": "parent_code", "启用日期": "valid_from",
    "停用日期": "valid_to", "户数": "households", "人口": "population",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was left out; *row* is its line in the sheet or its number among the features."""

    row: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came in and what didn't."""

    created: tuple[Area, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as it was written; every value still to be read."""

    number: int
    values: Mapping[str, Any]
    boundary: Any = None

    def text(self, column: str) -> str:
        value = self.values.get(column)
        return "" if value is None else str(value).strip()


# --- out ----------------------------------------------------------------------------------------------


def export_geojson(areas: Iterable[Area]) -> dict[str, Any]:
    """Return the areas as a feature collection; parents are named by their code."""
    return {"type": "FeatureCollection", "features": [_feature(area) for area in areas]}


def export_xlsx(areas: Iterable[Area]) -> bytes:
    """Return the areas as a spreadsheet with the columns that the import reads."""
    rows = ([_written(area, column) for column in COLUMNS.values()] for area in areas)
    return sheets.write_sheet(list(COLUMNS), rows, title="区域")


def _feature(area: Area) -> dict[str, Any]:
    properties = {column: _written(area, column) for column in COLUMNS.values()} | {"level": area.level}
    dates = {day: properties[day] and properties[day].isoformat() for day in ("valid_from", "valid_to")}
    return {"type": "Feature", "geometry": area.boundary, "properties": properties | dates}


def _written(area: Area, column: str) -> Any:
    if column == "level":
        return WRITTEN_LEVELS[area.level]
    if column == "parent_code":
        return area.parent.code if area.parent else None
    return getattr(area, column)


# --- in -----------------------------------------------------------------------------------------------


def import_geojson(content: bytes | str, *, by: Actor, default_from: date) -> ImportReport:
    """Plant the areas of a feature collection; *default_from* dates features that carry no day."""
    rows = [_Row(number, *_feature_parts(item)) for number, item in enumerate(_features(content), start=1)]
    return _take_in(rows, by=by, default_from=default_from)


def import_xlsx(content: bytes, *, by: Actor, default_from: date) -> ImportReport:
    """Plant the areas of a spreadsheet whose first row names the columns 代码 名称 级别 上级代码 …."""
    read = sheets.read_sheet(content, COLUMNS, required=("名称", "级别"))
    return _take_in([_Row(number, values) for number, values in read], by=by, default_from=default_from)


def _features(content: bytes | str) -> list[Any]:
    try:
        collection = json.loads(content)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise AreaError(_("The file isn't JSON: %(reason)s.") % {"reason": error}) from error
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise AreaError(_("The file isn't a GeoJSON feature collection: it has no list of features."))
    return features


def _feature_parts(feature: Any) -> tuple[Mapping[str, Any], Any]:
    if not isinstance(feature, dict):
        return {}, None
    properties = feature.get("properties")
    return (properties if isinstance(properties, dict) else {}), feature.get("geometry")


def _take_in(rows: Sequence[_Row], *, by: Actor, default_from: date) -> ImportReport:
    standing = {area.code: area for area in Area.objects.open() if area.code}
    screening = _Screening(standing, Counter(row.text("code") for row in rows), default_from)
    for row in sorted(rows, key=_storey):
        screening.judge(row)
    planted = plant_areas(screening.seeds, by=by, standing=standing) if screening.seeds else {}
    problems = sorted(screening.problems, key=lambda problem: problem.row)
    return ImportReport(tuple(planted.values()), tuple(problems))


def _storey(row: _Row) -> int:
    """Return the level of a row, or a number past all levels, so that parents come before children."""
    try:
        return _read_level(row)
    except PlacementError:
        return len(LEVEL_COLUMNS) + 1


class _Screening:
    """Sorts rows into seeds that can be planted together and problems."""

    def __init__(self, standing: Mapping[str, Area], codes: Counter[str], default_from: date) -> None:
        self.seeds: list[AreaSeed] = []
        self.problems: list[Problem] = []
        self._standing, self._codes, self._default_from = standing, codes, default_from
        self._kept: dict[str, Area] = dict(standing)
        open_areas = Area.objects.open().values_list("parent__code", "name")
        self._names: set[tuple[str | None, str]] = set(open_areas)

    def judge(self, row: _Row) -> None:
        try:
            seed = self._seed(row)
            self._refuse_double(seed)
            sketch = self._sketch(seed)
        except AreaError as error:
            self.problems.append(Problem(row.number, row.text("code"), str(error)))
            return
        self.seeds.append(seed)
        self._names.add((seed.parent_key, seed.name))
        self._kept[seed.key] = sketch

    def _seed(self, row: _Row) -> AreaSeed:
        code = row.text("code")
        if not row.text("name"):
            raise PlacementError(_("The name is missing."))
        return AreaSeed(
            key=code or f"row {row.number}",
            parent_key=row.text("parent_code") or None,
            name=row.text("name"),
            level=_read_level(row),
            valid_from=_read_day(row, "valid_from") or self._default_from,
            valid_to=_read_day(row, "valid_to"),
            code=code or None,
            boundary=row.boundary,
            households=_read_count(row, "households"),
            population=_read_count(row, "population"),
        )

    def _refuse_double(self, seed: AreaSeed) -> None:
        if seed.code and self._codes[seed.code] > 1:
            raise CodeError(_("The code %(code)s stands in more than one row.") % {"code": seed.code})
        if seed.code in self._standing:
            raise CodeError(_("An area with the code %(code)s already exists.") % {"code": seed.code})
        if seed.parent_key is not None and seed.parent_key not in self._kept:
            raise PlacementError(
                _("The parent %(code)s is unknown: neither in the tree nor in a usable row of this file.")
                % {"code": seed.parent_key}
            )
        if (seed.parent_key, seed.name) in self._names:
            raise PlacementError(_("The parent already has an area called %(name)s.") % {"name": seed.name})

    def _sketch(self, seed: AreaSeed) -> Area:
        """Return the area that would be planted, judged by the rules every area is judged by."""
        sketch = Area(
            name=seed.name,
            level=seed.level,
            code=seed.code,
            parent=self._kept[seed.parent_key] if seed.parent_key else None,
            valid_from=seed.valid_from,
            valid_to=seed.valid_to,
            households=seed.households,
            population=seed.population,
        )
        rules.refuse_misfit(sketch)
        check_boundary(seed.boundary)
        return sketch


def _read_level(row: _Row) -> int:
    written = row.text("level").replace("/", "").replace("、", "").removesuffix(".0").lower()
    level = LEVEL_NAMES.get(written) or (int(written) if written.isdecimal() else 0)
    if level not in LEVEL_COLUMNS:
        raise PlacementError(
            _("The level %(level)s is unknown; known are %(known)s or 1 to 5.")
            % {"level": row.text("level"), "known": "、".join(WRITTEN_LEVELS.values())}
        )
    return int(level)


def _read_day(row: _Row, column: str) -> date | None:
    value = row.values.get(column)
    if isinstance(value, date):
        return getattr(value, "date", lambda: value)()
    written = row.text(column).replace("/", "-").replace(".", "-").replace("年", "-").replace("月", "-")
    if not written:
        return None
    parts = written.replace("日", "").split("-")
    try:
        day = parse_date("-".join(part.zfill(2) for part in parts))
    except ValueError:
        day = None
    if day is None:
        raise PlacementError(_("%(text)s isn't a date such as 2024-07-01.") % {"text": row.text(column)})
    return day


def _read_count(row: _Row, column: str) -> int | None:
    written = row.text(column).replace(",", "").removesuffix(".0")
    if not written:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        raise PlacementError(
            _("%(text)s isn't a whole number of people or households.") % {"text": row.text(column)}
        )
    return int(written)
