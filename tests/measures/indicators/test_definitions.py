"""Plans of indicators: what they rest on, when they count as changed, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.ground.packs.schema import Pack
from zhenshu.measures.indicators.definitions import (
    Added,
    Computed,
    Quotient,
    Series,
    catalogue,
    compile_plan,
    quantities_in,
    series_in,
)
from zhenshu.measures.indicators.errors import DefinitionError


@dataclass
class Shelf:
    """Packs that no loader has looked at."""

    packs: Mapping[str, Pack]
    absent: frozenset[str] = frozenset()

    @property
    def indicators(self) -> dict[str, object]:
        return {code: one for pack in self.packs.values() for code, one in pack.indicators.items()}


def shelf(**indicators: object) -> Shelf:
    raw = {
        "pack": "raw", "name": "试", "effective": "2020-01-01",
        "cases": {"matter": {"name": "事项", "fields": {"people": {"name": "人", "type": "integer"}}}},
        "dossiers": {"firm": {"name": "企业", "title": "name", "fields": {"name": {"name": "名称"}}}},
        "indicators": {f"raw.{key}": value for key, value in indicators.items()},
    }  # fmt: skip
    return Shelf({"raw": Pack.model_validate(raw)})


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("counts.matters", Added), ("counts.matters.open", Added), ("counts.matters.web_share", Quotient),
        ("counts.matters.people_each", Quotient), ("counts.matters.cost_each", Computed),
        ("counts.revenue", Series),
    ],
)  # fmt: skip
def test_every_form_has_its_plan(code: str, form: type) -> None:
    assert isinstance(catalogue().plan(code).node, form)


def test_every_indicator_of_the_shipped_packs_compiles() -> None:
    assert catalogue().problems == {}
    assert set(catalogue().plans) == set(library().indicators)


def test_equal_quantities_are_one_part() -> None:
    plans = catalogue().plans
    share = {one.digest for one in quantities_in(plans["counts.matters.web_share"].node)}
    whole = {one.digest for one in quantities_in(plans["counts.matters"].node)}
    assert whole < share


def test_a_formula_rests_on_records_and_reports() -> None:
    node = catalogue().plan("counts.revenue_each").node
    assert [one.code for one in series_in(node)] == ["counts.revenue"]
    assert [one.counted.full_code for one in quantities_in(node)] == ["counts.firm"]


def test_a_version_changes_with_everything_below_it(counts_pack) -> None:
    codes = ("counts.matters.cost_each", "counts.matters.people", "counts.matters")
    before = {code: catalogue().plan(code).version for code in codes}
    text = counts_pack.read_text(encoding="utf-8")
    changed = text.replace("where: {channel: [phone, web]}", "where: {channel: phone}")
    assert changed != text
    counts_pack.write_text(changed, encoding="utf-8")
    forget_library()
    after = {code: catalogue().plan(code).version for code in codes}
    assert [before[code] == after[code] for code in codes] == [False, True, True]


def test_a_name_does_not_change_the_version(counts_pack) -> None:
    before = catalogue().plan("counts.matters").version
    text = counts_pack.read_text(encoding="utf-8")
    counts_pack.write_text(text.replace("name: 事项数", "name: 事项总数"), encoding="utf-8")
    forget_library()
    assert catalogue().plan("counts.matters").version == before


@pytest.mark.parametrize(
    ("indicators", "said"),
    [
        (
            {"a": {"name": "甲", "formula": "raw.b + 1"}, "b": {"name": "乙", "formula": "raw.a * 2"}},
            "raw.a → raw.b → raw.a",
        ),
        ({"a": {"name": "甲", "formula": "raw.a / 2"}}, "raw.a → raw.a"),
        ({"a": {"name": "甲", "formula": "raw.nothing * 2"}}, "raw.nothing"),
        ({"a": {"name": "甲", "formula": "open('x')"}}, "open"),
        ({"a": {"name": "甲", "count": "nothing"}}, "nothing"),
        ({"a": {"name": "甲", "sum": "matter.height"}}, "height"),
        ({"a": {"name": "甲", "sum": "firm.name"}}, "name"),
        ({"a": {"name": "甲", "share": ["matter.flown", "matter"]}}, "flown"),
        ({"a": {"name": "甲", "distinct": "firm.village"}}, "village"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_what_cannot_be_counted_is_refused_with_its_place(indicators: dict[str, object], said: str) -> None:
    with pytest.raises(DefinitionError, match=r"raw\.") as refused:
        compile_plan("raw.a", shelf(**indicators))  # type: ignore[arg-type]
    assert said in str(refused.value)
    assert refused.value.fix
