"""The systems sketched in docs/decisions/0003 load as packs, all together."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from zhenshu.ground.packs.loader import PackFile, check_files, load_file, load_text
from zhenshu.ground.packs.registry import SHIPPED
from zhenshu.ground.packs.schema import BLOCKS, LINES

PAGE = Path(__file__).parents[3] / "docs" / "decisions" / "0003-thirty-rows-as-packs.md"
SKETCHES = re.findall(
    r"^## (.+?)\n```yaml\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def files() -> list[PackFile]:
    sketched = [load_text(text, title) for title, text in SKETCHES]
    return check_files([load_file(SHIPPED / "base.yaml", shipped=True), *sketched], date(2024, 6, 1))


def test_every_sketch_is_a_sound_pack(files: list[PackFile]) -> None:
    assert [str(problem) for file in files for problem in file.problems] == []


def test_every_business_line_is_sketched(files: list[PackFile]) -> None:
    assert {file.key for file in files} == {*LINES, "base"}


def test_every_block_is_used(files: list[PackFile]) -> None:
    packs = [file.pack for file in files if file.pack]
    assert [block for block in BLOCKS if not any(getattr(pack, block) for pack in packs)] == []


def test_every_sketch_counts_something_or_decides_something(files: list[PackFile]) -> None:
    packs = [file.pack for file in files if file.pack and file.pack.pack != "base"]
    assert [pack.pack for pack in packs if not (pack.indicators or pack.draws)] == []
