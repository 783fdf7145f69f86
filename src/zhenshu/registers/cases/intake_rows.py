"""One row of a foreign sheet read as a matter: new, or with its answer and end when the row tells them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.addresses import find_area_in_text
from zhenshu.ground.areas.coordinates import CoordinateSystem, to_wgs84
from zhenshu.ground.areas.geometry import locate
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.tables import Row
from zhenshu.registers.cases.columns import Columns
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.errors import CaseInvalidError
from zhenshu.registers.cases.histories import Past
from zhenshu.registers.cases.sheets import is_empty, tidy_line, tidy_text
from zhenshu.registers.references import ReferenceProblem, References
from zhenshu.registers.spelled_dates import SpellingError, parse_moment

# An address that names an area by its full name is as good as a column for it; less is only a suggestion.
SURE_ADDRESS = 0.85
TITLE_FROM_TEXT = 40
STATES_ENDED = frozenset({"closed", "archived"})
# Spoken answers to the call-back, behind those that the pack lists.
SAID: Mapping[str, Mapping[str, str]] = {
    "solved": {
        "是": "yes", "已解决": "yes", "解决": "yes", "部分解决": "partly", "否": "no", "未解决": "no",
        "无法联系": "unreached",
    },
    "satisfied": {
        "是": "yes", "满意": "yes", "非常满意": "yes", "基本满意": "mostly", "否": "no", "不满意": "no",
        "无法联系": "unreached",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is taken in. Rows that name no area go to *default_area*.

    *forgiving*: also rows that name an area nobody knows here, since somebody chose the area for the file.
    *crs* says in which coordinates points are written.
    """

    kind: CaseKind
    columns: Columns
    source: str
    default_area: int | None = None
    forgiving: bool = False
    crs: CoordinateSystem = "wgs84"


@dataclass(frozen=True, slots=True)
class Told:
    """What one row tells: a new matter or one of the past, and the number it has where it comes from."""

    row: Row
    matter: Draft | Past

    @property
    def draft(self) -> Draft:
        return self.matter.draft if isinstance(self.matter, Past) else self.matter


