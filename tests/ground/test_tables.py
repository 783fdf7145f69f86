"""Tables that come in: every usual file, no bomb, no formula."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from zhenshu.ground import tables
from zhenshu.ground.tables import RowProblem, TableError, read_table, read_tables


def xlsx(*sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_headings_and_rows_with_their_numbers():
    table = read_table(
        xlsx(("名单", [["姓名*", "联系\n电话"], ["何敏", 13800001234], [None, None], ["罗满", "—"]]))
    )
    assert (table.name, table.headings) == ("名单", ("姓名", "联系电话"))
    assert [(row.number, row.cells["姓名"]) for row in table.rows] == [(2, "何敏"), (4, "罗满")]


def test_a_title_above_the_headings_is_passed_over():
    rows = [["澄江镇2023年企业名单"], [], ["序号", "企业名称"], [1, "某厂"]]
    assert read_table(xlsx(("a", rows))).headings == ("序号", "企业名称")
    assert read_table(xlsx(("a", [["填报", "说明"], *rows])), known=["企业名称"]).rows[0].number == 5


def test_all_sheets_or_the_first_with_rows():
    content = xlsx(("空", []), ("表", [["甲", "乙"], [1, 2]]))
    assert [table.name for table in read_tables(content)] == ["空", "表"]
    assert read_table(content).name == "表"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_each_usual_encoding(encoding):
    table = read_table('姓名,说明\n何敏,"一行\n两行"\n'.encode(encoding))
    assert table.rows[0].cells == {"姓名": "何敏", "说明": "一行\n两行"}


@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_csv_with_each_usual_separator(sign):
    table = read_table(f"姓名{sign}说明\n何敏{sign}甲，乙\n".encode())
    assert table.rows[0].cells == {"姓名": "何敏", "说明": "甲，乙"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_more_rows_than_are_read_are_refused_not_left_out(kind, monkeypatch, in_english):
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    lines = [["甲", "乙"], ["1", "2"], ["3", "4"]]
    content = "\n".join(map(",".join, lines)).encode() if kind == "csv" else xlsx(("表", lines))
    with pytest.raises(TableError, match="more than 2 rows"):
        read_table(content)


def test_text_that_looks_like_a_formula_stays_text():
    row = read_table("名称,说明\n=cmd|' /C calc'!A0,@SUM(A1)\n".encode()).rows[0]
    assert row.cells == {"名称": "=cmd|' /C calc'!A0", "说明": "@SUM(A1)"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 not a zip",
        b"\xd0\xcf\x11\xe0 not an xls",
        b"\xff\xfe\x00\xd8",
        xlsx(("a", [["甲", "乙"]])),
    ],
    ids=["empty", "broken zip", "broken xls", "no text", "no rows"],
)
def test_what_is_no_table_is_refused_with_a_sentence(content):
    with pytest.raises(TableError):
        read_table(content)


def test_a_zip_bomb_is_not_opened(monkeypatch):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    monkeypatch.setattr(tables, "MOST_UNPACKED_BYTES", 1_000_000)
    with pytest.raises(TableError):
        read_table(file.getvalue())


def test_too_large_a_file_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "MOST_BYTES", 10)
    with pytest.raises(TableError):
        read_table(b"a,b\n1,2\n" * 10)


def test_a_problem_reads_as_a_sentence():
    problem = RowProblem(4, "成立日期", "没有这一天。")
    assert "4" in str(problem)
    assert "成立日期" in str(problem)
    assert str(problem).endswith("没有这一天。")
