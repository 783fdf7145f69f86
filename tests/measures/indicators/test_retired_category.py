"""A category is given up in mid-year: what lies under it still counts, nothing new comes in under it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.measures.indicators.conftest import Records

from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.tallies import build_missing, check
from zhenshu.registers.cases.errors import CaseInvalidError
from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db


def test_what_lies_under_it_counts_and_nothing_new_comes_in(records: Records, counts_pack: Path) -> None:
    build_missing()
    old = records.matter("2023-03-01", category="light")
    text = counts_pack.read_text(encoding="utf-8")
    named = "  light: {name: 路灯,"
    assert named in text
    retired = f"  light: {{retired_on: {date(2023, 6, 30)}, name: 路灯,"
    counts_pack.write_text(text.replace(named, retired), encoding="utf-8")
    forget_library()
    assert "counts" in library().packs, library().problems

    with pytest.raises(CaseInvalidError, match="2023-06-30"):
        records.matter("2023-07-01", category="light")
    records.take(old, "answer", "2023-07-02", by="officer", opinion="已修")
    assert evaluate("counts.matters.light", records.town.town, "2023").value == 1
    assert list(check()) == []
    assert Case.objects.count() == 1
