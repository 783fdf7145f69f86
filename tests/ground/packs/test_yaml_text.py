"""YAML as packs read it."""

from __future__ import annotations

from datetime import date

import pytest

from zhenshu.ground.packs.yaml_text import MOST_VALUES, YamlProblem, compose, find_line, to_value


def read(text: str) -> object:
    return to_value(compose(text))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("on", "on"),
        ("no", "no"),
        ("true", True),
        ("~", None),
        ("007", "007"),
        ("12", 12),
        ("-1.5", -1.5),
        ("15 日", "15 日"),
        ("2022-05-01", date(2022, 5, 1)),
        ("2022-13-01", "2022-13-01"),
        ("'12'", "12"),
        ("1e3", "1e3"),
        ("0x10", "0x10"),
    ],
)
def test_a_plain_value_means_what_it_says(written: str, meant: object) -> None:
    assert read(f"a: {written}") == {"a": meant}


def test_keys_are_text() -> None:
    assert read("{yes: 是, 1: 一, 2022-01-01: 日}") == {"yes": "是", "1": "一", "2022-01-01": "日"}


def test_an_alias_repeats_its_anchor() -> None:
    assert read("a: &x {n: 1}\nb: *x") == {"a": {"n": 1}, "b": {"n": 1}}


def test_a_small_file_that_unfolds_without_end_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 8)]
    with pytest.raises(YamlProblem) as refused:
        read("\n".join(lines))
    assert (refused.value.kind, refused.value.facts["most"]) == ("yaml_size", MOST_VALUES)


def test_an_endless_alias_is_refused() -> None:
    with pytest.raises((YamlProblem, RecursionError)):
        read("a: &a [*a]")


def test_two_documents_are_refused() -> None:
    with pytest.raises(YamlProblem):
        compose("a: 1\n---\nb: 2\n")


def test_a_control_character_is_named_with_its_line() -> None:
    with pytest.raises(YamlProblem) as refused:
        compose("a: 1\nb: \x07\n")
    assert (refused.value.kind, refused.value.line) == ("yaml_character", 2)


def test_rare_characters_stay() -> None:
    assert read("name: 𠮷野🙂") == {"name": "𠮷野🙂"}


def test_the_line_of_a_place_or_of_what_is_above_it() -> None:
    root = compose("a:\n  b:\n    - {c: 1}\n    - {c: 2}\n")
    assert find_line(root, ("a", "b", 1, "c")) == 4
    assert find_line(root, ("a", "b", 1, "missing")) == 4
    assert find_line(root, ("a", "nothing", "below")) == 1
