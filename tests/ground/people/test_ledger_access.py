"""Who reads the ledger, and how much of it."""

import pytest

from zhenshu.ground.ledger.record import SYSTEM, Change, record_many
from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.ground.people.ledger_access import shown_changes, visible_entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(town, people, atomically):
    places = {"here": town.grids[0].pk, "there": town.grids[2].pk, "nowhere": None}
    changes = [Change(f"test.{name}", "tests.thing", 1, pk, None, {}) for name, pk in places.items()]
    return atomically(lambda: record_many(SYSTEM, changes))


def seen(scope):
    return {e.action.removeprefix("test.") for e in visible_entries(scope) if e.action.startswith("test.")}


@pytest.mark.parametrize(
    ("key", "expected"),
    [("administrator", {"here", "there", "nowhere"}), ("leader", {"here", "there"})],
)
def test_readers_see_their_area(lines, people, scope_for, key, expected):
    assert seen(scope_for(people[key])) == expected


def test_a_leader_of_a_village_sees_the_village(lines, town, people, scope_for):
    people["leader"].posts.update(area=town.villages[0])
    assert seen(scope_for(people["leader"])) == {"here"}


@pytest.mark.parametrize("key", ["dispatcher", "grid_worker", "officer", "secretary", "viewer"])
def test_others_do_not(lines, people, scope_for, key):
    with pytest.raises(NotAllowedError):
        visible_entries(scope_for(people[key]))


def test_values_are_hidden_without_the_sensitive_right(people, scope_for):
    changes = {"stage": ["accepted", "closed"], "fields.phone": [None, "13800001234"]}
    shown = shown_changes(changes, scope_for(people["leader"]))
    assert shown["stage"] == ["accepted", "closed"]
    assert "13800001234" not in str(shown)
    assert shown["fields.phone"][0] is None
    people["leader"].posts.update(sensitive=True)
    assert shown_changes(changes, scope_for(people["leader"])) == changes
