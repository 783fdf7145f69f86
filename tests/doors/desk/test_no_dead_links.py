"""The page of a matter draws no link that its reader may not follow."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.doors.desk.matters import Matters
from tests.doors.desk.records import PERSON, keep, open_eyes

pytestmark = pytest.mark.django_db


def test_a_matter_about_a_sensitive_dossier_links_it_only_for_those_who_may_open_it(
    clients, matters: Matters, people, town
):
    open_eyes(people["dispatcher"])
    person = keep(PERSON, town.grids[0], by=matters.scope("dispatcher"))
    case = matters.report("探访独居老人")
    type(case).objects.filter(pk=case.pk).update(subject=person)
    page, url = reverse("desk:case", args=[case.number]), reverse("desk:dossier", args=[person.pk])
    assert url in clients["dispatcher"].get(page).content.decode()
    shown = clients["leader"].get(page).content.decode()
    assert url not in shown
    assert person.title not in shown


def test_only_a_dispatcher_is_offered_to_merge_like_matters(clients, matters: Matters):
    first = matters.report("村口路灯三盏不亮")
    matters.report("村口路灯三盏不亮了")
    address = reverse("desk:like", args=[first.number])
    assert "/steps/merge/" in clients["dispatcher"].get(address).content.decode()
    assert "/steps/merge/" not in clients["leader"].get(address).content.decode()


@pytest.mark.parametrize(("who", "offered"), [("leader", True), ("viewer", False)])
def test_the_whole_file_is_offered_to_those_who_may_take_it(clients, matters: Matters, who, offered):
    case = matters.dispatched("菜场门口占道经营")
    page = clients[who].get(reverse("desk:case", args=[case.number]))
    if page.status_code == 200:
        assert (reverse("desk:whole_file", args=[case.number]) in page.content.decode()) is offered


def test_a_line_offers_a_grid_worker_no_rules_and_no_plans(clients):
    page = clients["grid_worker"].get("/lines/grid/").content.decode()
    assert "/packs/grid/" not in page
    assert "/plans/" not in page
    assert "/packs/grid/" in clients["officer"].get("/lines/grid/").content.decode()
