"""The viewers of packs and of the ledger."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from tests.conftest import drop_ledger_triggers

from zhenshu.doors.desk.pack_words import FIELD_TYPES, REASONS, TRIGGERS, condition_words
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.seal import seal_entries
from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.ground.packs.schema import FieldKind, FieldType

pytestmark = pytest.mark.django_db

# ── packs ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pack", sorted(library().packs))
def test_every_pack_has_its_page(clients, pack):
    page = clients["officer"].get(f"/packs/{pack}/")
    assert page.status_code == 200
    assert library().packs[pack].name in page.content.decode()


@pytest.mark.parametrize("pack", sorted(library().packs))
def test_every_kind_has_its_page(clients, pack):
    codes = [kind.code for kind in library().kinds.values() if kind.pack == pack]
    got = {code: clients["officer"].get(f"/packs/{pack}/{code}/").status_code for code in codes}
    assert {code: status for code, status in got.items() if status != 200} == {}


def test_each_deadline_stands_with_limit_and_basis(clients):
    page = clients["officer"].get("/packs/petitions/visit/")
    kind = library().case_kind("petitions.visit")
    rows = {row.cells[0].text: row for row in page.context["clocks"].rows}
    for clock in kind.clocks.values():
        assert rows[clock.name or clock.code].cells[1].text == str(clock.limit)
        assert rows[clock.name or clock.code].cells[-1].text == clock.basis


def test_the_directory_names_the_offices_of_this_township(clients, offices):
    rows = clients["officer"].get("/packs/safety/hazard/").context["directory"].rows
    assert rows[-1].cells[1].text == "应急管理办公室"


def test_an_office_that_nobody_has_is_named_by_its_key(clients, offices):
    rows = clients["officer"].get("/packs/safety/hazard/").context["directory"].rows
    assert "fire" in rows[0].cells[1].below


def test_a_broken_pack_is_told_with_its_line_and_fix(clients, in_english):
    place = settings.INSTALLATION.packs / "broken.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("pack: broken\nname: 坏\neffective: 2023-01-01\ncasez: {}\n", encoding="utf-8")
    forget_library()
    try:
        (row,) = clients["officer"].get("/packs/problems/").context["table"].rows
        assert [cell.text for cell in row.cells[:2]] == ["broken.yaml", "4"]
        assert clients["officer"].get("/packs/").context["errors"] == 1
    finally:
        place.unlink()
        forget_library()


def test_an_officer_may_open_from_the_page_what_an_officer_may_open(clients):
    assert clients["officer"].get("/packs/safety/hazard/").context["new_url"]
    assert not clients["viewer"].get("/packs/safety/hazard/").context["new_url"]


FIELDS = {
    "level": FieldKind(code="level", name="等级", type=FieldType.CHOICE, options={"a": "甲", "b": "乙"})
}


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({}, ""),
        ({"level": "a"}, "等级：甲"),
        ({"level": ["a", "b"]}, "等级：甲、乙"),
        ({"people": {"gte": 5}}, "people ≥ 5"),
        ({"level": "a", "people": {"lt": 3}}, "等级：甲，people < 3"),
    ],
)
def test_conditions_read_as_phrases(where, words):
    assert condition_words(where, FIELDS) == words


def test_alternatives_and_denials_read_as_phrases(in_english):
    assert condition_words({"any": [{"level": "a"}, {"level": "b"}]}, FIELDS) == "(等级：甲) or (等级：乙)"
    assert condition_words({"not": {"level": "a"}}, FIELDS) == "not (等级：甲)"


def test_every_word_a_pack_may_use_is_known():
    kinds = library().case_kinds.values()
    assert set(FIELD_TYPES) == set(FieldType)
    assert {use for kind in kinds for use in kind.reasons} <= set(REASONS)
    assert {t.on for k in kinds if k.supervision for t in k.supervision.triggers.values()} <= set(TRIGGERS)


# ── the ledger ────────────────────────────────────────────────────────────────────────────────────────


def acts(page):
    return [row.cells[3].below for row in page.context["table"].rows]


def test_the_newest_line_stands_first_with_who_and_about_what(clients, matters):
    case = matters.dispatched("路灯不亮")
    page = clients["leader"].get("/ledger/")
    first = page.context["table"].rows[0]
    assert (first.cells[2].text, first.cells[3].below) == ("许澄", "case.dispatch")
    assert first.cells[4].url == f"/cases/{case.number}/"


def test_lines_are_narrowed_by_act_person_and_day(clients, matters, people):
    matters.answer(matters.dispatched("路灯不亮"))
    leader = clients["leader"]
    assert set(acts(leader.get("/ledger/?about=case.answer"))) == {"case.answer"}
    assert set(acts(leader.get(f"/ledger/?who={people['officer'].pk}"))) == {"case.accept", "case.answer"}
    assert acts(leader.get("/ledger/?since_until=2020-01-01")) == []
    assert acts(leader.get("/ledger/?about=dossier")) == []


def test_the_lines_of_one_record_are_asked_for_by_its_line(clients, matters):
    matters.dispatched("路灯不亮")
    matters.dispatched("井盖松动")
    line = Entry.objects.filter(action="case.dispatch").first()
    url = clients["leader"].get(f"/ledger/{line.seq}/").context["history_url"]
    assert acts(clients["leader"].get(url)) == ["case.dispatch", "case.opened"]


def test_values_are_masked_without_the_sensitive_right(clients, matters):
    matters.report("路灯不亮", reporter_phone="13912345678")
    line = Entry.objects.filter(action="case.opened").latest("seq")
    content = clients["leader"].get(f"/ledger/{line.seq}/").content.decode()
    assert "13912345678" not in content


def test_a_leader_of_a_village_reads_no_line_of_another(clients, matters, town, people):
    people["leader"].posts.update(area=town.villages[1])
    matters.report("路灯不亮")
    line = Entry.objects.filter(action="case.opened").latest("seq")
    assert clients["leader"].get(f"/ledger/{line.seq}/").status_code == 404
    assert acts(clients["leader"].get("/ledger/?about=case")) == []


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_seals_that_hold_are_told(clients, matters, in_english):
    matters.report("路灯不亮")
    seal_entries()
    answer = clients["administrator"].post("/ledger/verify/", follow=True)
    assert answer.status_code == 200
    assert len(said(answer)) == 1


def test_a_line_that_was_tampered_with_is_named(clients, matters):
    matters.report("路灯不亮")
    seal_entries()
    line = Entry.objects.filter(action="case.opened").latest("seq")
    drop_ledger_triggers()
    Entry.objects.filter(pk=line.pk).update(actor_name="别人")
    (words,) = said(clients["administrator"].post("/ledger/verify/", follow=True))
    assert str(line.seq) in words


def test_only_an_administrator_checks_the_seals(clients):
    assert clients["leader"].post("/ledger/verify/").status_code == 403


def test_lines_of_long_ago_stay_out_of_a_span_of_days(clients, matters):
    matters.report("路灯不亮")
    assert acts(clients["leader"].get(f"/ledger/?since={date.max}")) == []
