"""What may be entered into the fields that packs declare."""

import json

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from zhenshu.ground.packs.schema import FieldKind, FieldType
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.fields import CLEANERS, REFERENCES, clean_fields


def field(kind_of_field, **rest):
    options = (
        {"options": {"leader": "领导接访", "outreach": "走访下访"}}
        if kind_of_field.startswith("choice")
        else {}
    )
    return FieldKind(code="it", name="某项", type=kind_of_field, **(options | rest))


def clean(kind, value, *, complete=True):
    with translation.override("en"):
        values, problems = clean_fields({"it": kind}, {"it": value}, complete=complete)
    return problems["it"] if problems else values["it"]


def test_every_field_type_has_one_cleaner():
    assert set(CLEANERS) | REFERENCES == set(FieldType)
    assert not set(CLEANERS) & REFERENCES


@pytest.mark.parametrize(
    ("of_type", "entered", "kept"),
    [
        ("text", "  东浦村\r\n3组 ", "东浦村\n3组"),
        ("text", "𠮷野家 🐟", "𠮷野家 🐟"),
        ("text", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("text", "a\x00b\x1bc\ud800", "abc"),
        ("text", 13800001234.0, "13800001234"),
        ("integer", "１，２３４", 1234),
        ("integer", "12 人", 12),
        ("integer", 3.0, 3),
        ("integer", 0, 0),
        ("decimal", "3.50", 3.5),
        ("decimal", "1e3", 1000),
        ("money", "1,293.33元", 1293.33),
        ("percent", "98.5%", 98.5),
        ("boolean", "是", True),
        ("boolean", "×", False),
        ("boolean", 0, False),
        ("date", "2023年5月6日", "2023-05-06"),
        ("date", 45052, "2023-05-06"),
        ("datetime", "2023-05-06 14:03", "2023-05-06T14:03:00+08:00"),
        ("choice", "领导接访", "leader"),
        ("choice", "outreach", "outreach"),
        ("choices", "领导接访、走访下访；领导接访", ["leader", "outreach"]),
        ("choices", ["outreach"], ["outreach"]),
        ("phone", "138 0000 1234", "13800001234"),
        ("phone", "0571—12345678", "0571-12345678"),
        ("id_number", "11010519491231002x", "11010519491231002X"),
        ("id_number", "110105491231002", "110105491231002"),
        ("point", "120.15, 30.28", [120.15, 30.28]),
        ("point", {"lon": "120.15", "lat": 30.28}, [120.15, 30.28]),
    ],
)
def test_a_usual_entry_is_kept_in_one_spelling(of_type, entered, kept):
    assert clean(field(of_type, unit="人"), entered) == kept


@pytest.mark.parametrize(
    ("of_type", "entered", "words"),
    [
        ("text", "长" * 501, "501 characters; 500 fit"),
        ("integer", "三成", "not a number"),
        ("integer", "3.5", "not a whole number"),
        ("integer", True, "not a number"),
        ("integer", "-1", "below the least, 0"),
        ("integer", "101", "above the most, 100"),
        ("decimal", "NaN", "that can be right"),
        ("decimal", float("inf"), "not a number"),
        ("boolean", "也许", "neither 是 nor 否"),
        ("date", "2023-02-30", "no day"),
        ("datetime", "昨天", "not a date"),
        ("choice", "书信", "not among 领导接访、走访下访"),
        ("choices", "领导接访、书信", "not among"),
        ("phone", "无", "not a telephone number"),
        ("id_number", "110105194912310021", "one digit is wrong"),
        ("id_number", "1101", "18 digits"),
        ("point", "30.28,120.15", "wrong way round"),
        ("point", "0,0", "outside China"),
        ("point", "某处", "longitude and a latitude"),
        ("point", "120.1", "longitude and a latitude"),
    ],
)
def test_a_wrong_entry_is_refused_with_the_name_of_the_field_and_a_sentence(of_type, entered, words):
    bounds = {"min": 0, "max": 100} if of_type in ("integer", "decimal") else {}
    problem = clean(field(of_type, **bounds), entered)
    assert problem.startswith("某项: ")
    assert words in problem
    assert problem.endswith(".")


def test_a_new_record_needs_its_required_fields_and_gets_defaults():
    kinds = {
        "people": field("integer", required=True),
        "first": field("boolean", default=True),
        "note": field("text"),
    }
    values, problems = clean_fields(kinds, {"people": " "}, complete=True)
    assert values == {"first": True}
    assert list(problems) == ["people"]


def test_a_correction_touches_only_what_is_given_and_may_clear_what_is_not_required():
    kinds = {
        "people": field("integer", required=True),
        "note": field("text"),
        "first": field("boolean", default=True),
    }
    assert clean_fields(kinds, {"note": ""}, complete=False) == ({"note": None}, {})
    assert list(clean_fields(kinds, {"people": ""}, complete=False)[1]) == ["people"]


def test_an_unknown_field_is_named_with_the_known_ones():
    with translation.override("en"):
        values, problems = clean_fields({"people": field("integer")}, {"persons": 3}, complete=False)
    assert values == {}
    assert problems == {"persons": "There is no field “persons” here. Fields are: people (某项)."}


@pytest.mark.django_db
class TestReferences:
    def test_an_area_is_named_by_code_name_short_name_or_way_down_the_tree(self, town):
        village, grid = town.villages[0], town.grids[0]
        for spelling in (village.pk, village.code, "东浦村", "东浦", str(village.pk)):
            assert clean(field("area"), spelling) == village.pk
        assert clean(field("area"), "东浦村/第一网格") == grid.pk

    def test_a_name_of_several_areas_is_refused(self, town):
        assert "more than one" in clean(field("area"), "第一网格")

    def test_offices_and_users_by_name(self, offices, people):
        assert clean(field("office"), "执法") == offices["enforcement"].pk
        assert clean(field("user"), "韩立行") == people["officer"].pk
        assert "Nothing here is called" in clean(field("office"), "无此单位")

    def test_a_dossier_of_the_declared_kind_only(self, town):
        day = "2023-01-01"
        shop = Dossier.objects.create(
            pack="base", kind="base.shop", title="小店", area=town.town, opened_on=day
        )
        assert clean(field("dossier", of="base.shop"), "小店") == shop.pk
        assert "Nothing here" in clean(field("dossier", of="base.farm"), "小店")

    def test_many_rows_ask_each_name_once(self, town, django_assert_num_queries):
        from zhenshu.registers.references import References

        references = References()
        kinds = {"it": field("area")}
        with django_assert_num_queries(1):
            for _ in range(50):
                clean_fields(kinds, {"it": "东浦村"}, complete=True, references=references)


ANYTHING = (
    st.text(max_size=40)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.lists(st.text(max_size=5), max_size=3)
)


@pytest.mark.parametrize("of_type", sorted(CLEANERS))
@given(entered=ANYTHING)
def test_whatever_is_entered_is_either_kept_as_json_or_refused_in_words(of_type, entered):
    values, problems = clean_fields({"it": field(of_type)}, {"it": entered}, complete=True)
    assert not (values and problems)
    json.dumps(values, allow_nan=False).encode()
    assert all(problems.values())


@pytest.mark.parametrize("of_type", sorted(set(CLEANERS)))
@example(entered=73_416)  # the serial number of a day after the last year that is read
@given(entered=ANYTHING)
def test_what_was_kept_is_kept_again_unchanged(of_type, entered):
    kinds = {"it": field(of_type)}
    values, _ = clean_fields(kinds, {"it": entered}, complete=True)
    assert clean_fields(kinds, values, complete=True) == (values, {})
