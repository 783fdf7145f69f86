"""Administration: people, posts, offices, areas, tokens, and a township set up from spreadsheets."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.models import Office, Post, Role, Token, User

pytestmark = pytest.mark.django_db
SECRET = re.compile(r'id="zs-secret">([^<]+)<')


@pytest.fixture
def admin(clients):
    return clients["administrator"]


def secret_of(answer):
    return SECRET.search(answer.content.decode())[1]


def new_person(town, offices, **more):
    return {
        "username": "lin", "name": "林小溪", "phone": "", "role": Role.OFFICER, "title": "",
        "office": offices["safety"].pk, "area": town.town.pk, **more,
    }  # fmt: skip


# ── people ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_person_gets_a_post_and_a_password_shown_once(admin, town, offices):
    answer = admin.post("/administration/people/new/", new_person(town, offices))
    password = secret_of(answer)
    user = User.objects.get(username="lin")
    assert user.check_password(password)
    assert [post.office.key for post in user.posts.all()] == ["safety"]
    assert password not in admin.get(f"/administration/people/{user.pk}/").content.decode()


def test_the_first_password_must_be_changed_at_the_log_in(admin, town, offices):
    password = secret_of(admin.post("/administration/people/new/", new_person(town, offices)))
    client = Client()
    client.post("/log-in/", {"username": "lin", "password": password})
    assert client.get("/")["Location"] == "/password/"


def test_a_taken_log_in_name_is_said_and_nobody_is_made(admin, town, offices):
    answer = admin.post("/administration/people/new/", new_person(town, offices, username="officer"))
    assert answer.status_code == 422
    assert not User.objects.filter(name="林小溪").exists()


def test_the_list_is_narrowed_by_role_name_and_office(admin, people, offices):
    def names(asked):
        return [
            row.cells[0].text for row in admin.get(f"/administration/people/?{asked}").context["table"].rows
        ]

    assert names("role=leader") == ["欧阳正"]
    assert names("q=韩立") == ["韩立行"]
    assert sorted(names(f"office={offices['party'].pk}")) == sorted(["欧阳正", "白砚", "管维"])


def test_posts_are_granted_and_ended(admin, people, town, offices):
    user = people["officer"]
    said = {"role": Role.DISPATCHER, "office": offices["command"].pk, "area": town.town.pk, "title": ""}
    admin.post(f"/administration/people/{user.pk}/posts/", said)
    assert user.posts.filter(ended_on=None).count() == 2
    again = admin.post(f"/administration/people/{user.pk}/posts/", said)
    assert again.status_code == 422
    post = user.posts.get(role=Role.DISPATCHER)
    admin.post(f"/administration/posts/{post.pk}/end/")
    assert user.posts.filter(ended_on=None).count() == 1


def test_somebody_shut_out_is_out_at_once_and_comes_in_again(admin, people, clients):
    path = f"/administration/people/{people['officer'].pk}"
    admin.post(f"{path}/out/")
    assert clients["officer"].get("/").status_code == 302
    admin.post(f"{path}/in/")
    people["officer"].refresh_from_db()
    assert people["officer"].is_active


def test_nobody_shuts_themselves_out(admin, people):
    admin.post(f"/administration/people/{people['administrator'].pk}/out/")
    people["administrator"].refresh_from_db()
    assert people["administrator"].is_active


def test_a_new_first_password_replaces_the_old_one(admin, people):
    password = secret_of(admin.post(f"/administration/people/{people['officer'].pk}/password/"))
    people["officer"].refresh_from_db()
    assert people["officer"].check_password(password)
    assert people["officer"].must_change_password


def test_a_person_is_corrected_with_a_line_in_the_ledger(admin, people):
    path = f"/administration/people/{people['officer'].pk}/"
    assert admin.post(path, {"name": "韩立行", "phone": "13900001111"}).status_code == 302
    assert Entry.objects.filter(action="user.corrected", subject_id=people["officer"].pk).exists()


def test_an_administrator_of_a_village_does_not_touch_the_town(clients, people, town):
    people["administrator"].posts.update(area=town.villages[0])
    path = f"/administration/people/{people['leader'].pk}"
    clients["administrator"].post(f"{path}/out/")
    people["leader"].refresh_from_db()
    assert people["leader"].is_active


# ── offices and areas ─────────────────────────────────────────────────────────────────────────────────


def test_an_office_is_created_corrected_and_closed(admin, town):
    said = {
        "name": "水利站",
        "short_name": "水利",
        "key": "water",
        "parent": "",
        "phone": "",
        "area": town.town.pk,
    }
    admin.post("/administration/offices/new/", said)
    office = Office.objects.get(key="water")
    path = f"/administration/offices/{office.pk}/"
    admin.post(path, {**said, "name": "镇水利站", "duties": ["grid.event"]})
    office.refresh_from_db()
    assert (office.name, office.duties) == ("镇水利站", ["grid.event"])
    admin.post(f"{path}close/")
    office.refresh_from_db()
    assert office.closed_on is not None


def test_an_office_with_people_is_not_closed_and_says_why(admin, offices, people):
    answer = admin.post(f"/administration/offices/{offices['enforcement'].pk}/close/", follow=True)
    assert len(list(answer.context["messages"])) == 1
    assert Office.objects.get(key="enforcement").closed_on is None


def test_an_area_is_renamed_and_counted(admin, town):
    area = town.villages[0]
    said = {
        "name": "东浦新村",
        "short_name": "东浦",
        "households": "410",
        "population": "1250",
        "note": "更名",
    }
    assert admin.post(f"/administration/areas/{area.pk}/", said).status_code == 302
    area.refresh_from_db()
    assert (area.name, area.households, area.population) == ("东浦新村", 410, 1250)
    assert Entry.objects.filter(action="area.renamed", note="更名").count() == 1


def test_an_area_with_areas_below_is_not_ended(admin, town):
    admin.post(f"/administration/areas/{town.villages[0].pk}/close/")
    assert Area.objects.get(pk=town.villages[0].pk).valid_to is None
    admin.post(f"/administration/areas/{town.micro_grids[0].pk}/close/")
    assert Area.objects.get(pk=town.micro_grids[0].pk).valid_to is not None


def test_the_tree_goes_out_as_geojson_and_as_a_sheet(admin, town):
    shapes = json.loads(admin.get("/administration/areas/areas.geojson").content)
    sheet = load_workbook(BytesIO(admin.get("/administration/areas/areas.xlsx").content)).worksheets[0]
    assert len(shapes["features"]) == Area.objects.count()
    assert sheet.max_row == Area.objects.count() + 1


# ── tokens ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_token_is_shown_once_works_and_is_revoked(admin, people):
    said = {"user": people["officer"].pk, "name": "市平台", "days": "30", "scopes": ["cases:read"]}
    text = secret_of(admin.post("/administration/tokens/new/", said))
    bearer = {"Authorization": f"Bearer {text}"}
    assert Client().get("/api/v1/cases", headers=bearer).status_code == 200
    assert text not in admin.get("/administration/tokens/").content.decode()
    token = Token.objects.get()
    assert admin.get(f"/administration/tokens/{token.pk}/revoke/").status_code == 200
    admin.post(f"/administration/tokens/{token.pk}/revoke/")
    assert Client().get("/api/v1/cases", headers=bearer).status_code == 401


def test_a_token_needs_a_use(admin, people):
    said = {"user": people["officer"].pk, "name": "市平台", "days": "30"}
    assert admin.post("/administration/tokens/new/", said).status_code == 422


# ── set up from spreadsheets ──────────────────────────────────────────────────────────────────────────


def workbook(**sheets):
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = BytesIO()
    book.save(target)
    return SimpleUploadedFile("表.xlsx", target.getvalue())


@pytest.mark.django_db(transaction=True)
def test_people_come_in_from_a_workbook_with_their_passwords(admin, town):
    file = workbook(
        单位=[["名称", "区域"], ["农业农村办公室", "澄江镇"]],
        人员=[["登录名", "姓名", "角色", "单位", "区域"],
              ["nong", "农一", "承办人", "农业农村办公室", "澄江镇"],
              ["bad", "无此岗", "国王", "农业农村办公室", "澄江镇"]],
    )  # fmt: skip
    page = admin.post("/administration/people/import/", {"file": file})
    assert len(page.context["problems"]) == 1
    book = load_workbook(BytesIO(b64decode(page.context["passwords"].partition("base64,")[2])))
    rows = dict(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert User.objects.get(username="nong").check_password(rows["nong"])


def test_areas_come_in_from_a_sheet_and_problems_name_their_row(admin, town):
    file = workbook(
        区域=[["代码", "名称", "级别", "上级代码"], ["990101100203", "北浦村", "村社区", town.town.code],
              ["990101100204", "无上级村", "村社区", "990199100000"]],
    )  # fmt: skip
    page = admin.post("/administration/areas/import/", {"file": file, "valid_from": "2023-01-01"})
    assert [problem.row for problem in page.context["problems"]] == [3]
    assert Area.objects.get(code="990101100203").name == "北浦村"


def test_what_went_out_as_geojson_is_known_when_it_comes_in(admin, town):
    out = admin.get("/administration/areas/areas.geojson").content
    file = SimpleUploadedFile("区域.geojson", out)
    page = admin.post("/administration/areas/import/", {"file": file, "valid_from": "2023-01-01"})
    assert len(page.context["report"].created) == 0
    assert len(page.context["report"].problems) == Area.objects.count()


@pytest.mark.parametrize("page", ["areas", "people"])
def test_a_file_that_cannot_be_read_is_said_kindly(admin, town, page):
    file = SimpleUploadedFile("x.xlsx", b"PK\x03\x04nothing")
    answer = admin.post(f"/administration/{page}/import/", {"file": file, "valid_from": "2023-01-01"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]


@pytest.mark.parametrize("page", ["areas", "people"])
def test_the_empty_sheets_come_in_as_they_are(admin, town, people, page):
    empty = admin.get(f"/administration/{page}/template/").content
    file = SimpleUploadedFile("x.xlsx", empty)
    answer = admin.post(f"/administration/{page}/import/", {"file": file, "valid_from": "2023-01-01"})
    assert answer.status_code == 200


def test_the_steps_tell_how_far_the_township_is(admin, town, people):
    steps = admin.get("/administration/").context["steps"]
    assert [step.complete for step in steps] == [True, True, True, False]
    assert Post.objects.count() == 8


def test_two_offices_that_claim_one_duty_are_named_when_the_second_is_saved(admin, offices):
    first, second = offices["safety"], offices["enforcement"]
    for office in (first, second):
        said = {"name": office.name, "key": office.key, "duties": ["safety.hazard"]}
        answer = admin.post(f"/administration/offices/{office.pk}/", said, follow=True)
    words = [str(message) for message in answer.context["messages"]]
    assert any(first.name in word and second.name in word for word in words)
