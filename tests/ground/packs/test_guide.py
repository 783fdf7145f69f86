"""The examples of the guide are true."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from zhenshu.ground.packs.check import run
from zhenshu.ground.packs.conditions import CASE_FACTS, OPERATORS
from zhenshu.ground.packs.offices import office_keys
from zhenshu.ground.packs.registry import SHIPPED, read_library
from zhenshu.ground.packs.schema import BLOCKS, FieldType

TEXT = (Path(__file__).parents[3] / "docs" / "packs.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.+?)```", TEXT, re.DOTALL)
TESTS = next(example for example in EXAMPLES if example.startswith("tests:"))


def test_the_example_pack_passes_its_example_tests(
    tmp_path: Path,
) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "weather.yaml").write_text(EXAMPLES[0], encoding="utf-8")
    (tmp_path / "tests" / "weather.yaml").write_text(TESTS, encoding="utf-8")
    with (tmp_path / "out").open("w") as out:
        status = run([tmp_path / "weather.yaml"], out=out, day=date(2024, 6, 20))
    assert status == 0, (tmp_path / "out").read_text()


@pytest.mark.parametrize(
    "names",
    [
        [kind.value for kind in FieldType],
        list(CASE_FACTS.keys() - {"kind", "area", "office"}),
        list(BLOCKS),
        sorted({operator for row in OPERATORS.values() for operator in row} - {"is", "in", "has"}),
    ],
    ids=["field types", "facts", "blocks", "operators"],
)
def test_the_guide_names_everything(names: list[str]) -> None:
    assert [name for name in names if not re.search(rf"\b{name}\b", TEXT)] == []


def test_the_guide_names_every_office_key() -> None:
    keys = office_keys(read_library((SHIPPED,), date(2024, 6, 1)))
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", TEXT)] == []
