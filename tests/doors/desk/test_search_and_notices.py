"""The search over everything, and the lines under the bell."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.doors.desk.records import ENTERPRISE, HOUSEHOLD, keep, open_eyes

from zhenshu.registers.cases.models import Notice

pytestmark = pytest.mark.django_db


def hits(client, words, **more):
    found = client.get("/search/", {"q": words}, **more).context["groups"]
    return [hit for group in found for hit in group.hits]


def test_words_of_a_matter_find_it(clients, matters):
    case = matters.report("菜场后门井盖松动")
    assert [hit.url for hit in hits(clients["dispatcher"], "井盖")] == [f"/cases/{case.number}/"]


def test_the_number_of_a_matter_finds_it(clients, matters):
    case = matters.report("菜场后门井盖松动")
    assert [hit.title for hit in hits(clients["dispatcher"], case.number)] == ["菜场后门井盖松动"]


def test_nobody_finds_a_matter_they_may_not_see(clients, matters):
    matters.report("菜场后门井盖松动")
    assert hits(clients["viewer"], "井盖") == []


def test_initials_find_an_area_and_an_office(clients, people, town, offices):
    offices["enforcement"].initials = "zhzfd"
    offices["enforcement"].save()
    assert town.villages[0].name in [hit.title for hit in hits(clients["dispatcher"], "dpc")]
    assert "综合执法队" in [hit.title for hit in hits(clients["dispatcher"], "zhzf")]


def test_a_name_finds_the_dossier(clients, matters, town):
    dossier = keep(ENTERPRISE, town.micro_grids[0], by=matters.scope("secretary"))
    assert f"/dossiers/{dossier.pk}/" in [hit.url for hit in hits(clients["leader"], "精密铸造")]


def test_the_name_of_a_head_of_household_is_masked_in_the_search(clients, matters, town, people):
    keep(HOUSEHOLD, town.micro_grids[0], by=matters.scope("secretary"))
    assert [hit.title for hit in hits(clients["leader"], "陆文华")] == ["陆**"]
    open_eyes(people["leader"])
    assert [hit.title for hit in hits(clients["leader"], "陆文华")] == ["陆文华"]


def test_only_an_administrator_is_led_to_the_page_of_a_person(clients):
    name = "韩立行"
    assert [hit.url for hit in hits(clients["dispatcher"], name)] == [""]
    assert [hit.url for hit in hits(clients["administrator"], name)][0].startswith("/administration/people/")


def test_while_typing_only_the_list_is_answered(clients, matters):
    matters.report("菜场后门井盖松动")
    answer = clients["dispatcher"].get("/search/", {"q": "井盖"}, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert "菜场后门井盖松动".encode() in answer.content


def test_nothing_found_is_said_with_advice(clients):
    assert clients["dispatcher"].get("/search/", {"q": "麒麟瑞兽"}).context["groups"] == []


@pytest.mark.parametrize("words", ["%", "_", "'", "<script>", "x" * 500, "𠮷", ""])
def test_odd_words_are_only_words(clients, words):
    answer = clients["dispatcher"].get("/search/", {"q": words})
    assert answer.status_code == 200
    assert b"<script>" not in answer.content.replace(b"<script src", b"").replace(b"<script type", b"")


# ── notices ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def notice(matters, people):
    case = matters.report("菜场后门井盖松动")
    return Notice.objects.create(
        user=people["officer"], case=case, kind="escalated", text="时限已过", at=timezone.now()
    )


def test_the_bell_counts_unread_notices_and_the_list_shows_them(clients, notice):
    page = clients["officer"].get("/notices/")
    assert page.context["frame"].bell.count == 1
    assert [row.cells[0].text for row in page.context["table"].rows] == ["时限已过"]


def test_opening_a_notice_marks_it_and_leads_to_its_matter(clients, notice):
    answer = clients["officer"].get(f"/notices/{notice.pk}/")
    assert answer["Location"] == f"/cases/{notice.case.number}/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_nobody_opens_the_notice_of_somebody_else(clients, notice):
    assert clients["leader"].get(f"/notices/{notice.pk}/").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_are_marked_at_once_but_only_ones_own(clients, notice, people):
    other = Notice.objects.create(user=people["leader"], kind="order", text="督办", at=timezone.now())
    clients["officer"].post("/notices/read/")
    assert clients["officer"].get("/notices/").context["table"].rows == []
    assert len(clients["officer"].get("/notices/?show=all").context["table"].rows) == 1
    other.refresh_from_db()
    assert other.read_at is None


def test_a_notice_tells_nothing_of_a_confidential_matter_to_who_may_not_see_it(clients, matters, people):
    case = matters.dispatched("要求落实安置房办证")
    type(case).objects.filter(pk=case.pk).update(confidential=True)
    Notice.objects.create(
        user=people["leader"], case=case, kind="escalated", text=f"超期：{case.title}", at=timezone.now()
    )
    page = clients["leader"].get("/notices/").content.decode()
    assert case.title not in page
    assert f"/cases/{case.number}/" not in page
    open_eyes(people["leader"])
    assert case.title in clients["leader"].get("/notices/").content.decode()


def test_a_notice_of_a_record_leads_to_the_record(clients, people):
    about = {"subject_kind": "blocks.record", "subject_id": 7}
    notice = Notice.objects.create(
        user=people["leader"], kind="contract", text="老厂房租约快到期了", at=timezone.now(), **about
    )
    assert "老厂房租约" in clients["leader"].get("/notices/").content.decode()
    assert clients["leader"].get(f"/notices/{notice.pk}/")["Location"].endswith("/records/7/")
