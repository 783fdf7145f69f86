"""What the book of the first year says: see ``yearbook.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from zhenshu.demo.targets import FIRST_YEAR

DAY = "day"  # stands for some day of the year


@lru_cache(maxsize=1)
def book() -> Mapping[str, Any]:
    """Return what is written in ``yearbook.yaml``."""
    source = files("zhenshu.demo.lines").joinpath("yearbook.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(source))


@lru_cache(maxsize=1)
def told_kinds() -> frozenset[str]:
    """Return the kinds of which the first year has exactly what the book says."""
    return frozenset(row["kind"] for part in ("records", "readings") for row in book()[part])


def enterprise_values(place: int) -> dict[str, Any]:
    """Return what the book says of the enterprise at a place of the list."""
    found: dict[str, Any] = {}
    for row in book()["enterprises"]:
        if row["from"] <= place < row["from"] + row["n"]:
            day = date(FIRST_YEAR, 1 + place % 12, 3 + place % 24).isoformat()
            found |= {name: day if value == DAY else str(value) for name, value in row["set"].items()}
            for name, value in row.get("add", {}).items():
                found[name] = [*found.get(name, []), value]
    return found
