"""Dossiers at the desk: lists, the page of one subject, readings as pictures, ties, doubles, spreadsheets."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook
from tests.doors.desk.records import (
    BUILDING,
    ENTERPRISE,
    HOUSEHOLD,
    PERSON,
    PLACE,
    keep,
    open_eyes,
    read_months,
)

from zhenshu.doors.desk.dossier_pages import change_words, reading_chart
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import FieldKind
from zhenshu.registers.dossiers.models import Dossier, Reading, State
from zhenshu.registers.dossiers.ties import relate

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(matters, town):
    return keep(ENTERPRISE, town.micro_grids[0], by=matters.scope("secretary"))


@pytest.fixture
def household(matters, town):
    return keep(HOUSEHOLD, town.micro_grids[0], by=matters.scope("secretary"))


def titles(client, path):
    return [row.cells[0].text for row in client.get(path).context["table"].rows]


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_kinds_are_counted_and_each_count_opens_its_list(clients, firm):
    cards = [card for _name, cards in clients["leader"].get("/dossiers/").context["lines"] for card in cards]
    (card,) = [card for card in cards if card.kind.full_code == ENTERPRISE]
    assert card.count == len(titles(clients["leader"], card.url)) == 1


def test_a_list_is_narrowed_by_area_name_and_choice(clients, firm, town):
    path, leader = f"/dossiers/{ENTERPRISE}/", clients["leader"]
    assert titles(leader, f"{path}?area={town.villages[0].pk}") == [firm.title]
    assert titles(leader, f"{path}?area={town.villages[1].pk}") == []
    assert titles(leader, f"{path}?q=精密") == [firm.title]
    assert titles(leader, f"{path}?four_up=industry") == []


def test_nobody_sees_the_dossiers_of_another_village(clients, firm):
    assert titles(clients["viewer"], f"/dossiers/{ENTERPRISE}/") == []
    assert clients["viewer"].get(f"/dossiers/{firm.pk}/").status_code == 404


def test_a_list_comes_as_excel_with_every_plain_field(clients, firm):
    answer = clients["leader"].get(f"/dossiers/{ENTERPRISE}/?as=xlsx")
    heads, row = load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    assert dict(zip(heads, row, strict=True))["从业人数 (人)"] == 120


def test_a_formula_in_a_name_stays_text(clients, matters, town):
    keep(ENTERPRISE, town.micro_grids[0], by=matters.scope("secretary"), name="=cmd|' /C calc'!A0")
    answer = clients["leader"].get(f"/dossiers/{ENTERPRISE}/?as=xlsx")
    cell = load_workbook(BytesIO(answer.content)).worksheets[0]["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_sensitive_dossiers_need_the_right_leave_a_line_and_no_excel_file(clients, matters, people, town):
    open_eyes(people["secretary"])
    keep(PERSON, town.micro_grids[0], by=matters.scope("secretary"))
    assert titles(clients["leader"], f"/dossiers/{PERSON}/") == []
    assert titles(clients["secretary"], f"/dossiers/{PERSON}/") == ["沈玉兰"]
    assert Entry.objects.filter(action="dossier.viewed").count() == 1
    answer = clients["secretary"].get(f"/dossiers/{PERSON}/?as=xlsx")
    assert answer["Content-Type"].startswith("text/html")


def test_the_head_of_a_household_is_masked_without_the_right(clients, people, household):
    path = f"/dossiers/{HOUSEHOLD}/"
    assert titles(clients["leader"], path) == ["陆**"]
    page = clients["leader"].get(f"/dossiers/{household.pk}/").content.decode()
    assert "陆文华" not in page
    open_eyes(people["leader"])
    assert titles(clients["leader"], path) == ["陆文华"]


# ── one subject ───────────────────────────────────────────────────────────────────────────────────────


def test_the_page_tells_fields_matters_and_story(clients, matters, firm):
    case = matters.report("厂区外渣土堆放", subject=firm.pk)
    page = clients["leader"].get(f"/dossiers/{firm.pk}/")
    assert [row.number for row in page.context["cases"]] == [case.number]
    assert page.context["case_counts"] == {"all": 1, "open": 1}
    assert len(page.context["story"]) == 2
    assert "120" in page.content.decode()


def test_its_counts_open_lists_of_its_matters(clients, matters, firm):
    matters.report("厂区外渣土堆放", subject=firm.pk)
    matters.report("与它无关")
    page = clients["dispatcher"].get(f"/dossiers/{firm.pk}/")
    listed = clients["dispatcher"].get(page.context["all_url"]).content.decode()
    assert "厂区外渣土堆放" in listed
    assert "与它无关" not in listed


def test_readings_become_a_picture_with_last_year_beside(clients, matters, firm):
    read_months(firm, by=matters.scope("secretary"))
    pictures = clients["leader"].get(f"/dossiers/{firm.pk}/").context["pictures"]
    spec = pictures[0].spec
    assert spec["x"][-1] == "2023-06"
    assert spec["series"][0]["values"][-1] == 2700


def test_a_single_value_a_month_stands_beside_last_year():
    months = [f"{2022 + number // 12}-{number % 12 + 1:02}" for number in range(18)]
    rows = [Reading(period=month, values={"kwh": number}) for number, month in enumerate(months)]
    spec = reading_chart(rows, [FieldKind(code="kwh", name="用电量")], "千瓦时")
    assert spec["series"][1]["values"][-6:] == [0, 1, 2, 3, 4, 5]
    assert "+10.0" in change_words(110, 100)
    assert change_words(110, 0) == ""


def test_the_list_of_readings_shows_signers_and_what_was_replaced(clients, matters, firm):
    read_months(firm, by=matters.scope("secretary"), months=2)
    path = f"/dossiers/{firm.pk}/readings/operations/"
    again = {"fields.output": "1111", "period": "2022-02", "signer": "钱会计", "source": "", "reason": "更正"}
    assert clients["secretary"].post(f"{path}new/", again).status_code == 302
    rows = clients["leader"].get(path).context["table"].rows
    assert sorted(row.state for row in rows) == ["", "", "replaced"]


def test_a_second_reading_for_a_period_asks_why(clients, matters, firm):
    read_months(firm, by=matters.scope("secretary"), months=1)
    again = {"fields.output": "1111", "period": "2022-01", "signer": "钱会计", "source": "", "reason": ""}
    answer = clients["secretary"].post(f"/dossiers/{firm.pk}/readings/operations/new/", again)
    assert answer.status_code == 422
    assert "2022-01" in answer.content.decode()


def test_a_leader_reads_but_does_not_write(clients, firm):
    page = clients["leader"].get(f"/dossiers/{firm.pk}/")
    assert page.context["buttons"] == []
    answer = clients["leader"].post(f"/dossiers/{firm.pk}/close/", {"on": "2023-05-01", "note": "x"})
    assert answer.status_code in (403, 422)
    assert Dossier.objects.get(pk=firm.pk).state == State.ACTIVE


# ── open, correct, close ──────────────────────────────────────────────────────────────────────────────


def test_a_dossier_is_opened_from_the_form(clients, town):
    said = {
        "fields.name": "澄江食品厂", "fields.workers": "35", "area": town.micro_grids[0].pk,
        "opened_on": "2023-03-01",
    }  # fmt: skip
    answer = clients["secretary"].post(f"/dossiers/{ENTERPRISE}/new/", said)
    made = Dossier.objects.get(title="澄江食品厂")
    assert answer["Location"] == f"/dossiers/{made.pk}/"
    assert made.fields["workers"] == 35


@pytest.mark.parametrize(("field", "value"), [("workers", "-3"), ("workers", "many"), ("name", "")])
def test_what_does_not_fit_is_said_at_its_field(clients, town, field, value):
    said = {"fields.name": "澄江食品厂", "area": town.micro_grids[0].pk, "opened_on": "2023-03-01"}
    answer = clients["secretary"].post(f"/dossiers/{ENTERPRISE}/new/", {**said, f"fields.{field}": value})
    assert answer.status_code == 422
    assert list(answer.context["forms"][0].errors) == [f"fields.{field}"]
    assert not Dossier.objects.exists()


def test_the_correction_form_gives_back_what_is_stored(clients, firm):
    form = clients["secretary"].get(f"/dossiers/{firm.pk}/correct/").context["forms"][0]
    assert form.initial["fields.name"] == firm.title
    said = {f"fields.{code}": form.initial[f"fields.{code}"] or "" for code in form.kinds}
    clients["secretary"].post(f"/dossiers/{firm.pk}/correct/", {**said, "version": firm.version, "note": ""})
    after = Dossier.objects.get(pk=firm.pk)
    assert {key: after.fields[key] for key in firm.fields} == firm.fields


def test_a_correction_of_an_older_version_is_refused(clients, firm):
    said = {"fields.name": "甲", "version": firm.version, "note": ""}
    assert clients["secretary"].post(f"/dossiers/{firm.pk}/correct/", said).status_code == 302
    again = clients["secretary"].post(f"/dossiers/{firm.pk}/correct/", {**said, "fields.name": "乙"})
    assert again.status_code == 422
    assert Dossier.objects.get(pk=firm.pk).title == "甲"


def test_masked_fields_are_neither_offered_nor_overwritten(clients, household):
    path = f"/dossiers/{household.pk}/correct/"
    assert "fields.head" not in clients["secretary"].get(path).context["forms"][0].fields
    clients["secretary"].post(path, {"fields.address": "东浦村2组", "version": household.version, "note": ""})
    after = Dossier.objects.get(pk=household.pk)
    assert (after.fields["head"], after.fields["address"]) == ("陆文华", "东浦村2组")


def test_closing_can_be_taken_back(clients, firm):
    clients["secretary"].post(f"/dossiers/{firm.pk}/close/", {"on": "2023-05-01", "note": "注销"})
    assert Dossier.objects.get(pk=firm.pk).state == State.CLOSED
    assert titles(clients["secretary"], f"/dossiers/{ENTERPRISE}/") == []
    assert titles(clients["secretary"], f"/dossiers/{ENTERPRISE}/?state=closed") == [firm.title]
    clients["secretary"].post(f"/dossiers/{firm.pk}/reopen/")
    assert Dossier.objects.get(pk=firm.pk).state == State.ACTIVE


# ── ties and doubles ──────────────────────────────────────────────────────────────────────────────────


def test_a_tie_shows_from_both_sides_and_ends(clients, matters, town):
    by = matters.scope("secretary")
    shop, house = (keep(code, town.micro_grids[0], by=by) for code in (PLACE, BUILDING))
    said = {"relation": "building", "target": house.title, "since": ""}
    assert clients["secretary"].post(f"/dossiers/{shop.pk}/relate/", said).status_code == 302
    (tie,) = clients["secretary"].get(f"/dossiers/{shop.pk}/").context["ties"]
    (back,) = clients["secretary"].get(f"/dossiers/{house.pk}/").context["ties"]
    assert (tie.title, back.title) == (house.title, shop.title)
    clients["secretary"].post(tie.end_url)
    assert clients["secretary"].get(f"/dossiers/{shop.pk}/").context["ties"] == []


def test_a_name_that_fits_no_dossier_is_said(clients, matters, town):
    shop = keep(PLACE, town.micro_grids[0], by=matters.scope("secretary"))
    said = {"relation": "building", "target": "没有的楼", "since": ""}
    assert clients["secretary"].post(f"/dossiers/{shop.pk}/relate/", said).status_code == 422


def test_doubles_are_found_compared_and_merged(clients, matters, firm, town):
    by = matters.scope("secretary")
    other = keep(
        ENTERPRISE, town.micro_grids[0], by=by, name="澄江精密铸造公司", credit_code="91990000DEMO000002",
        phone="13800001111",
    )  # fmt: skip
    read_months(other, by=by, months=2)
    assert len(clients["secretary"].get(f"/dossiers/{ENTERPRISE}/doubles/").context["pairs"]) == 1
    path = f"/dossiers/{firm.pk}/merge/{other.pk}/"
    rows = clients["secretary"].get(path).context["rows"]
    assert {row["name"] for row in rows if not row["same"]} >= {"企业名称", "联系电话"}
    versions = {"kept": firm.version, "absorbed": other.version, "note": "同一家"}
    assert clients["secretary"].post(path, versions)["Location"] == f"/dossiers/{firm.pk}/"
    kept = Dossier.objects.get(pk=firm.pk)
    assert (kept.fields["phone"], kept.readings.count()) == ("13800001111", 2)
    assert firm.title in clients["secretary"].get(f"/dossiers/{other.pk}/").content.decode()


# ── spreadsheets ──────────────────────────────────────────────────────────────────────────────────────


def sheet_of(*rows):
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    target = BytesIO()
    book.save(target)
    return SimpleUploadedFile("企业.xlsx", target.getvalue())


def take_in(client, file, area=""):
    said = {"file": file, "area": area, "opened_on": "2023-01-01"}
    return client.post(f"/dossiers/{ENTERPRISE}/import/", said)


def test_a_sheet_is_taken_in_and_bad_rows_come_back_to_be_mended(clients, town):
    heads = ["企业名称", "统一社会信用代码", "从业人数", "所属区域"]
    file = sheet_of(
        heads,
        ["好企业", "91990000DEMO000003", 12, "东浦村"],
        ["坏企业", "91990000DEMO000004", "许多", "东浦村"],
    )
    page = take_in(clients["secretary"], file)
    report = page.context["outcome"].report
    assert (report.created, report.rejected_rows) == (1, 1)
    mended = b64decode(page.context["outcome"].rejected.partition("base64,")[2])
    rows = list(load_workbook(BytesIO(mended)).worksheets[0].iter_rows(values_only=True))
    assert rows[1][0] == "坏企业"


def test_a_file_that_is_no_sheet_is_said_kindly(clients, town):
    answer = take_in(clients["secretary"], SimpleUploadedFile("x.xlsx", b"PK\x03\x04broken"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]


def test_the_empty_sheet_has_the_headings_of_the_kind(clients):
    answer = clients["secretary"].get(f"/dossiers/{ENTERPRISE}/import/template/")
    heads = [cell.value for cell in load_workbook(BytesIO(answer.content)).worksheets[0][1]]
    assert heads[0] == "企业名称"
    assert heads[-1] == "所属区域"


@pytest.mark.parametrize("pack", sorted(library().packs))
def test_every_kind_of_every_pack_has_a_list_and_a_form(clients, people, pack):
    open_eyes(people["secretary"])
    codes = [code for code, kind in library().dossier_kinds.items() if kind.pack == pack]
    paths = [path for code in codes for path in (f"/dossiers/{code}/", f"/dossiers/{code}/new/")]
    got = {path: clients["secretary"].get(path).status_code for path in paths}
    assert {path: status for path, status in got.items() if status != 200} == {}


def test_ties_to_what_one_may_not_see_are_not_told(clients, matters, people, town):
    open_eyes(people["secretary"])
    by = matters.scope("secretary")
    home, person = keep(HOUSEHOLD, town.micro_grids[0], by=by), keep(PERSON, town.micro_grids[0], by=by)
    relate(home, library().dossier_kind(HOUSEHOLD), "members", target=person, by=by)
    assert clients["leader"].get(f"/dossiers/{home.pk}/").context["ties"] == []
    assert len(clients["secretary"].get(f"/dossiers/{home.pk}/").context["ties"]) == 1
