"""Who opens which page of the registers, boards and the administration, and with how many questions asked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.doors.desk.records import ENTERPRISE, keep

from zhenshu.ground.ledger.models import Entry

pytestmark = pytest.mark.django_db

ROLES = ("dispatcher", "grid_worker", "officer", "leader", "secretary", "administrator", "viewer")
ALL = frozenset(ROLES)
OFFICE = ALL - {"grid_worker"}
OVERSEERS = OFFICE - {"officer"}
READERS = frozenset({"leader", "administrator"})
ADMIN = frozenset({"administrator"})

# Page, who may open it, how many queries it may ask at most.
PAGES = (
    ("/search/?q=路灯", ALL, 20),
    ("/notices/", ALL, 16),
    ("/map/", ALL, 14),
    ("/map/points/", ALL, 8),
    ("/supervision/", OFFICE, 16),
    ("/loads/", OVERSEERS, 16),
    ("/dossiers/", ALL, 12),
    (f"/dossiers/{ENTERPRISE}/", ALL, 14),
    ("/packs/", OFFICE, 12),
    ("/packs/problems/", OFFICE, 12),
    ("/packs/safety/", OFFICE, 12),
    ("/packs/safety/hazard/", OFFICE, 13),
    ("/packs/enterprises/enterprise/", OFFICE, 12),
    ("/packs/safety/lec/", OFFICE, 12),
    ("/ledger/", READERS, 20),
    ("/administration/", ADMIN, 26),
    ("/administration/areas/", ADMIN, 16),
    ("/administration/areas/import/", ADMIN, 12),
    ("/administration/people/", ADMIN, 18),
    ("/administration/people/new/", ADMIN, 14),
    ("/administration/people/import/", ADMIN, 12),
    ("/administration/offices/", ADMIN, 14),
    ("/administration/offices/new/", ADMIN, 14),
    ("/administration/tokens/", ADMIN, 14),
    ("/administration/tokens/new/", ADMIN, 13),
)


@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_for_its_roles_alone(clients, matters, role):
    matters.dispatched("路灯不亮")
    seen = {page: clients[role].get(page).status_code for page, _roles, _most in PAGES}
    assert seen == {page: 200 if role in roles else 403 for page, roles, _most in PAGES}


def test_a_stranger_opens_no_page(clients, matters):
    seen = {clients["nobody"].get(page)["Location"].partition("?")[0] for page, _roles, _most in PAGES}
    assert seen == {"/log-in/"}


@pytest.mark.parametrize(("page", "roles", "most"), PAGES, ids=[page for page, _roles, _most in PAGES])
def test_a_page_asks_no_more_than_its_budget_however_much_there_is(
    clients, matters, people, town, page, roles, most
):
    for number in range(4):
        matters.dispatched(f"路灯不亮 {number}")
        keep(
            ENTERPRISE, town.micro_grids[number], by=matters.scope("secretary"), name=f"企业{number}",
            credit_code=f"91990000DEMO00000{number}",
        )  # fmt: skip
    who = "administrator" if roles in (ADMIN, READERS) else "dispatcher"
    clients[who].get(page)
    with CaptureQueriesContext(connection) as asked:
        assert clients[who].get(page).status_code == 200
    assert len(asked) <= most, [query["sql"][:120] for query in asked]


@pytest.mark.parametrize(
    "page",
    ["/dossiers/base.dragon/", "/dossiers/999999/", "/packs/dragons/", "/packs/safety/dragon/",
     "/ledger/999999/", "/administration/people/999999/", "/administration/offices/999999/"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(clients, page):
    assert clients["administrator"].get(page).status_code == 404


@pytest.mark.parametrize(
    "page",
    ["/notices/read/", "/ledger/verify/", "/administration/people/1/posts/", "/administration/people/1/out/"],
)
def test_what_changes_something_is_not_a_link(clients, page):
    assert clients["administrator"].get(page).status_code == 405


def test_the_menu_of_an_officer_leads_to_no_closed_page(clients, matters):
    frame = clients["officer"].get("/dossiers/").context["frame"]
    links = [link.url for group in frame.navigation for link in group.items]
    assert {clients["officer"].get(link).status_code for link in links} == {200}


def test_reading_pages_leave_no_line_in_the_ledger(clients, matters):
    matters.dispatched("路灯不亮")
    before = Entry.objects.count()
    for page, _roles, _most in PAGES:
        clients["administrator"].get(page)
    assert Entry.objects.count() == before