@dataclass
class RowReader:
    """Reads the rows of one file; *notes* counts what was read otherwise than written."""

    plan: Plan
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)
    references: References = field(default_factory=References)

    def __post_init__(self) -> None:
        self._by_key: dict[str, list[str]] = defaultdict(list)
        for heading, keys in self.plan.columns.mapping.items():
            for key in keys:
                self._by_key[key].append(heading)
        self._field_keys = [key for key in self._by_key if key.startswith("fields.")]
        self._paths = _paths_by_name(self.plan.kind)

    def read(self, row: Row) -> Told:
        """Return what *row* tells; raise CaseInvalidError with a sentence per thing that can't be right."""
        problems: dict[str, str] = {}
        moments = {
            key: self._moment(row, key, problems)
            for key in ("reported_at", "opened_at", "answered_at", "closed_at")
        }
        draft = self._draft(row, moments, problems)
        matter = self._past(row, draft, moments, problems)
        if problems:
            raise CaseInvalidError(problems)
        return Told(row, matter)

    # ── the matter ──

    def _draft(
        self,
        row: Row,
        moments: Mapping[str, datetime | None],
        problems: dict[str, str],
    ) -> Draft:
        description = self._text(row, "description")
        lon, lat = self._point(row)
        return Draft(
            kind=self.plan.kind.full_code,
            title=self._line(row, "title") or _head(description) or self.plan.kind.name,
            area=self._area(row, lon, lat, problems),
            description=description,
            category=self._category(row),
            channel=self._channel(row),
            priority=self._priority(row),
            address="，".join(dict.fromkeys(self._lines(row, "address"))),
            lon=lon,
            lat=lat,
            reporter_name=self._line(row, "reporter_name"),
            reporter_phone=self._line(row, "reporter_phone"),
            office=self._office(row),
            source=self.plan.source,
            source_number=self.number_of(row) or fingerprint_of(row, self.plan.columns),
            reported_at=moments["reported_at"],
            received_at=moments["opened_at"] or moments["reported_at"],
            fields=self._fields(row),
        )

    def _past(
        self,
        row: Row,
        draft: Draft,
        moments: Mapping[str, datetime | None],
        problems: dict[str, str],
    ) -> Draft | Past:
        """Return the matter with its end, if the row tells of one.

        Only what is dated is judged: an answer with its day says nothing of when the office signed for the
        matter or called the person, so those clocks are left out.
        """
        answer = self._text(row, "answer")
        said = {key: self._said(row, key, problems) for key in ("solved", "satisfied")}
        ended = moments["closed_at"] or moments["answered_at"]
        if ended is None:
            self._refuse_undated(row, answer, said, problems)
            return draft
        reached = {"answered": moments["answered_at"] or ended}
        if any(said.values()):
            reached["called_back"] = ended
        reached["closed"] = ended
        return Past(
            draft,
            reached,
            office=draft.office,
            answer=answer,
            solved=said["solved"] or "unreached",
            satisfied=said["satisfied"] or "unreached",
        )

    def _refuse_undated(
        self, row: Row, answer: str, said: Mapping[str, str], problems: dict[str, str]
    ) -> None:
        """An end without a day can't be judged; it is left to a person and not guessed."""
        state = self.plan.columns.values.get("state", {}).get(self._line(row, "state"), "")
        if "answered_at" in problems or "closed_at" in problems:
            return
        if answer or any(said.values()) or state in STATES_ENDED:
            problems["answered_at"] = _("The row tells how the matter ended, but not on which day.")

    # ── cells by what they hold ──

    def _cells(self, row: Row, key: str) -> list[Any]:
        if key not in self._by_key:
            return []
        cells = (row.cells.get(heading) for heading in self._by_key[key])
        return [cell for cell in cells if not is_empty(cell)]

    def _lines(self, row: Row, key: str) -> list[str]:
        return [line for cell in self._cells(row, key) if (line := tidy_line(cell))]

    def _line(self, row: Row, key: str) -> str:
        return next(iter(self._lines(row, key)), "")

    def number_of(self, row: Row) -> str:
        """Return the number where the row comes from; 2549.0 is how some programs save the number 2549."""
        line = self._line(row, "number")
        return line[:-2] if line.endswith(".0") and line[:-2].isdigit() else line

    def _text(self, row: Row, key: str) -> str:
        return "\n".join(dict.fromkeys(tidy_text(cell) for cell in self._cells(row, key)))

    def _moment(self, row: Row, key: str, problems: dict[str, str]) -> datetime | None:
        for cell in self._cells(row, key):
            try:
                return parse_moment(cell.strip() if isinstance(cell, str) else cell)
            except SpellingError as error:
                problems[key] = str(error)
        return None

    def _point(self, row: Row) -> tuple[Any, Any]:
        """Return the point in WGS84; what is no point is left as it stands, to be refused with the rest."""
        lon, lat = (next(iter(self._cells(row, key)), None) for key in ("lon", "lat"))
        try:
            return to_wgs84(float(lon), float(lat), self.plan.crs)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return lon, lat

    def _area(self, row: Row, lon: Any, lat: Any, problems: dict[str, str]) -> int:
        """Return the area a row names, its point lies in or its address spells out, else that of the file."""
        named = self._lines(row, "area")
        wrong: dict[str, str] = {}
        found = (
            self._named_area(named, wrong)
            or _area_around(lon, lat, wrong)
            or _sure_area("".join([*named, *self._lines(row, "address")]))
        )
        if found is not None:
            return found
        if self.plan.default_area is None:
            wrong.setdefault("area", _("The row names no area, and no area was chosen for the file."))
        elif not wrong or self.plan.forgiving:
            self.notes["area", ""] += 1
            return self.plan.default_area
        problems |= wrong
        return 0

    def _named_area(self, named: list[str], problems: dict[str, str]) -> int | None:
        """Try the names as one path down the tree, then the narrowest alone."""
        for text in ("/".join(named), *reversed(named)) if named else ():
            try:
                return self.references.find("area", text)
            except ReferenceProblem as problem:
                problems["area"] = str(problem)
        return None

    def _office(self, row: Row) -> int | None:
        for line in self._lines(row, "office"):
            try:
                return self.references.find("office", line)
            except ReferenceProblem:
                self.notes["office", line[:40]] += 1
        return None

    # ── words of the kind ──

    def _category(self, row: Row) -> str:
        """Return the category a row names; one that is not ours is left open, to be suggested and chosen."""
        text = self._line(row, "category")
        if not text:
            return ""
        found = self._find_category(text)
        if not found:
            self.notes["category", text[:40]] += 1
        return found

    def _find_category(self, text: str) -> str:
        written = self.plan.columns.values.get("category", {})
        parts = [text]
        for separator in self.plan.columns.separators:
            parts = [piece for part in parts for piece in part.split(separator)]
        for part in (text, *reversed([part.strip() for part in parts])):
            found = written.get(part) or self._paths.get(part)
            if found:
                return found
        return ""

    def _channel(self, row: Row) -> str:
        text, channels = self._line(row, "channel"), self.plan.kind.channels
        found = self._key_of("channel", text, channels)
        if text and found not in channels:
            self.notes["channel", text[:40]] += 1
            return ""
        return found

    def _priority(self, row: Row) -> str:
        """Return the priority; an unknown one is refused with the others, since clocks hang on it."""
        return self._key_of("priority", self._line(row, "priority"), self.plan.kind.priorities) or "normal"

    def _key_of(self, key: str, text: str, names: Mapping[str, str]) -> str:
        by_name = {name: code for code, name in names.items()}
        return self.plan.columns.values.get(key, {}).get(text) or by_name.get(text) or text

    def _said(self, row: Row, key: str, problems: dict[str, str]) -> str:
        text = self._line(row, key)
        codes = {**SAID[key], **self.plan.columns.values.get(key, {})}
        code = codes.get(text, text)
        if text and code not in codes.values():
            words = {"value": text[:40], "allowed": "、".join(codes)}
            problems[key] = _("“%(value)s” is not among %(allowed)s.") % words
        return code

    def _fields(self, row: Row) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in self._field_keys:
            for cell in self._cells(row, key)[:1]:
                value = tidy_text(cell) if isinstance(cell, str) else cell
                written = self.plan.columns.values.get(key, {})
                found[key.removeprefix("fields.")] = (
                    written.get(value, value) if isinstance(value, str) else value
                )
        return found


