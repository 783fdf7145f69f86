"""Kept records over the API: the same rules as at the desk."""

import base64
import json

import pytest
from tests.doors.api.conftest import assert_problem

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.registry import library
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.dossiers.acts import create_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(people, scope_for, town):
    kind, by = library().dossier_kind("trial.shop"), scope_for(people["dispatcher"])
    return create_dossier(
        kind, {"name": "河边小吃"}, area=town.grids[0], opened_on=town.town.valid_from, by=by
    )


def visit(shop, **fields):
    return {"kind": "trial.visit", "subject": shop.pk, "day": "2023-05-04", "fields": fields}


def test_a_visit_is_kept_once_listed_and_corrected(as_, shop):
    api = as_("dispatcher")
    made = [api.post("/records", visit(shop, found=3, talked_to="许澄"), key="one").json() for _ in range(2)]
    assert made[0] == made[1]
    (kept,) = Record.objects.all()
    assert (kept.block, str(kept.day), kept.fields["found"], kept.office_id is not None) == (
        "rounds", "2023-05-04", 3, True,
    )  # fmt: skip
    (line,) = api.get("/records", kind="trial.visit", subject=shop.pk, since="2023-05-01").json()["items"]
    assert (line["id"], line["title"]) == (kept.pk, "河边小吃 · 走访")
    assert api.get("/records", since="2023-05-05").json()["items"] == []

    body = {"version": kept.version, "fields": {"found": 4}, "note": "漏记一处"}
    assert api.patch(f"/records/{kept.pk}", body).json()["fields"]["found"] == 4
    assert_problem(api.patch(f"/records/{kept.pk}", body), 409, "changed")
    assert Entry.objects.filter(subject_kind="blocks.record", action="record.corrected").count() == 1


def test_what_it_must_carry_is_said_field_by_field(as_, shop):
    problem = assert_problem(
        as_("dispatcher").post("/records", visit(shop, found=-1, colour="红")), 422, "invalid"
    )
    assert set(problem["problems"]) == {"found", "colour"}
    assert not Record.objects.exists()


@pytest.mark.parametrize("kind", ["trial.event", "trial.shop", "trial.nothing"])
def test_only_blocks_made_by_one_plain_act_are_taken(as_, shop, kind):
    assert_problem(as_("dispatcher").post("/records", {**visit(shop, found=1), "kind": kind}), 422, "invalid")


def test_sensitive_fields_are_masked_and_named(as_, shop):
    number = as_("dispatcher").post("/records", visit(shop, found=1, talked_to="许澄澄")).json()["id"]
    read = as_("leader").get(f"/records/{number}").json()
    assert read["masked"] == ["talked_to"]
    assert "许澄澄" not in str(read)


def test_pages_follow_one_another_without_gap_or_double(as_, shop):
    api = as_("dispatcher")
    for n in range(5):
        api.post("/records", {**visit(shop, found=n), "day": f"2023-05-0{n // 2 + 1}"})
    seen, cursor = [], None
    while True:
        page = api.get("/records", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(Record.objects.values_list("pk", flat=True))
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("value", ["abc", 5, None, True, "2023-05-04T08:00:00+08:00"])
def test_a_made_up_cursor_is_refused_or_read_never_a_fault(as_, shop, value):
    made_up = base64.urlsafe_b64encode(json.dumps(["newest", value, 9]).encode()).decode().rstrip("=")
    for path in ("/records", f"/dossiers/{shop.pk}/readings", "/cases?sort=newest"):
        answer = as_("dispatcher").get(path, cursor=made_up)
        assert answer.status_code in (200, 422), answer.content.decode()
