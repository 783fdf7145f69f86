"""Official documents stand on the page as GB/T 9704-2012 wants, in the file and on paper."""

import re
import shutil
import subprocess
import zipfile
from itertools import groupby
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn

from zhenshu.papers.writing.geometry import A3_LANDSCAPE, A4, FREE_FACES, twips
from zhenshu.papers.writing.layout import signature_from_right, write_official, write_wall_chart
from zhenshu.papers.writing.paper import (
    Appendix,
    Cell,
    Column,
    Heading,
    Letterhead,
    OfficialPaper,
    Paragraph,
    Run,
    Source,
    Table,
    WallChart,
)

INCOME = Source("3.16亿元", "一般公共预算收入", "当年累计", "2023-12-31", "台账 1201 条", "王某某")
GROWTH = Source("4.5%", "一般公共预算收入增幅")
PROSE = (
    "过去一年的成绩来之不易，这是全镇人民共同奋斗的结果，我们将继续把群众的事情办好，推动各项工作再上新台阶。"
)
BODY = (
    Heading(1, "一、2023年工作回顾"),
    Heading(2, "（一）经济运行平稳向好"),
    Heading(3, "1.项目建设"),
    Heading(4, "（1）招商引资"),
    Paragraph(
        (
            Run("全镇实现一般公共预算收入"),
            Run("3.16亿元", source=INCOME),
            Run("，同比增长"),
            Run("4.5%", source=GROWTH),
            Run("。"),
        )
    ),
    *[Paragraph.of(PROSE * 4) for _ in range(8)],
    Table(
        (Column("指标", 2), Column("完成", 1, "right")),
        ((Cell("财政收入"), Cell("3.16亿元")),),
        "表1 主要指标",
    ),
)
REPORT = OfficialPaper(
    "澄江镇人民政府\n工作报告",
    BODY,
    addressee="各位代表：",
    subtitle=("镇长　某某某",),
    signature="澄江镇人民政府",
    date="2024年1月10日",
)


def written(folder: Path, paper: OfficialPaper = REPORT, **how) -> docx.document.Document:
    out = folder / "paper.docx"
    write_official(paper, out, **how)
    return docx.Document(str(out))


def millimetres(length) -> float:
    return round(length.mm, 1)


def paragraph_of(word, text):
    return next(paragraph for paragraph in word.paragraphs if paragraph.text == text)


def face_of(run) -> str:
    return run._r.rPr.rFonts.get(qn("w:eastAsia"))


def test_sheet_and_margins(tmp_path):
    section = written(tmp_path).sections[0]
    assert (millimetres(section.page_width), millimetres(section.page_height)) == (210, 297)
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [millimetres(margin) for margin in margins] == [37, 35, 28, 26]


