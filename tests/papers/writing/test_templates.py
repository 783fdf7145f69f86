"""A pack's sentence stands with the figures that exist, and falls with the ones it needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.packs.registry import library
from zhenshu.papers.writing.templates import Bracketed, Slot, read_template, slots_in, standing

TEXT = "共接待{a.x}批{a.y}人次[，其中约访{a.z}批[（{a.w}%）]]。"


def words(text, *codes):
    known = [Slot(*code.split(":")) for code in codes]
    left = standing(read_template(text), known)
    return None if left is None else "".join(p if isinstance(p, str) else p.code[-1] for p in left)


def test_parts_of_a_sentence():
    parts = read_template("{a.x:growth}%[，{a.y}件]。")
    assert parts == (Slot("a.x", "growth"), "%", Bracketed(("，", Slot("a.y"), "件")), "。")


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("a.x", "a.y", "a.z", "a.w"), "共接待x批y人次，其中约访z批（w%）。"),
        (("a.x", "a.y", "a.z"), "共接待x批y人次，其中约访z批。"),
        (("a.x", "a.y", "a.w"), "共接待x批y人次。"),
        (("a.x",), None),
        ((), None),
    ],
)
def test_only_what_exists_stands(codes, expected):
    assert words(TEXT, *codes) == expected


def test_a_sentence_of_optional_parts_falls_with_the_last():
    assert words("[调解{a.x}件。]") is None
    assert words("[调解{a.x}件][，成功{a.y}件]。", "a.y") == "成功y件。"


def test_a_part_left_out_leaves_no_comma_behind():
    template = read_template("[甲{a.a}件][，乙{a.b}件]。[丙{a.c}件][，丁{a.d}件]。")
    assert standing(template, [Slot("a.b"), Slot("a.d")]) == [
        "乙", Slot("a.b"), "件", "。", "丁", Slot("a.d"), "件", "。",
    ]  # fmt: skip
    assert standing(template, [Slot("a.a"), Slot("a.b"), Slot("a.c")])[3] == "，乙"


def test_a_view_is_a_figure_of_its_own():
    assert words("增长{a.x:growth}%。", "a.x") is None
    assert words("增长{a.x:growth}%。", "a.x:growth") == "增长x%。"


def test_words_without_figures_stand_by_themselves():
    assert words("扎实推进各项工作。") == "扎实推进各项工作。"


def test_every_shipped_sentence_states_all_its_figures_when_they_exist():
    for pack in library().packs.values():
        for text in (*pack.sentences.review, *pack.sentences.plan):
            parts = read_template(text)
            left = standing(parts, slots_in(parts))
            assert left is not None
            assert [one for one in left if isinstance(one, Slot)] == list(slots_in(parts))


@given(st.lists(st.sampled_from(["[", "]", "{a.x}", "{a.y:last}", "字", "。"]), max_size=12))
def test_reading_keeps_every_word_and_figure(tokens):
    depth = 0
    for token in tokens:
        depth += {"[": 1, "]": -1}.get(token, 0)
        if depth < 0:
            return
    if depth:
        return
    parts = read_template("".join(tokens))
    assert len(list(slots_in(parts))) == sum(token.startswith("{") for token in tokens)
