"""Which column of a foreign sheet holds what: guessed from the packs, corrected by a person, remembered.

What was decided for a shape of file, its kind of matter and its headings, stands in the ledger; the next
file of that shape is read the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.ledger.record import Actor, Change, record_many
from zhenshu.ground.packs.schema import CaseKind, ImportShape
from zhenshu.ground.tables import TableError, heading_text

SUBJECT, ACTION = "cases.columns", "intake.columns"

# What an intake keeps of a matter besides the fields of its kind; `case_checks.IMPORT_TARGETS` names more.
KEPT = (
    "number", "title", "description", "category", "channel", "priority", "reported_at", "opened_at",
    "closed_at", "reporter_name", "reporter_phone", "address", "area", "office", "lon", "lat", "answer",
    "answered_at", "solved", "satisfied", "state",
)  # fmt: skip

# Headings that mean the same in every line of work, behind those that a pack declares.
GENERAL: Mapping[str, tuple[str, ...]] = {
    "number": ("编号", "工单编号", "工单号", "受理编号", "案件编号", "source_number"),
    "title": ("标题", "主题", "问题标题", "事件名称"),
    "description": ("内容", "主要内容", "描述", "问题描述", "详情", "情况说明", "诉求内容"),
    "category": ("分类", "类别", "问题分类", "事件类型"),
    "channel": ("来源", "渠道", "信息来源"),
    "priority": ("紧急程度", "优先级"),
    "reported_at": ("上报时间", "发现时间"),
    "opened_at": ("受理时间", "接收时间", "登记时间", "时间", "日期", "received_at"),
    "closed_at": ("办结时间", "办结日期", "结案时间"),
    "reporter_name": ("姓名", "联系人", "来电人", "诉求人", "反映人"),
    "reporter_phone": ("电话", "联系电话", "手机", "手机号", "来电号码"),
    "address": ("地址", "地点", "事发地址", "位置", "发生地点"),
    "area": (
        "区域", "所属区域", "区域代码", "镇街", "村(社区)", "村（社区）", "村社区", "村/社区",
        "所属村", "所属社区", "村", "社区", "所属网格", "网格", "微网格",
    ),
    "office": ("承办单位", "办理单位", "责任单位", "处置单位"),
    "lon": ("经度", "lng", "longitude"),
    "lat": ("纬度", "latitude"),
    "answer": ("办理结果", "办理情况", "回复内容", "答复意见", "处理结果"),
    "answered_at": ("回复时间", "答复时间", "反馈时间", "处理时间"),
    "solved": ("是否解决",),
    "satisfied": ("是否满意", "满意度"),
    "state": ("状态", "工单状态"),
}  # fmt: skip

Mapped = dict[str, tuple[str, ...]]


class ColumnError(TableError):
    """The columns of a file can't be understood; the text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What each heading holds (``留言主题: (title,)``), and how written values are to be read.

    *shape* is the pack's import shape that fits best, None when none does; *origin* tells how the mapping
    was found: guessed, remembered or given.
    """

    mapping: Mapped
    shape: ImportShape | None
    values: Mapping[str, Mapping[str, str]]
    origin: str
    headings: tuple[str, ...]

    @property
    def separators(self) -> tuple[str, ...]:
        return self.shape.separators if self.shape else ImportShape.model_fields["separators"].default

    @property
    def unused(self) -> tuple[str, ...]:
        """Headings whose cells are not taken in."""
        return tuple(heading for heading in self.headings if not self.mapping.get(heading))

    def headings_of(self, key: str) -> tuple[str, ...]:
        return tuple(heading for heading, keys in self.mapping.items() if key in keys)


def choose_columns(
    headings: Sequence[str], kind: CaseKind, given: Mapping[str, str | Sequence[str]] | None = None
) -> Columns:
    """Return what the headings hold: as *given*, else as remembered for this shape of file, else as guessed.

    *given* maps a heading to what it holds, to several things, or to nothing; headings it leaves out are
    looked up as usual. Raise ColumnError when it names what is not there.
    """
    ordered = [heading_text(heading) for heading in headings]
    shape = best_shape(ordered, kind)
    remembered = recall_columns(ordered, kind)
    mapping = guess_columns(ordered, kind, shape) if remembered is None else remembered
    if given:
        mapping = mapping | _checked(given, ordered, kind)
    origin = "given" if given else "guessed" if remembered is None else "remembered"
    found = Columns(mapping, shape, values_read_as(kind, shape), origin, tuple(ordered))
    if not (found.headings_of("title") or found.headings_of("description") or _says_itself(kind, found)):
        words = {"headings": "、".join(headings)[:300]}
        raise ColumnError(_("No column tells what the matter is. The columns are: %(headings)s.") % words)
    return found


def _says_itself(kind: CaseKind, columns: Columns) -> bool:
    """Tell whether at least one required field of the kind has a column: kinds without free text."""
    return any(columns.headings_of(f"fields.{key}") for key, field in kind.fields.items() if field.required)


def best_shape(headings: Sequence[str], kind: CaseKind) -> ImportShape | None:
    """Return the import shape that knows the most of these headings, at least two."""
    there = set(headings)

    def known(shape: ImportShape) -> int:
        return len(there & {heading_text(name) for names in shape.columns.values() for name in names})

    best = max(kind.imports.values(), key=known, default=None)
    return best if best is not None and known(best) > 1 else None


def guess_columns(headings: Sequence[str], kind: CaseKind, shape: ImportShape | None) -> Mapped:
    """Return what each heading holds by the pack's shape, else by the fields' names, else in general."""
    by_shape = _by_heading(shape.columns if shape else {}, kind)
    by_field = _by_heading(
        {f"fields.{key}": (f.name, *f.aliases, key, f"fields.{key}") for key, f in kind.fields.items()}, kind
    )
    general = _by_heading({key: (*names, key) for key, names in GENERAL.items()}, kind)
    mapping: Mapped = {}
    for heading in headings:
        keys = by_shape.get(heading) or by_field.get(heading) or general.get(heading) or ()
        mapping[heading] = tuple(keys)
    return mapping


def _by_heading(named: Mapping[str, Iterable[str]], kind: CaseKind) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, names in named.items():
        if key in KEPT or key.removeprefix("fields.") in kind.fields:
            for name in names:
                found.setdefault(heading_text(name), []).append(key)
    return found


def values_read_as(kind: CaseKind, shape: ImportShape | None) -> dict[str, dict[str, str]]:
    """Return how written values are read: by the best shape, behind it by the kind's other shapes."""
    merged: dict[str, dict[str, str]] = {}
    for one in (*kind.imports.values(), *([shape] if shape else [])):
        for key, table in one.values.items():
            merged[key] = merged.get(key, {}) | table
    return merged


