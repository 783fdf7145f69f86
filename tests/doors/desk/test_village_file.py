"""一村一档: the file of a village holds what lies in the village, each count with the list it counts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.doors.desk.matters import Matters
from tests.doors.desk.records import OPENED, PERSON, PLACE, keep, open_eyes

from zhenshu.ground.packs.registry import library
from zhenshu.registers.dossiers.acts import create_dossier

pytestmark = pytest.mark.django_db
VILLAGE = "base.village"


@pytest.fixture
def village(town, people, scope_for):
    said = {"name": "东浦村", "kind": "village"}
    scope = scope_for(people["secretary"])
    kind = library().dossier_kind(VILLAGE)
    return create_dossier(kind, said, area=town.villages[0], opened_on=OPENED, by=scope)


@pytest.fixture
def neighbours(town, people, scope_for, matters: Matters):
    """A place and a matter in the village, and as much in the other village."""
    scope = scope_for(people["dispatcher"])
    for grid, number in ((town.grids[0], 1), (town.grids[-1], 2)):
        keep(PLACE, grid, by=scope, name=f"小吃店{number}", address=f"路{number}号")
    matters.report("村口路灯三盏不亮")
    matters.report("占道", area=town.micro_grids[-1].pk, lon=120.035, lat=31.015)


def test_the_file_of_a_village_counts_what_lies_in_it_and_opens_each(clients, village, neighbours):
    page = clients["leader"].get(reverse("desk:dossier", args=[village.pk]))
    found = page.context["lying"]
    assert [one.count for one in found] == [1, 1]
    for one in found:
        listed = clients["leader"].get(one.url)
        rows = listed.context["rows"] if "rows" in listed.context else listed.context["table"].rows
        assert len(rows) == one.count, one.url


def test_sensitive_persons_of_a_village_are_counted_for_those_who_may_see_them(
    clients, people, town, village, scope_for
):
    open_eyes(people["dispatcher"])
    keep(PERSON, town.grids[0], by=scope_for(people["dispatcher"]))
    address = reverse("desk:dossier", args=[village.pk])
    assert [one.count for one in clients["dispatcher"].get(address).context["lying"]] == [1]
    assert clients["leader"].get(address).context["lying"] == []


def test_another_dossier_of_the_village_has_no_such_list(clients, people, town, scope_for, neighbours):
    shop = keep(PLACE, town.villages[0], by=scope_for(people["dispatcher"]), name="代销点", address="路9号")
    assert clients["leader"].get(reverse("desk:dossier", args=[shop.pk])).context["lying"] == []
