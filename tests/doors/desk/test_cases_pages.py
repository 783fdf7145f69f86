"""The page of a matter and its steps: who sees what, what a step asks, what a refusal says."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.doors.desk.matters import Matters

from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import Post
from zhenshu.registers.cases.loop import Given
from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db
EVERYBODY = ("nobody", "dispatcher", "grid_worker", "officer", "second_officer", "leader", "secretary",
             "administrator", "viewer")  # fmt: skip

# Page, then the answer each of EVERYBODY gets for a matter of the first village that leads with the
# enforcement team. A viewer of the other village and an officer of another office do not see it.
PAGES = {
    "/": (302, 200, 200, 200, 200, 200, 200, 200, 200),
    "/cases/": (302, 200, 200, 200, 200, 200, 200, 200, 200),
    "/cases/export/": (302, 200, 200, 200, 200, 200, 200, 200, 200),
    "/cases/new/": (302, 200, 200, 200, 200, 200, 200, 403, 403),
    "/cases/new/grid.event/": (302, 200, 200, 200, 200, 200, 200, 403, 403),
    "/cases/new/no.such/": (302, 404, 404, 404, 404, 404, 404, 404, 404),
    "/cases/doubles/": (302, 200, 403, 403, 403, 403, 403, 403, 403),
    "/cases/{number}/": (302, 200, 200, 200, 404, 200, 200, 200, 404),
    "/cases/{number}/like/": (302, 200, 200, 200, 404, 200, 200, 200, 404),
    "/cases/{number}/slip/": (302, 200, 200, 200, 404, 200, 200, 200, 404),
    "/cases/{number}/file/": (302, 200, 403, 200, 404, 200, 200, 200, 404),
    "/cases/{number}/correct/": (302, 200, 403, 403, 404, 403, 200, 403, 404),
    "/cases/{number}/steps/answer/": (302, 403, 403, 200, 404, 403, 403, 403, 404),
    "/cases/{number}/steps/supervise/": (302, 200, 403, 403, 404, 200, 200, 403, 404),
    "/cases/{number}/steps/take_back/": (302, 200, 403, 403, 404, 403, 403, 403, 404),
    "/cases/{number}/steps/comment/": (302, 200, 200, 200, 404, 200, 200, 200, 404),
    "/cases/{number}/steps/no_such/": (302, 404, 404, 404, 404, 404, 404, 404, 404),
}


@pytest.mark.parametrize("address", PAGES)
def test_who_opens_which_page(clients, matters: Matters, address):
    case = matters.dispatched("菜场门口占道经营")
    got = tuple(clients[who].get(address.format(number=case.number)).status_code for who in EVERYBODY)
    assert got == PAGES[address]


# Step on that matter, and who may take it: 200 means the loop took it.
STEPS = {
    ("answer", "officer"): 302,
    ("answer", "dispatcher"): 403,
    ("answer", "second_officer"): 404,
    ("answer", "viewer"): 404,
    ("take_back", "dispatcher"): 302,
    ("take_back", "officer"): 403,
    ("supervise", "leader"): 302,
    ("supervise", "administrator"): 403,
    ("verify", "dispatcher"): 409,
}


@pytest.mark.parametrize(("action", "who"), STEPS)
def test_who_takes_which_step(clients, matters: Matters, action, who):
    case = matters.dispatched("菜场门口占道经营")
    answer = clients[who].post(f"/cases/{case.number}/steps/{action}/", {"opinion": "理由"})
    assert answer.status_code == STEPS[action, who]


def test_signing_and_answering_are_one_click_and_two_steps(clients, matters: Matters):
    case = matters.dispatched("菜场门口占道经营")
    clients["officer"].post(f"/cases/{case.number}/steps/answer/", {"opinion": "已劝离"})
    case.refresh_from_db()
    assert (case.stage, case.answer) == ("answered", "已劝离")
    page = clients["officer"].get(f"/cases/{case.number}/")
    assert [entry.icon for entry in page.context["story"]][:2] == ["message", "user-check"]


def test_dispatching_files_under_the_category_first(clients, matters: Matters, offices):
    case = matters.report("说不清是哪一类", category="")
    given = {"category": "fire", "office": offices["safety"].pk}
    clients["dispatcher"].post(f"/cases/{case.number}/steps/dispatch/", given)
    case.refresh_from_db()
    assert (case.stage, case.category, case.lead_office) == ("dispatched", "fire", offices["safety"])


def test_a_step_that_lacks_something_says_what_at_its_field(clients, matters: Matters):
    case = matters.report("路灯不亮")
    answer = clients["dispatcher"].post(f"/cases/{case.number}/steps/dispatch/", {"office": ""})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["office"]
    case.refresh_from_db()
    assert case.stage == "accepted"


def test_the_second_of_two_people_is_told_what_the_first_did(clients, matters: Matters, in_english):
    case = matters.dispatched("菜场门口占道经营")
    form = {"opinion": "我的答复", "version": str(case.version)}
    matters.answer(case, "同事先答复了")
    answer = clients["officer"].post(f"/cases/{case.number}/steps/answer/", form)
    assert answer.status_code == 409
    assert "韩立行" in str(answer.context["form"].non_field_errors())


def test_beside_the_list_the_next_matter_is_called_up(clients, matters: Matters, offices):
    case = matters.report("路灯不亮")
    given = {"office": offices["enforcement"].pk, "beside": "1"}
    answer = clients["dispatcher"].post(
        f"/cases/{case.number}/steps/dispatch/", given, headers={"HX-Request": "true"}
    )
    assert answer.content == b""
    assert case.number in answer["HX-Trigger"]
    assert f"/cases/{case.number}/undo/take_back/" in answer["HX-Trigger"]


def test_undo_takes_a_dispatch_back(clients, matters: Matters):
    case = matters.dispatched("菜场门口占道经营")
    assert clients["dispatcher"].post(f"/cases/{case.number}/undo/take_back/").status_code == 204
    case.refresh_from_db()
    assert case.stage == "accepted"


def test_undo_takes_back_nothing_but_slips(clients, matters: Matters):
    case = matters.dispatched("菜场门口占道经营")
    assert clients["dispatcher"].post(f"/cases/{case.number}/undo/close/").status_code == 404


def test_a_correction_changes_what_was_changed_only(clients, matters: Matters, town):
    case = matters.report("路灯不亮")
    page = clients["dispatcher"].get(f"/cases/{case.number}/correct/")
    said = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    said = {name: value for name, value in said.items() if value not in (None, "", False)}
    answer = clients["dispatcher"].post(
        f"/cases/{case.number}/correct/", said | {"title": "三盏路灯不亮", "area": town.micro_grids[3].pk}
    )
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.title, case.area_id) == ("三盏路灯不亮", town.micro_grids[3].pk)


def test_a_confidential_matter_needs_the_sensitive_right(clients, people, matters: Matters):
    case = matters.report("不宜公开的事")
    Case.objects.filter(pk=case.pk).update(confidential=True)
    assert clients["leader"].get(f"/cases/{case.number}/").status_code == 404
    Post.objects.filter(user=people["leader"]).update(sensitive=True)
    assert clients["leader"].get(f"/cases/{case.number}/").status_code == 200


def test_watchers_see_the_caller_masked_and_handlers_plain(clients, matters: Matters):
    case = matters.dispatched("噪声扰民", reporter_name="丁大姐", reporter_phone="13800001234")
    watcher = clients["leader"].get(f"/cases/{case.number}/").content.decode()
    handler = clients["officer"].get(f"/cases/{case.number}/").content.decode()
    assert ("13800001234" in watcher, "13800001234" in handler) == (False, True)


def test_what_people_wrote_is_never_run(clients, matters: Matters):
    case = matters.report("<script>alert(1)</script>", description="<img src=x onerror=alert(1)>")
    page = clients["dispatcher"].get(f"/cases/{case.number}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_file_is_shown_where_nothing_of_it_can_run(clients, matters: Matters):
    case = matters.dispatched("菜场门口占道经营")
    note = SimpleUploadedFile("说明.txt", "已劝离".encode())
    clients["officer"].post(f"/cases/{case.number}/steps/answer/", {"opinion": "见附件", "files": note})
    file = case.attachments.get()
    answer = clients["officer"].get(f"/cases/{case.number}/files/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert clients["second_officer"].get(f"/cases/{case.number}/files/{file.pk}/").status_code == 404


def test_the_slip_is_a_sheet_with_deadlines_and_basis(clients, matters: Matters):
    case = matters.dispatched("菜场门口占道经营", assist="safety")
    sheet = clients["dispatcher"].get(f"/cases/{case.number}/slip/").content.decode()
    for words in (case.number, "综合执法队", "应急管理办公室", "限时办结"):
        assert words in sheet


def test_slips_of_several_matters_come_on_one_print(clients, matters: Matters):
    numbers = [matters.dispatched(title).number for title in ("甲", "乙")]
    sheet = clients["dispatcher"].get("/cases/slips/", {"key": numbers})
    assert [slip.number for slip in sheet.context["slips"]] == numbers


def test_the_whole_file_is_an_archive(clients, matters: Matters):
    case = matters.dispatched("菜场门口占道经营")
    answer = clients["dispatcher"].get(f"/cases/{case.number}/file/")
    assert answer.content[:2] == b"PK"


def test_a_returned_matter_says_why(clients, matters: Matters):
    case = matters.answer(matters.dispatched("菜场门口占道经营"))
    matters.step(case, "return", "dispatcher", Given(reason="unclear", opinion="照片看不清"))
    page = clients["officer"].get(f"/cases/{case.number}/")
    assert page.context["story"][0].text == "照片看不清"


def test_a_matter_not_dispatched_offers_the_suggested_office(clients, matters: Matters, offices):
    case = matters.report("菜场门口占道经营")
    page = clients["dispatcher"].get(f"/cases/{case.number}/")
    form = page.context["next"]["form"]
    assert form["office"].initial == str(offices["enforcement"].pk)


def test_an_officer_sees_only_steps_that_are_his(clients, matters: Matters):
    case = matters.dispatched("菜场门口占道经营")
    page = clients["officer"].get(f"/cases/{case.number}/")
    offered = {one.action for one in [*page.context["main_steps"], *page.context["more_steps"]]}
    assert "object" in offered
    assert offered.isdisjoint({"dispatch", "verify", "take_back", "close"})


# ── a new matter ──────────────────────────────────────────────────────────────────────────────────────


def new(client, **said):
    said = {"title": "三盏路灯不亮", "priority": "normal", "lon": "120.005", "lat": "31.005", **said}
    return client.post("/cases/new/grid.event/", said)


def test_a_new_matter_lies_where_its_pin_is(clients, town):
    answer = new(clients["dispatcher"])
    case = Case.objects.get()
    assert answer["Location"] == f"/cases/{case.number}/"
    assert case.area_id == town.micro_grids[0].pk


def test_the_same_form_twice_makes_one_matter(clients):
    first, second = new(clients["dispatcher"], once="f1"), new(clients["dispatcher"], once="f1")
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": ""}, "title"),
        ({"lon": "", "lat": ""}, "area"),
        ({"lon": "100", "lat": "20"}, "area"),
        ({"fields.people": "-3"}, "fields.people"),
        ({"category": "no_such"}, "category"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(clients, said, field):
    answer = new(clients["dispatcher"], **said)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Case.objects.count() == 0


def test_an_address_in_words_is_enough(clients, town):
    new(clients["dispatcher"], lon="", lat="", address="孝丰社区第二网格")
    assert Case.objects.get().grid_id == town.grids[3].pk


def test_a_double_is_taken_in_and_merged(clients, matters: Matters):
    first = matters.report("三盏路灯不亮")
    new(clients["dispatcher"], join=first.number)
    double = Case.objects.exclude(pk=first.pk).get()
    assert (double.outcome, double.merged_into) == ("merged", first)


def test_who_may_not_merge_leaves_a_word_at_the_other_matter(clients, matters: Matters):
    first = matters.report("三盏路灯不亮")
    new(clients["grid_worker"], join=first.number)
    double = Case.objects.exclude(pk=first.pk).get()
    page = clients["dispatcher"].get(f"/cases/{first.number}/")
    assert double.is_open
    assert double.number in page.context["story"][0].text


def test_while_typing_area_office_deadline_and_likes_follow(clients, matters: Matters, offices):
    like = matters.report("菜场门口占道经营，早高峰无法通行")
    said = {"title": "菜场门口占道经营，行人无法通行", "category": "city", "lon": "120.005", "lat": "31.005"}
    found = clients["dispatcher"].post("/cases/new/grid.event/follow/", said).context["found"]
    assert found.office == offices["enforcement"].name
    assert "东浦村" in found.area
    assert (found.due is not None, bool(found.basis)) == (True, True)
    assert [one.case for one in found.likes] == [like]


def test_nothing_follows_from_nothing(clients):
    found = clients["dispatcher"].post("/cases/new/grid.event/follow/", {}).context["found"]
    assert (found.area, found.office, found.likes) == ("", "", ())


@pytest.mark.parametrize("who", EVERYBODY[1:3])
def test_every_kind_shows_its_form_to_those_who_take_it_in(clients, who):
    kinds = library().case_kinds
    expected = {code: 200 if who in kind.opened_by else 403 for code, kind in kinds.items()}
    assert {code: clients[who].get(f"/cases/new/{code}/").status_code for code in kinds} == expected
