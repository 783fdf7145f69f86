"""Plausible values for the fields that no figure depends on: names, numbers, days, texts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from zhenshu.demo.like.recipes import ABSENT, GIVEN, Between, InYear
from zhenshu.demo.organisation import NameMaker
from zhenshu.ground.packs.base import FieldKind, FieldType

PEOPLE = 3000
FILLED = 0.65
PERSONS = ("人", "员", "长", "姓名", "主任", "书记", "业主", "法人", "代表", "医生", "教师", "指导")
SAMPLE_WORDS = ("按计划推进", "已登记在册", "情况属实", "由所在村协助", "资料齐全")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(slots=True)
class Sources:
    """Where references come from: ids by kind of dossier, offices, users, areas."""

    names: NameMaker
    rng: random.Random
    dossiers: dict[str, list[int]] = field(default_factory=dict)
    offices: list[int] = field(default_factory=list)
    users: list[int] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    filled: float = FILLED  # how often a field that may stay empty is filled

    def person(self) -> str:
        """Return an invented name; a township has some thousands of them, and people come again."""
        if len(self.known) < PEOPLE:
            self.known.append(self.names.person())
            return self.known[-1]
        return self.rng.choice(self.known)

    def next_number(self, series: str) -> int:
        """Return the next number of a series, so that names and codes never meet twice."""
        self.numbers[series] = self.numbers.get(series, 0) + 1
        return self.numbers[series]


def fill(
    fields: Mapping[str, FieldKind],
    assigned: Mapping[str, Any],
    own: Mapping[str, Any],
    *,
    day: date,
    pack: str,
    sources: Sources,
) -> dict[str, Any]:
    """Return values for *fields*: the assigned ones, the record's *own* (amounts, members), and made-up ones.

    *day* is when the record begins; days that no figure asks for lie near it.
    """
    found: dict[str, Any] = {}
    for name, kind in fields.items():
        if name in own:
            found[name] = own[name]
        elif name in assigned and assigned[name] is not GIVEN:
            if assigned[name] is not ABSENT:
                found[name] = _assigned(kind, assigned[name], day, sources)
        elif kind.required or assigned.get(name) is GIVEN or sources.rng.random() < sources.filled:
            found[name] = made_up(kind, day=day, pack=pack, sources=sources)
    return {name: value for name, value in found.items() if value is not None}


def _assigned(kind: FieldKind, value: Any, day: date, sources: Sources) -> Any:
    if isinstance(value, InYear):
        return day_in(value.year, day, sources.rng).isoformat()
    if isinstance(value, Between):
        return number_between(kind, value, sources.rng)
    return list(value) if isinstance(value, tuple) else value


def number_between(kind: FieldKind, stretch: Between, rng: random.Random) -> int | float:
    """Return a number of a stretch that fits the field: near its lower end where that is all there is."""
    low = float(stretch.low)
    high = float(stretch.high) if stretch.high is not None else low + max(low, 20)
    if kind.type is FieldType.INTEGER:
        return rng.randint(int(low), max(int(low), int(high)))
    return min(max(round(rng.uniform(low, high), 2), low), max(high, low))


def day_in(year: int, day: date, rng: random.Random) -> date:
    """Return a day of *year*: soon after *day* when that is in it, else any."""
    if day.year == year:
        return min(day + timedelta(days=rng.randrange(0, 20)), date(year, 12, 28))
    return date(year, 1, 5) + timedelta(days=rng.randrange(350))


def made_up(kind: FieldKind, *, day: date, pack: str, sources: Sources) -> Any:
    """Return a plausible value for one field, None where nothing fits."""
    if kind.type in _REFERENCES:
        return _reference(kind, pack, sources)
    if kind.type in (FieldType.DATE, FieldType.DATETIME):
        return (day + timedelta(days=sources.rng.randrange(0, 15))).isoformat()
    return _MAKERS[kind.type](kind, sources)


def _reference(kind: FieldKind, pack: str, sources: Sources) -> int | None:
    of = kind.of or ""
    full = of if "." in of else f"{pack}.{of}"
    pool = {
        FieldType.OFFICE: sources.offices,
        FieldType.USER: sources.users,
        FieldType.AREA: sources.areas,
        FieldType.DOSSIER: sources.dossiers.get(full, []),
    }[kind.type]
    return sources.rng.choice(pool) if pool else None


def _text(kind: FieldKind, sources: Sources) -> str:
    if kind.name.endswith(PERSONS):
        return sources.person()
    if kind.name.endswith(("号", "编号", "代码", "文号")):
        return f"澄〔示例〕{sources.next_number(kind.name):05d}号"
    return f"{kind.name}{sources.next_number(kind.name)}"


def _long_text(kind: FieldKind, sources: Sources) -> str:
    return f"{kind.name}：{sources.rng.choice(SAMPLE_WORDS)}。"


def _integer(kind: FieldKind, sources: Sources) -> int:
    low = int(kind.min or 0)
    high = int(kind.max) if kind.max is not None else low + 40
    return sources.rng.randint(max(low, min(1, high)), max(low, min(1, high), min(high, low + 60)))


def _decimal(kind: FieldKind, sources: Sources) -> float:
    low = kind.min or 0.0
    high = kind.max if kind.max is not None else low + 120
    return round(sources.rng.uniform(low, high), 1)


def _boolean(kind: FieldKind, sources: Sources) -> bool:
    return sources.rng.random() < 0.5


def _choice(kind: FieldKind, sources: Sources) -> str:
    return sources.rng.choice(list(kind.options))


def _choices(kind: FieldKind, sources: Sources) -> list[str]:
    return [sources.rng.choice(list(kind.options))]


def _phone(kind: FieldKind, sources: Sources) -> str:
    return sources.names.phone()


def _id_number(kind: FieldKind, sources: Sources) -> str:
    """Return a number of the region 99, which no place has, with a check digit that fits."""
    serial = sources.next_number("identity")
    body = f"990000{1950 + serial % 60}{1 + serial % 12:02d}{1 + serial % 28:02d}{serial % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % 11]


def _point(kind: FieldKind, sources: Sources) -> list[float]:
    return [
        round(120.37 + sources.rng.uniform(-0.04, 0.04), 6),
        round(32.86 + sources.rng.uniform(-0.03, 0.03), 6),
    ]


_REFERENCES = frozenset({FieldType.OFFICE, FieldType.USER, FieldType.AREA, FieldType.DOSSIER})
_MAKERS = {
    FieldType.TEXT: _text,
    FieldType.LONGTEXT: _long_text,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.MONEY: _decimal,
    FieldType.PERCENT: _decimal,
    FieldType.BOOLEAN: _boolean,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.PHONE: _phone,
    FieldType.ID_NUMBER: _id_number,
    FieldType.POINT: _point,
}
