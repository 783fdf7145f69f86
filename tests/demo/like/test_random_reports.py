"""Reports drawn from the packs' own sentences: whatever they say together, the records add up to it."""

from __future__ import annotations

import random
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from zhenshu.demo.like import roundtrip
from zhenshu.demo.like.township import build_like, read
from zhenshu.ground.packs.registry import library
from zhenshu.measures.indicators.definitions import catalogue, quantities_in
from zhenshu.measures.indicators.tallies import check

NOW = datetime(2024, 3, 15, 16, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HEAD = "澄江镇2023年政府工作报告\n一、2023年工作回顾\n"
FIGURES = 16
ONE = re.compile(r"\{([a-z_0-9.]+)\}")
ANY = re.compile(r"\{[^}]*\}")


def clauses() -> list[tuple[str, str]]:
    """Return the clauses of the packs' review sentences that state one value, with its indicator."""
    found = []
    for pack in library().packs.values():
        for sentence in pack.sentences.review:
            for clause in re.split(r"[，。；\[\]、]", sentence):
                if len(ANY.findall(clause)) == 1 and (mark := ONE.search(clause)):
                    found.append((mark[1], clause))
    return found


def kinds_of(code: str) -> set[str]:
    """Return the kinds of record an indicator counts; a reported series has none but itself."""
    return {one.counted.full_code for one in quantities_in(catalogue().plan(code).node)} or {code}


def drawn_value(unit: str, rng: random.Random) -> str:
    """Return a number as a report would have it: rates with digits, money too, the rest whole."""
    if unit == "%":
        return rng.choice(["62.5", "88", "93.1", "97.45", "100"])
    return f"{rng.uniform(3, 900):.1f}" if unit in ("万元", "亿元") else str(rng.randint(3, 300))


def drawn_report(seed: int) -> tuple[str, dict[str, float]]:
    """Return a report, and the value of each indicator in it; no two figures speak of one kind of record."""
    rng = random.Random(seed)
    drawn, taken = {}, set()
    text = HEAD
    for code, clause in rng.sample(all_of := clauses(), len(all_of)):
        if len(drawn) < FIGURES and not kinds_of(code) & taken:
            value = drawn_value(catalogue().plan(code).kind.unit, rng)
            drawn[code] = float(value)
            taken |= kinds_of(code)
            text += ONE.sub(value, clause) + "。\n"
    return text, drawn


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [3, 14, 159])
def test_figures_of_different_records_all_come_out_equal(seed, tmp_path):
    text, drawn = drawn_report(seed)
    path = tmp_path / "report.txt"
    path.write_text(text, encoding="utf-8")
    with transaction.atomic():
        built = build_like(read(path), seed=seed, password="Cj-abcdef12", now=NOW)
        lines = roundtrip.compare_figures(built)
        assert built.refused == []
        assert check() == []
        transaction.set_rollback(True)
    read_well = [line for line in lines if line.indicator in drawn and drawn[line.indicator] == line.value]
    assert len(read_well) >= FIGURES * 3 // 4
    unequal = [one for one in read_well if one.outcome != "equal"]
    assert [(one.quote, one.indicator, one.composed, one.why) for one in unequal] == []
    assert [line.quote for line in lines if line.outcome == "differs"] == []
