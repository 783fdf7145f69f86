"""What a heading holds: guessed from the packs, corrected by a person, remembered for files of that shape."""

from __future__ import annotations

import pytest

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import Actor
from zhenshu.ground.packs.case_checks import IMPORT_TARGETS
from zhenshu.ground.packs.registry import library
from zhenshu.registers.cases.columns import KEPT, ColumnError, choose_columns, remember_columns

pytestmark = pytest.mark.django_db
CLERK = Actor(7, "白砚")
BOARD = ["留言编号", "留言主题", "留言时间", "留言详情"]


@pytest.fixture
def ticket(town):
    return library().case_kind("hotline.ticket")


def test_the_best_shape_of_the_pack_is_found(ticket):
    columns = choose_columns(BOARD, ticket)
    assert columns.shape.code == "board"
    assert columns.mapping["留言主题"] == ("title",)


def test_one_column_may_hold_two_things(ticket):
    columns = choose_columns(["工单编号", "问题描述", "接收时间"], ticket)
    assert columns.mapping["工单编号"] == ("number", "fields.ticket_number")


def test_names_of_fields_and_general_words_are_known(ticket):
    columns = choose_columns(["主题", "手机号", "签发人", "签发者"], ticket)
    assert [columns.mapping[h] for h in columns.headings] == [
        ("title",),
        ("reporter_phone",),
        ("fields.signed_by",),
        (),
    ]
    assert columns.unused == ("签发者",)


@pytest.mark.parametrize(
    "code", [kind for kind in sorted(library().case_kinds) if library().case_kinds[kind].imports]
)
def test_every_declared_shape_is_read_as_declared(code):
    """Each heading of each shape we ship finds what the pack says it holds."""
    kind = library().case_kind(code)
    for shape in kind.imports.values():
        headings = list(dict.fromkeys(name for names in shape.columns.values() for name in names))
        columns = choose_columns(headings, kind)
        for key, names in columns.shape.columns.items():
            if key in KEPT or key.startswith("fields."):
                assert all(key in columns.mapping[name] for name in names if name in columns.mapping)


def test_what_is_kept_can_be_declared_in_packs():
    assert set(KEPT) <= set(IMPORT_TARGETS)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"没有": "title"}, "no column"),
        ({"留言主题": "headline"}, "can't hold"),
        ({"留言主题": "due_at"}, "can't hold"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(ticket, given, words, in_english):
    with pytest.raises(ColumnError, match=words):
        choose_columns(BOARD, ticket, given)


def test_a_file_that_tells_nothing_is_refused(ticket, in_english):
    with pytest.raises(ColumnError, match="what the matter is"):
        choose_columns(["甲", "乙"], ticket)


def test_a_choice_is_remembered_for_files_of_the_same_headings(ticket):
    chosen = choose_columns(BOARD, ticket, {"留言主题": ["title", "fields.enterprise"], "留言时间": ""})
    assert remember_columns(chosen, ticket, by=CLERK)
    again = choose_columns(list(reversed(BOARD)), ticket)
    assert (again.origin, again.mapping) == ("remembered", chosen.mapping)
    assert choose_columns([*BOARD, "答复意见"], ticket).origin == "guessed"


def test_a_choice_by_field_code_is_understood(ticket):
    assert choose_columns(BOARD, ticket, {"留言主题": "enterprise"}).mapping["留言主题"] == (
        "fields.enterprise",
    )


def test_the_ledger_tells_who_chose_and_only_when_something_changed(ticket):
    columns = choose_columns(BOARD, ticket)
    assert [remember_columns(columns, ticket, by=CLERK) for _twice in range(2)] == [True, False]
    entry = Entry.objects.get(subject_kind="cases.columns")
    assert (entry.actor_name, entry.note, entry.changes["columns.留言主题"]) == (
        "白砚",
        "hotline.ticket",
        [None, ["title"]],
    )
