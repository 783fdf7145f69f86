"""Conditions mean the same in a record, in the database and to the reader."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.base import NUMBERS, FieldKind, FieldType
from zhenshu.ground.packs.conditions import (
    OPERATORS,
    TYPE_OF_FIELD,
    ConditionError,
    Leaf,
    Term,
    compile_condition,
    names_in,
    to_q,
)

FIELDS = {
    "people": FieldKind(name="人次", type=FieldType.INTEGER),
    "form": FieldKind(name="形式", type=FieldType.CHOICE, options={"group": "集体", "single": "个人"}),
    "tags": FieldKind(name="标签", type=FieldType.CHOICES, options={"a": "甲", "b": "乙", "ab": "丙"}),
    "first_time": FieldKind(name="初访", type=FieldType.BOOLEAN),
    "came_on": FieldKind(name="来访日", type=FieldType.DATE),
    "words": FieldKind(name="诉求", type=FieldType.TEXT),
}


def holds(where: dict[str, Any], **record: Any) -> bool:
    return compile_condition(where, FIELDS)(record)


@pytest.mark.parametrize(
    ("where", "record", "expected"),
    [
        ({}, {}, True),
        ({"people": 5}, {"people": 5}, True),
        ({"people": {"gte": 5, "lt": 10}}, {"people": 10}, False),
        ({"people": {"gte": 5, "lt": 10}}, {"people": 9}, True),
        ({"form": ["group", "single"]}, {"form": "single"}, True),
        ({"tags": "a"}, {"tags": ["ab"]}, False),
        ({"tags": ["a", "b"]}, {"tags": ["b", "ab"]}, True),
        ({"category": "city"}, {"category": "city/litter"}, True),
        ({"category": "city"}, {"category": "citywide"}, False),
        ({"category": "city/litter"}, {"category": "city"}, False),
        ({"words": {"contains": "欠薪"}}, {"words": "老板欠薪三月"}, True),
        ({"came_on": {"gte": date(2024, 3, 1)}}, {"came_on": "2024-02-29"}, False),
        ({"came_on": {"lte": date(2024, 3, 1)}}, {"came_on": date(2024, 3, 1)}, True),
        ({"words": {"set": False}}, {"words": ""}, True),
        ({"first_time": False}, {}, False),
        ({"not": {"first_time": False}}, {}, True),
        ({"not": {"people": {"gte": 5}}}, {"people": None}, True),
        ({"any": [{"form": "group"}, {"people": {"gte": 5}}]}, {"people": 6}, True),
        ({"all": [{"form": "group"}, {"people": {"gte": 5}}]}, {"people": 6}, False),
        ({"people": {"gte": 5}, "not": {"form": "group"}}, {"people": 6, "form": "group"}, False),
        ({"kept": "contact"}, {"kept": ["sign", "contact"]}, True),
    ],
)
def test_what_a_condition_means(where: dict[str, Any], record: dict[str, Any], expected: bool) -> None:
    assert compile_condition(where, FIELDS)(record) is expected


@pytest.mark.parametrize(
    ("where", "kind", "place"),
    [
        ({"peple": 5}, "condition_name", ("peple",)),
        ({"people": "many"}, "condition_value", ("people",)),
        ({"people": True}, "condition_value", ("people",)),
        ({"people": {"like": 5}}, "condition_operator", ("people", "like")),
        ({"form": "groups"}, "condition_option", ("form",)),
        ({"form": []}, "condition_list", ("form",)),
        ({"stage": "handeling"}, "condition_option", ("stage",)),
        ({"office": "enforcement"}, "condition_operator", ("office",)),
        ({"any": {"people": 5}}, "condition_list", ("any",)),
        ({"any": [{"people": 5}, {"nobody": 1}]}, "condition_name", ("any", 1, "nobody")),
        ({"not": [1]}, "condition_shape", ("not",)),
        ({"people": {"__class__": 1}}, "condition_operator", ("people", "__class__")),
    ],
)
def test_a_condition_is_refused_when_built(where: Any, kind: str, place: tuple[str | int, ...]) -> None:
    with pytest.raises(ConditionError) as refused:
        compile_condition(where, FIELDS)
    assert (refused.value.kind, refused.value.place) == (kind, place)


def test_every_field_type_has_operators() -> None:
    assert {TYPE_OF_FIELD[kind] for kind in FieldType} <= OPERATORS.keys()
    assert all("gte" in OPERATORS[TYPE_OF_FIELD[kind]] for kind in NUMBERS)


def test_the_names_a_condition_asks_for() -> None:
    where = {"people": 1, "any": [{"form": "group"}, {"not": {"words": "x"}}]}
    assert names_in(where) == {"people", "form", "words"}


# ── the database finds what the predicate accepts ─────────────────────────────────────────────────────

COLUMNS = {key: f"changes__{key}" for key in FIELDS} | {"category": "action"}
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "people": st.none() | st.integers(0, 6),
        "form": st.sampled_from(["group", "single", ""]) | st.none(),
        "tags": st.lists(st.sampled_from(["a", "b", "ab"]), max_size=2, unique=True),
        "first_time": st.booleans() | st.none(),
        "came_on": st.sampled_from(["2024-02-29", "2024-03-01", "2024-03-02"]) | st.none(),
        "words": st.sampled_from(["", "老板欠薪", "欠", "路灯 100%"]),
    },
)
PATHS = st.sampled_from(["", "city", "city/litter", "citywide", "fire"])
DAYS = st.sampled_from([date(2024, 3, 1), date(2024, 3, 2)])
LEAVES = st.one_of(
    st.builds(
        lambda op, n: {"people": {op: n}}, st.sampled_from(OPERATORS["number"][2:6]), st.integers(0, 6)
    ),
    st.builds(lambda n: {"people": n}, st.integers(0, 6)),
    st.builds(lambda v: {"people": {"set": v}}, st.booleans()),
    st.sampled_from([{"form": "group"}, {"form": ["group", "single"]}, {"form": {"set": True}}]),
    st.sampled_from([{"tags": "a"}, {"tags": ["a", "b"]}, {"tags": {"has": "ab"}}, {"tags": {"set": False}}]),
    st.builds(lambda v: {"first_time": v}, st.booleans()),
    st.builds(lambda op, d: {"came_on": {op: d}}, st.sampled_from(["is", "gte", "gt", "lte", "lt"]), DAYS),
    st.sampled_from(
        [{"words": {"contains": "欠"}}, {"words": {"starts": "路灯"}}, {"words": {"contains": "%"}}]
    ),
    st.sampled_from(
        [{"category": "city"}, {"category": ["city/litter", "fire"]}, {"category": {"set": True}}]
    ),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda part: {"not": part}, inner),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=5,
)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.tuples(RECORDS, PATHS), min_size=1, max_size=8), where=CONDITIONS)
def test_database_and_predicate_agree(
    records: list[tuple[dict[str, Any], str]], where: dict[str, Any], db: None
) -> None:
    first = (Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0) + 1
    entries = [
        Entry(
            at="2024-01-01T00:00:00Z",
            actor_name="测试",
            action=path,
            subject_kind="test.record",
            subject_id=place,
            changes=record,
        )
        for place, (record, path) in enumerate(records)
    ]
    Entry.objects.bulk_create(entries)
    test = compile_condition(where, FIELDS)
    expected = [i for i, (record, path) in enumerate(records) if test({**record, "category": path})]
    rows = Entry.objects.filter(seq__gte=first).filter(to_q(where, COLUMNS, FIELDS))
    assert sorted(rows.values_list("subject_id", flat=True)) == expected


@pytest.mark.django_db
def test_a_column_may_be_a_function_of_the_comparison() -> None:
    def kept(leaf: Leaf) -> Q:
        assert (leaf.name, leaf.operator, leaf.value) == ("kept", "is", "contact")
        return Q(note="kept")

    Entry.objects.create(at="2024-01-01T00:00:00Z", actor_name="甲", action="x", subject_id=1, note="kept")
    Entry.objects.create(at="2024-01-01T00:00:00Z", actor_name="乙", action="x", subject_id=2)
    asked = to_q({"kept": "contact"}, {"kept": kept}, {})
    refused = to_q({"not": {"kept": "contact"}}, {"kept": kept}, {})
    assert list(Entry.objects.filter(asked).values_list("subject_id", flat=True)) == [1]
    assert list(
        Entry.objects.filter(refused, subject_id__in=[1, 2]).values_list("subject_id", flat=True)
    ) == [2]


def test_terms_may_be_given_without_field_kinds() -> None:
    test = compile_condition({"month.tax": {"gt": 3}}, {"month.tax": Term("number")}, {})
    assert test({"month.tax": 4})
