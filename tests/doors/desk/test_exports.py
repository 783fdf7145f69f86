"""What leaves the desk as a table: one line in the ledger each, and never the lists of sensitive persons."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.doors.desk import records
from tests.doors.desk.matters import Matters

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.ledger_access import visible_entries

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def exported():
    return list(Entry.objects.filter(action="list.exported").order_by("seq"))


def test_an_export_says_who_took_which_list_with_what_conditions_and_how_many_rows(
    clients, people, town, matters: Matters
):
    matters.report("村口路灯三盏不亮")
    matters.report("河面漂浮物聚集")
    answer = clients["dispatcher"].get("/cases/export/?list=open&kind=grid.event&as=xlsx&page=2")
    assert answer.headers["Content-Type"] == XLSX
    (line,) = exported()
    assert (line.actor_id, line.subject_id) == (people["dispatcher"].pk, people["dispatcher"].pk)
    assert line.area_id == town.town.pk
    assert {name: after for name, (_before, after) in line.changes.items()} == {
        "list": "/cases/export/", "filter": "list=open&kind=grid.event", "rows": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("dispatcher", "/dossiers/base.place/?as=xlsx"),
        ("leader", "/supervision/?as=xlsx"),
        ("leader", "/loads/?as=xlsx"),
        ("leader", "/map/?as=xlsx"),
        ("leader", "/plans/?as=xlsx"),
        ("leader", "/ledger/?as=xlsx"),
        ("administrator", "/administration/people/?as=xlsx"),
        ("administrator", "/administration/areas/areas.xlsx"),
        ("administrator", "/administration/areas/areas.geojson"),
    ],
)
def test_every_list_that_leaves_leaves_one_line(clients, people, offices, who: str, address: str):
    assert clients[who].get(address).status_code == 200
    assert [line.changes["list"][1] for line in exported()] == [address.partition("?")[0]]


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("dispatcher", "/dossiers/base.place/", 200),
        ("dispatcher", "/dossiers/base.place/import/template/", 200),
        ("administrator", "/administration/areas/template/", 200),
        ("officer", "/administration/areas/areas.xlsx", 403),
        ("grid_worker", "/loads/?as=xlsx", 403),
    ],
)
def test_a_page_an_empty_sheet_and_a_refusal_leave_none(clients, offices, who, address, status):
    assert clients[who].get(address).status_code == status
    assert exported() == []


def test_a_sensitive_list_is_read_with_the_right_but_leaves_in_no_table(clients, people, town, scope_for):
    records.open_eyes(people["dispatcher"])
    records.keep(records.PERSON, town.grids[0], by=scope_for(people["dispatcher"]))
    answer = clients["dispatcher"].get(f"{reverse('desk:dossiers_of', args=[records.PERSON])}?as=xlsx")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "as=xlsx" not in answer.content.decode()
    assert exported() == []


def test_a_leader_without_the_sensitive_right_reads_the_line_but_not_the_words_searched_for(
    clients, people, scope_for
):
    clients["dispatcher"].get("/dossiers/base.place/?q=陆文华&as=xlsx")
    (line,) = visible_entries(scope_for(people["leader"])).filter(action="list.exported")
    page = clients["leader"].get(reverse("desk:ledger_entry", args=[line.seq])).content.decode()
    assert "/dossiers/base.place/" in page
    assert "%E9%99%86" not in page