def test_type_area_is_22_lines_of_28_characters(tmp_path):
    assert (A4.text_width, A4.text_height) == (156, 225)
    normal = written(tmp_path).styles["Normal"]
    line = normal.paragraph_format.line_spacing.pt
    drawn = int(normal.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    character = normal.font.size.pt + drawn
    assert 22 * line <= 225 / 25.4 * 72 < 23 * line
    assert 28 * character <= 156 / 25.4 * 72 < 29 * character


def test_grid_has_the_pitch_of_a_line(tmp_path):
    grid = written(tmp_path).sections[0]._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


FACES = [
    ("澄江镇人民政府", "方正小标宋简体", 22),
    ("一、2023年工作回顾", "黑体", 16),
    ("（一）经济运行平稳向好", "楷体_GB2312", 16),
    ("1.项目建设", "仿宋_GB2312", 16),
    ("（1）招商引资", "仿宋_GB2312", 16),
    ("各位代表：", "仿宋_GB2312", 16),
    ("镇长　某某某", "楷体_GB2312", 16),
]


@pytest.mark.parametrize(("text", "face", "size"), FACES)
def test_face_and_size_of_each_part(tmp_path, text, face, size):
    run = paragraph_of(written(tmp_path), text).runs[0]
    assert (face_of(run), run.font.size.pt) == (face, size)


def test_headings_have_outline_levels_for_navigation(tmp_path):
    word = written(tmp_path)
    styles = [paragraph.style.name for paragraph in word.paragraphs]
    assert [name for name in styles if name.startswith("Heading")] == [
        "Heading 1",
        "Heading 2",
        "Heading 3",
        "Heading 4",
    ]


def test_body_is_set_in_by_two_characters_and_the_addressee_is_not(tmp_path):
    word = written(tmp_path)
    indents = paragraph_of(word, PROSE * 4)._p.pPr.ind
    assert (indents.get(qn("w:firstLineChars")), indents.get(qn("w:firstLine"))) == ("200", "640")
    assert paragraph_of(word, "各位代表：")._p.pPr.ind is None


def test_page_number_stands_right_on_odd_and_left_on_even_pages(tmp_path):
    word = written(tmp_path)
    section = word.sections[0]
    assert word.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        assert paragraph.text == "— 1 —"
        assert " PAGE " in "".join(code.text for code in paragraph._p.iter(qn("w:instrText")))
        assert paragraph._p.pPr.ind.get(qn(f"w:{side}Chars")) == "100"
        assert {(face_of(run), run.font.size.pt) for run in paragraph.runs} == {("宋体", 14)}


def test_faces_are_named_with_alternatives_and_none_is_embedded(tmp_path):
    written(tmp_path)
    with zipfile.ZipFile(tmp_path / "paper.docx") as package:
        names = package.namelist()
        fonts = package.read("word/fontTable.xml").decode()
    assert re.search(r'w:name="仿宋_GB2312"[^>]*>\s*<w:altName w:val="FangSong,', fonts)
    assert not [name for name in names if name.endswith((".odttf", ".ttf", ".otf"))]


def test_other_faces_can_be_set_throughout(tmp_path):
    word = written(tmp_path, substitutes=FREE_FACES)
    xml = word.element.xml + word.styles.element.xml
    assert "仿宋_GB2312" not in xml
    assert "Noto Serif CJK SC" in xml


def test_date_stands_four_characters_from_the_right(tmp_path):
    word = written(tmp_path)
    assert paragraph_of(word, "2024年1月10日")._p.pPr.ind.get(qn("w:rightChars")) == "400"


CENTRED = [("澄江镇人民政府", 3.75), ("党政办", 5.75), ("甲" * 30, 0)]


@pytest.mark.parametrize(("signature", "right"), CENTRED)
def test_signature_is_centred_over_the_date(signature, right):
    assert signature_from_right(signature, "2024年1月10日") == right


def test_paper_without_signature_ends_with_its_text(tmp_path):
    word = written(tmp_path, OfficialPaper("通知", (Paragraph.of("请遵照执行。"),)))
    assert [paragraph.text for paragraph in word.paragraphs] == ["通知", "", "请遵照执行。"]


def test_letterhead_is_red_over_a_red_rule(tmp_path):
    head = Letterhead("澄江镇人民政府文件", "澄政发〔2024〕1号", "特急")
    word = written(tmp_path, OfficialPaper("通知", BODY, letterhead=head))
    mark = paragraph_of(word, "澄江镇人民政府文件").runs[0]
    assert (str(mark.font.color.rgb), face_of(mark)) == ("FF0000", "方正小标宋简体")
    assert mark.font.size.pt * len(head.issuer) <= 156 / 25.4 * 72
    rule = paragraph_of(word, "澄政发〔2024〕1号")._p.find(f".//{qn('w:pBdr')}/{qn('w:bottom')}")
    assert rule.get(qn("w:color")) == "FF0000"


def test_figure_carries_its_source_as_comment(tmp_path):
    word = written(tmp_path, provenance="comments")
    told = [comment.text for comment in word.comments]
    assert told[0].startswith("指标：一般公共预算收入；口径：当年累计；截至：2023-12-31；")
    assert told[0].endswith("记录：台账 1201 条；签发人：王某某")
    assert told[1] == "指标：一般公共预算收入增幅"
    assert len(list(word.element.iter(qn("w:commentRangeStart")))) == 2


def test_sources_are_listed_in_an_appendix(tmp_path):
    word = written(tmp_path, provenance="appendix")
    rows = [[cell.text for cell in row.cells] for row in word.tables[-1].rows]
    assert rows[0] == ["序号", "数据", "指标", "口径", "截至", "记录", "签发人"]
    assert rows[1][:4] == ["1", "3.16亿元", "一般公共预算收入", "当年累计"]
    assert rows[1][4:] == ["2023-12-31", "台账 1201 条", "王某某"]
    assert [row[0] for row in rows[1:]] == ["1", "2"]
    assert not list(word.comments)


def test_source_used_twice_is_listed_once():
    twice = OfficialPaper("报告", (Paragraph((Run("一", source=INCOME), Run("又", source=INCOME))),))
    assert twice.sources() == (INCOME,)


def test_each_appendix_starts_a_page(tmp_path):
    paper = OfficialPaper("通知", BODY, appendices=(Appendix("名单", (Paragraph.of("无"),)),))
    word = written(tmp_path, paper)
    assert len(word.sections) == 2
    assert millimetres(word.sections[1].left_margin) == 28
    assert face_of(paragraph_of(word, "附件").runs[0]) == "黑体"


def test_table_repeats_its_head_and_keeps_rows_whole(tmp_path):
    table = written(tmp_path).tables[0]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
    assert widths == [twips(104), twips(52)]


LIGHTS = [("红灯 滞后", "F4CCCC"), ("黄灯 临近", "FFF2CC"), ("绿灯 正常", "D9EAD3")]
CHART = WallChart(
    "澄江镇重点工作挂图作战表",
    Table(
        (
            Column("序号", 0.4, "center"),
            Column("项目", 3),
            Column("节点", 2),
            Column("完成状态", 1, "center"),
        ),
        tuple(
            (Cell(str(number)), Cell("农贸市场改造"), Cell("6月开工\n12月完工"), Cell(*LIGHTS[number % 3]))
            for number in range(1, 61)
        ),
    ),
    note="数据截至2024年6月30日",
)


def test_wall_chart_is_a3_landscape(tmp_path):
    out = tmp_path / "chart.docx"
    write_wall_chart(CHART, out)
    word = docx.Document(str(out))
    section = word.sections[0]
    assert (millimetres(section.page_width), millimetres(section.page_height)) == (420, 297)
    assert section._sectPr.find(qn("w:pgSz")).get(qn("w:orient")) == "landscape"
    grid = [int(column.get(qn("w:w"))) for column in word.tables[0]._tbl.tblGrid]
    assert abs(sum(grid) - twips(A3_LANDSCAPE.text_width)) < 5
    cell = word.tables[0].rows[1].cells[3]
    assert cell.text == "黄灯 临近"
    assert cell._tc.tcPr.find(qn("w:shd")).get(qn("w:fill")) == "FFF2CC"


def printed(path: Path) -> pypdfium2.PdfDocument | None:
    """The document as pdf, by LibreOffice; nothing on a machine without it."""
    office = shutil.which("soffice")
    if office is None:
        return None
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return pypdfium2.PdfDocument(path.with_suffix(".pdf"))


def lines_of(page) -> list[str]:
    return [line.strip() for line in page.get_textpage().get_text_bounded().splitlines() if line.strip()]


def full_lines(page) -> list[str]:
    """The lines of running prose, which are as long as the page allows."""
    prose = [line for line in lines_of(page) if set(line) <= set(PROSE)]
    return [line for line in prose[:-1] if not line.endswith("。")]


def test_printed_page_holds_22_lines_of_28_characters(tmp_path):
    """On paper where LibreOffice is installed; by the geometry of the file everywhere."""
    word = written(tmp_path, substitutes=FREE_FACES)
    assert word.styles["Normal"].paragraph_format.line_spacing.pt * 22 <= A4.text_height / 25.4 * 72
    pdf = printed(tmp_path / "paper.docx")
    if pdf is not None:
        *body, number = lines_of(pdf[1])
        assert len(body) == 22
        assert re.fullmatch(r"—\s?2\s?—", number)
        lengths = [len(line) for line in full_lines(pdf[1])]
        assert sorted({length for length, _ in groupby(lengths)}) in ([28], [26, 28], [27, 28])
        assert max(lengths) == 28


def test_printed_wall_chart_repeats_its_head_on_every_sheet(tmp_path):
    out = tmp_path / "chart.docx"
    write_wall_chart(CHART, out, substitutes=FREE_FACES)
    assert docx.Document(str(out)).tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    pdf = printed(out)
    if pdf is not None:
        assert len(pdf) > 1
        assert all("完成状态" in page.get_textpage().get_text_bounded() for page in pdf)
        assert [round(side / 72 * 25.4) for side in pdf[0].get_size()] == [420, 297]