def _checked(given: Mapping[str, str | Sequence[str]], headings: Sequence[str], kind: CaseKind) -> Mapped:
    allowed = {*KEPT, *(f"fields.{key}" for key in kind.fields)}
    checked: Mapped = {}
    for raw, told in given.items():
        heading = heading_text(raw)
        if heading not in headings:
            words = {"heading": raw, "headings": "、".join(headings)[:300]}
            raise ColumnError(_("There is no column “%(heading)s”. The columns are: %(headings)s.") % words)
        keys = [told] if isinstance(told, str) else list(told)
        keys = [f"fields.{key}" if key in kind.fields and key not in KEPT else key for key in keys if key]
        unknown = next((key for key in keys if key not in allowed), None)
        if unknown is not None:
            words = {"key": unknown, "allowed": "、".join(sorted(allowed))}
            raise ColumnError(_("A column can't hold “%(key)s”. It can hold: %(allowed)s.") % words)
        checked[heading] = tuple(keys)
    return checked


# ── memory ────────────────────────────────────────────────────────────────────────────────────────────


def shape_number(headings: Sequence[str], kind: CaseKind) -> int:
    """Return the number under which the ledger knows this shape of file, whatever the order of columns."""
    told = "\n".join([kind.full_code, *sorted(map(heading_text, headings))])
    return int.from_bytes(sha256(told.encode()).digest()[:6])


def recall_columns(headings: Sequence[str], kind: CaseKind) -> Mapped | None:
    """Return the mapping last used for this shape of file, or None when there was none."""
    last = entries_of(SUBJECT, shape_number(headings, kind)).last()
    if last is None:
        return None
    stored: dict[str, Any] = {name.partition(".")[2]: pair[1] for name, pair in last.changes.items()}
    allowed = {*KEPT, *(f"fields.{key}" for key in kind.fields)}
    return {
        heading: tuple(key for key in stored.get(heading) or () if key in allowed) for heading in headings
    }


def remember_columns(columns: Columns, kind: CaseKind, *, by: Actor) -> bool:
    """Write the mapping into the ledger unless it stands there; return whether it was new."""
    if recall_columns(columns.headings, kind) == columns.mapping:
        return False
    told = {heading: list(keys) for heading, keys in columns.mapping.items()}
    number = shape_number(columns.headings, kind)
    with transaction.atomic():
        record_many(by, [Change(ACTION, SUBJECT, number, None, None, {"columns": told}, kind.full_code)])
    return True
