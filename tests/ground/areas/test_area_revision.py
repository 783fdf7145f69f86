"""What a process keeps of the tree is never older than a change it was told of."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from zhenshu.ground.areas import revision
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.areas.names import pinyin_initials, short_name_of
from zhenshu.ground.areas.revision import TreeMemory, current_token, expect_change
from zhenshu.ground.areas.tree import create_area, rename_area
from zhenshu.ground.ledger.record import SYSTEM


@pytest.fixture
def names():
    memory = TreeMemory(lambda: list(Area.objects.open().values_list("name", flat=True)))
    yield memory
    TreeMemory.everything.remove(memory)


def test_memory_is_built_once_while_nothing_changes(town, names, django_assert_num_queries):
    first = names.current()
    with django_assert_num_queries(0):
        assert names.current() is first


def test_doubt_asks_for_the_revision_but_builds_nothing_anew(town, names, django_assert_num_queries):
    first = names.current()
    expect_change()
    with django_assert_num_queries(1):
        assert names.current() is first


def test_act_in_this_process_is_seen_at_once(town, names):
    names.current()
    rename_area(town.villages[0], "双浦村", by=SYSTEM)
    assert "双浦村" in names.current()


def test_change_by_another_process_is_seen_when_the_time_is_up(town, names, monkeypatch):
    names.current()
    Area.objects.filter(pk=town.villages[0].pk).update(name="双浦村")
    revision.TreeRevision.objects.update(token="renewed elsewhere")
    assert "双浦村" not in names.current()
    monkeypatch.setattr(revision, "SECONDS_BETWEEN_CHECKS", 0.0)
    assert "双浦村" in names.current()


def test_every_act_renews_the_token(town):
    tokens = [current_token()]
    for name in ("白鹭村", "石埠村"):
        create_area(name, Level.VILLAGE, parent=town.town, valid_from=date(2024, 1, 1), by=SYSTEM)
        tokens.append(current_token())
    assert len(set(tokens)) == 3


def test_change_taken_back_is_not_remembered(town, names):
    with transaction.atomic():
        rename_area(town.villages[0], "双浦村", by=SYSTEM)
        assert "双浦村" in names.current()
        transaction.set_rollback(True)
    expect_change()
    assert "双浦村" not in names.current()


def test_empty_tree_has_no_token(db):
    assert current_token() == ""


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("东浦村", "东浦"),
        ("东浦村村民委员会", "东浦村"),
        ("文昌社区居民委员会", "文昌"),
        ("澄江镇", "澄江"),
        ("云川区", "云川"),
        ("李村", ""),
        ("村", ""),
        ("第一网格", ""),
    ],
)
def test_short_name(name, short):
    assert short_name_of(name) == short


@pytest.mark.parametrize(
    ("name", "initials"), [("东浦村", "dpc"), ("东浦3网格", "dp3wg"), ("A栋", "ad"), ("🌾", ""), ("", "")]
)
def test_pinyin_initials(name, initials):
    assert pinyin_initials(name) == initials
