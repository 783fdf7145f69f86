"""Areas out and in again, and the report on every row that couldn't come in."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook
from tests.conftest import square

from zhenshu.ground.areas import sheets
from zhenshu.ground.areas.errors import AreaError
from zhenshu.ground.areas.exchange import (
    COLUMNS,
    export_geojson,
    export_xlsx,
    import_geojson,
    import_xlsx,
)
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.areas.tree import correct_area, rename_area
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import SYSTEM, Actor

CLERK = Actor(None, "许澄")
DAY = date(2024, 1, 1)
TOWN_CODE = "990101100000"
HEADS = list(COLUMNS)


def workbook(*rows, heads=HEADS):
    book = Workbook()
    for row in (heads, *rows):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def take_xlsx(*rows, **options):
    return import_xlsx(workbook(*rows, **options), by=CLERK, default_from=DAY)


def take_features(*features):
    content = json.dumps({"type": "FeatureCollection", "features": features})
    return import_geojson(content, by=CLERK, default_from=DAY)


def feature(name, code, level=3, parent_code=TOWN_CODE, geometry=None, **properties):
    properties |= {"name": name, "code": code, "level": level, "parent_code": parent_code}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def rows_in_force(*columns):
    return list(Area.objects.open().order_by("code").values_list(*columns))


def end_all_areas():
    """Leave the tree as empty as on a new installation."""
    Area.objects.update(valid_to=DAY)


def reasons(report):
    return {problem.row: problem.reason for problem in report.problems}


class TestSpreadsheetIn:
    def test_children_may_stand_before_their_parents(self, town):
        report = take_xlsx(
            ["990101100299001", "第一网格", "网格", "990101100299", None, None, 90, 260],
            ["990101100299", "白鹭村", "村/社区", TOWN_CODE, "2024-07-01", None, 300, 900],
        )
        grid = Area.objects.get(code="990101100299001")
        assert report.problems == ()
        assert (grid.parent.name, grid.parent.parent_id) == ("白鹭村", town.town.pk)
        assert (grid.valid_from, grid.parent.valid_from) == (DAY, date(2024, 7, 1))

    @pytest.mark.parametrize(
        "written", [date(2024, 7, 1), "2024-7-1", "2024/07/01", "2024.7.1", "2024年7月1日"]
    )
    def test_days_are_read_in_the_usual_spellings(self, town, written):
        take_xlsx(["990101100299", "白鹭村", "村", TOWN_CODE, written])
        assert Area.objects.get(code="990101100299").valid_from == date(2024, 7, 1)

    @pytest.mark.parametrize("written", ["村社区", "村/社区", "village", 3, "3", 3.0, "社区"])
    def test_levels_are_read_by_name_and_number(self, town, written):
        assert take_xlsx(["990101100299", "白鹭村", written, TOWN_CODE]).created[0].level == Level.VILLAGE

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            (["990101100299", "", "村", TOWN_CODE], "name|名称"),
            (["990101100299", "白鹭村", "小组", TOWN_CODE], "小组"),
            (["990101100299", "白鹭村", "村", "990101100777"], "990101100777"),
            (["990101100201", "白鹭村", "村", TOWN_CODE], "990101100201"),
            (["9901", "白鹭村", "村", TOWN_CODE], "9901"),
            (["990101100299", "东浦村", "村", TOWN_CODE], "东浦村"),
            (["990101100299", "白鹭村", "村", TOWN_CODE, "去年"], "去年"),
            (["990101100299", "白鹭村", "村", TOWN_CODE, "2024-02-30"], "2024-02-30"),
            (["990101100299", "白鹭村", "村", TOWN_CODE, "2024-02-03", "2024-02-01"], "2024"),
            (["990101100299", "白鹭村", "村", TOWN_CODE, None, None, "三百"], "三百"),
            (["990101100299", "白鹭村", "村", TOWN_CODE, None, None, -5], "-5"),
            (["990101100299", "白鹭村", "村", TOWN_CODE, None, None, "=1+1"], "1"),
            (["990101100299", "白鹭村", "村", None], "白鹭村"),
            (["990101100299", "白鹭村", "镇", "990101100201"], "白鹭村"),
        ],
        ids=[
            "no name", "level", "parent", "code taken", "code short", "name taken", "day", "no such day",
            "ends first", "count", "negative", "formula", "no parent", "town in a village",
        ],
    )  # fmt: skip
    def test_bad_row_is_named_and_good_rows_come_in(self, town, row, words):
        good = ["990101100298", "石埠村", "村", TOWN_CODE]
        report = take_xlsx(row, good)
        assert [area.name for area in report.created] == ["石埠村"]
        assert list(reasons(report)) == [2]
        assert re.search(words, reasons(report)[2])

    def test_row_below_a_bad_row_is_left_out_too(self, town):
        report = take_xlsx(
            ["990101100299", "白鹭村", "村", "0"], ["990101100299001", "第一网格", "网格", "990101100299"]
        )
        assert report.created == ()
        assert "990101100299" in reasons(report)[3]

    def test_code_in_two_rows_is_a_problem_of_both(self, town):
        report = take_xlsx(
            ["990101100299", "白鹭村", "村", TOWN_CODE], ["990101100299", "石埠村", "村", TOWN_CODE]
        )
        assert list(reasons(report)) == [2, 3]

    def test_name_twice_under_one_parent_keeps_the_first(self, town):
        report = take_xlsx(
            ["990101100298", "白鹭村", "村", TOWN_CODE], ["990101100299", "白鹭村", "村", TOWN_CODE]
        )
        assert [area.code for area in report.created] == ["990101100298"]
        assert list(reasons(report)) == [3]

    def test_formula_comes_in_as_its_own_text_and_is_never_reckoned(self, town):
        report = take_xlsx(["990101100299", "=cmd|' /C calc'!A0", "村", TOWN_CODE])
        assert report.created[0].name == "=cmd|' /C calc'!A0"

    def test_rare_characters_come_in(self, town):
        assert take_xlsx(["990101100299", "𠮷家村🌾", "村", TOWN_CODE]).created[0].name == "𠮷家村🌾"

    def test_empty_lines_are_passed_over_but_counted(self, town):
        report = take_xlsx([None] * 8, ["990101100299", "", "村", TOWN_CODE])
        assert list(reasons(report)) == [3]

    def test_order_of_columns_and_columns_of_others_do_not_matter(self, town):
        heads = ["备注", "级别", "名称", "上级代码"]
        report = take_xlsx(["无", "村", "白鹭村", TOWN_CODE], heads=heads)
        assert report.created[0].code is None

    def test_same_file_again_brings_nothing_in_twice(self, town):
        row = ["990101100299", "白鹭村", "村", TOWN_CODE]
        take_xlsx(row)
        report = take_xlsx(row)
        assert (report.created, list(reasons(report))) == ((), [2])

    def test_what_came_in_is_in_the_ledger(self, town):
        report = take_xlsx(["990101100299", "白鹭村", "村", TOWN_CODE])
        entry = Entry.objects.latest("seq")
        assert (entry.action, entry.subject_id, entry.actor_name) == (
            "area.created",
            report.created[0].pk,
            "许澄",
        )

    @pytest.mark.parametrize(
        "content", [b"", b"not a sheet", b"PK\x03\x04broken"], ids=["empty", "text", "broken zip"]
    )
    def test_file_that_is_no_spreadsheet_is_refused(self, town, content):
        with pytest.raises(AreaError, match="xlsx"):
            import_xlsx(content, by=CLERK, default_from=DAY)

    def test_zip_that_is_no_spreadsheet_is_refused(self, town):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("hello.txt", "hello")
        with pytest.raises(AreaError, match="xlsx"):
            import_xlsx(file.getvalue(), by=CLERK, default_from=DAY)

    def test_zip_bomb_is_not_opened(self, town):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            block = b"\0" * (16 * 1024 * 1024)
            for number in range(sheets.MOST_UNPACKED_BYTES // len(block) + 1):
                archive.writestr(f"xl/{number}.xml", block)
        with pytest.raises(AreaError, match="MB"):
            import_xlsx(file.getvalue(), by=CLERK, default_from=DAY)

    def test_broken_sheet_inside_a_sound_zip_is_refused(self, town):
        file = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(workbook())) as sound,
            zipfile.ZipFile(file, "w") as broken,
        ):
            for name in sound.namelist():
                broken.writestr(name, b"<worksheet><sheetData" if "sheet1" in name else sound.read(name))
        with pytest.raises(AreaError, match="xlsx"):
            import_xlsx(file.getvalue(), by=CLERK, default_from=DAY)

    def test_too_many_rows_are_refused_not_cut_off(self, town, monkeypatch):
        monkeypatch.setattr(sheets, "MOST_ROWS", 2)
        rows = [[f"99010110029{n}", f"白鹭{n}村", "村", TOWN_CODE] for n in range(2)]
        with pytest.raises(AreaError, match="2"):
            take_xlsx(*rows)
        assert not Area.objects.filter(name__startswith="白鹭").exists()

    def test_missing_column_is_named_with_those_expected(self, town):
        with pytest.raises(AreaError, match="级别.*代码 名称 级别"):
            take_xlsx(["白鹭村"], heads=["名称"])


class TestSpreadsheetOut:
    def test_columns_and_values(self, town):
        sheet = load_workbook(io.BytesIO(export_xlsx(town.villages))).active
        rows = list(sheet.iter_rows(values_only=True))
        assert list(rows[0]) == HEADS
        assert rows[1][:4] == ("990101100201", "东浦村", "村社区", TOWN_CODE)
        assert rows[1][6:] == (400, 1200)

    @pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
    def test_text_that_looks_like_a_formula_goes_out_as_text(self, town, sign):
        village = rename_area(town.villages[0], f"{sign}cmd|' /C calc'!A0", by=CLERK)
        cell = load_workbook(io.BytesIO(export_xlsx([village]))).active["B2"]
        assert (cell.data_type, cell.value) == ("s", village.name)
        assert cell.quotePrefix

    def test_whole_tree_goes_out_and_comes_in_again(self, town):
        content = export_xlsx(Area.objects.select_related("parent"))
        before = rows_in_force("code", "name", "level", "households")
        end_all_areas()
        report = import_xlsx(content, by=CLERK, default_from=DAY)
        assert report.problems == ()
        assert rows_in_force("code", "name", "level", "households") == before


class TestGeojson:
    def test_whole_tree_goes_out_and_comes_in_again(self, town):
        content = json.dumps(export_geojson(Area.objects.select_related("parent")), ensure_ascii=False)
        before = rows_in_force("code", "name", "parent__code", "boundary")
        end_all_areas()
        report = import_geojson(content.encode(), by=CLERK, default_from=DAY)
        assert report.problems == ()
        assert rows_in_force("code", "name", "parent__code", "boundary") == before

    def test_feature_carries_the_promised_properties(self, town):
        properties = export_geojson([town.villages[0]])["features"][0]["properties"]
        expected = {"code", "name", "level", "parent_code", "valid_from"}
        assert expected <= set(properties)
        assert (properties["parent_code"], properties["valid_from"]) == (TOWN_CODE, "2015-01-01")

    def test_bad_polygon_is_a_problem_of_its_row(self, town):
        bow_tie = {
            "type": "Polygon",
            "coordinates": [[[120, 31], [121, 32], [121, 31], [120, 32], [120, 31]]],
        }
        report = take_features(
            feature("白鹭村", "990101100299", geometry=bow_tie),
            feature("石埠村", "990101100298", geometry=square(6, 0)),
        )
        assert [area.name for area in report.created] == ["石埠村"]
        assert list(reasons(report)) == [1]

    @pytest.mark.parametrize("item", [None, 7, "x", {}, {"properties": 3}, {"properties": {"name": ["a"]}}])
    def test_feature_of_any_shape_is_at_most_a_problem(self, town, item):
        assert list(reasons(take_features(item))) == [1]

    @pytest.mark.parametrize(
        "content", [b"", b"{", b"[]", b'{"features": 3}', b"\xff\xfe\x00", b"[" * 100_000]
    )
    def test_file_that_is_no_collection_is_refused(self, db, content):
        with pytest.raises(AreaError):
            import_geojson(content, by=CLERK, default_from=DAY)

    def test_corrected_boundary_goes_out(self, town):
        village = correct_area(town.villages[0], by=SYSTEM, boundary=square(0, 0))
        assert export_geojson([village])["features"][0]["geometry"] == square(0, 0)
