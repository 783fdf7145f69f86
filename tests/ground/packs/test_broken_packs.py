"""Each refusal has a broken pack in `broken/`, named for it; `expected.tsv` says the line and the words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from zhenshu.ground.packs.loader import PackFile, check_files, load_file
from zhenshu.ground.packs.problems import SENTENCES, Problem
from zhenshu.ground.packs.registry import SHIPPED

BROKEN = Path(__file__).parent / "broken"
EXPECTED = [line.split("\t") for line in (BROKEN / "expected.tsv").read_text("utf-8").splitlines()]
# Refusals that one file alone cannot show; they are tested where their situation is built.
SHOWN_ELSEWHERE = {
    "unreadable", "too_large", "yaml_character", "yaml_size", "other", "same_version", "shipped_replaced",
    "field_gone", "office_absent", "test_shape", "test_failed",
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> list[PackFile]:
    """The shipped packs but one, so that a business line is known and not there."""
    return [load_file(path, shipped=True) for path in sorted(SHIPPED.glob("*.yaml")) if path.stem != "rivers"]


def problems_of(name: str, shipped: list[PackFile]) -> list[Problem]:
    checked = check_files([*shipped, load_file(BROKEN / f"{name}.yaml")], date(2024, 6, 1))
    return list(checked[-1].problems)


@pytest.mark.parametrize(("kind", "line", "words"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_a_broken_pack_says_what_where_and_how(
    kind: str, line: str, words: str, shipped: list[PackFile]
) -> None:
    problems = problems_of(kind, shipped)
    found = [problem for problem in problems if problem.kind == kind]
    assert found, [str(problem) for problem in problems]
    with translation.override("en"):
        text = found[0].text
    assert found[0].line == int(line), text
    assert [word for word in words.split("; ") if word not in text] == [], text


@pytest.mark.parametrize("kind", [row[0] for row in EXPECTED])
def test_a_broken_pack_is_not_usable_unless_it_only_waits(kind: str, shipped: list[PackFile]) -> None:
    checked = check_files([*shipped, load_file(BROKEN / f"{kind}.yaml")], date(2024, 6, 1))
    assert checked[-1].usable == (kind == "pack_absent")


def test_a_broken_pack_never_stops_the_others(shipped: list[PackFile]) -> None:
    broken = [load_file(path) for path in sorted(BROKEN.glob("*.yaml"))]
    checked = check_files([*shipped, *broken], date(2024, 6, 1))
    assert all(file.usable for file in checked[: len(shipped)])


def test_every_refusal_has_its_broken_pack() -> None:
    shown = {row[0] for row in EXPECTED}
    assert shown | SHOWN_ELSEWHERE == set(SENTENCES)
    assert shown == {path.stem for path in BROKEN.glob("*.yaml")}


def test_no_sentence_lacks_a_fact(shipped: list[PackFile]) -> None:
    """Every message and fix can be written out with the facts its problem carries."""
    for kind, _, _ in EXPECTED:
        for problem in problems_of(kind, shipped):
            assert "%(" not in problem.text