def _head(description: str) -> str:
    """Return the first sentence of a text as its title."""
    line = description.partition("\n")[0]
    ends = [at for mark in "。！？!?；;" if (at := line.find(mark)) > 0]
    sentence = line[: min(ends)] if ends else line
    return sentence if len(sentence) <= TITLE_FROM_TEXT else f"{sentence[: TITLE_FROM_TEXT - 1]}…"


def _area_around(lon: Any, lat: Any, wrong: dict[str, str]) -> int | None:
    """Return the area a point lies in; a point outside is told, what is no point other rules refuse."""
    if not (isinstance(lon, float) and isinstance(lat, float)):
        return None
    found = locate(lon, lat)
    if found is None:
        words = {"lon": lon, "lat": lat}
        wrong["lon"] = _("The point %(lon)s, %(lat)s lies outside this township.") % words
    return found


def _sure_area(text: str) -> int | None:
    """Return the one area that *text* names in full."""
    sure = [found for found in find_area_in_text(text) if found.confidence >= SURE_ADDRESS] if text else []
    return sure[0].area_id if len(sure) == 1 else None


def _paths_by_name(kind: CaseKind) -> dict[str, str]:
    """Return the categories in use by path, number and name; a name that stands twice names none."""
    today = timezone.localdate()
    usable = {
        path: category
        for path, category in kind.category_paths()
        if category.retired_on is None or category.retired_on > today
    }
    names = Counter(category.name for category in usable.values())
    found = {category.name: path for path, category in usable.items() if names[category.name] == 1}
    found |= {category.number: path for path, category in usable.items() if category.number}
    return found | {path: path for path in usable}


def fingerprint_of(row: Row, columns: Columns) -> str:
    """Return what tells this row from every other: a hash of what its mapped cells say."""
    said = {
        heading: tidy_text(row.cells.get(heading))
        for heading in sorted(columns.headings)
        if not is_empty(row.cells.get(heading))
    }
    return f"#{sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:32]}"
