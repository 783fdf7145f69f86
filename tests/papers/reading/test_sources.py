"""Every kind of file becomes the same text, or a sentence that says what to do."""

import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from zhenshu.papers.reading import errors
from zhenshu.papers.reading.sources import NOT_A_REPORT, TEXT_LIMIT, from_text, load

PARAGRAPHS = [
    "澄江镇政府工作报告",
    "各位代表，现在我代表镇人民政府向大会报告工作，请予审议。",
    "一年来，全镇实现一般公共预算收入3.16亿元，同比增长4.5%，新增规上工业企业6家。",
    "今后一年，我们将推进重点项目建设，完成投资12亿元，为群众办好民生实事10件。",
]
TEXT = "\n".join(PARAGRAPHS) + "\n"


def saved(folder: Path, content: bytes, name: str = "report.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


ENCODINGS = [
    ("utf-8", b"", "utf-8"),
    ("utf-8", b"\xef\xbb\xbf", "utf-8"),
    ("gb18030", b"", "gb18030"),
    ("gbk", b"", "gb18030"),
    ("utf-16-le", b"\xff\xfe", "utf-16-le"),
    ("utf-16-be", b"\xfe\xff", "utf-16-be"),
]


@pytest.mark.parametrize(("encoding", "mark", "named"), ENCODINGS)
def test_plain_text_in_any_usual_encoding(tmp_path, encoding, mark, named):
    document = load(saved(tmp_path, mark + TEXT.encode(encoding)))
    assert (document.text, document.clean) == (TEXT, TEXT)
    assert (document.kind, document.encoding, document.warnings) == ("txt", named, ())


def test_utf_16_without_a_mark(tmp_path):
    text = "2023: 12 34 56 78 90\n" * 20 + TEXT
    assert load(saved(tmp_path, text.encode("utf-16-le"))).text == text


def test_big5_is_found_when_nothing_else_fits(tmp_path):
    text = "各位代表，現在我代表政府報告工作。全年完成投資十二億元，推進重點項目建設，辦好民生實事。\n" * 20
    document = load(saved(tmp_path, text.encode("big5")))
    assert document.text == text
    assert "重点项目建设" in document.clean


def test_line_breaks_are_kept_exactly(tmp_path):
    text = TEXT.replace("\n", "\r\n")
    assert load(saved(tmp_path, text.encode("utf-8"))).text == text


def test_two_encodings_in_one_file_are_read_line_by_line(tmp_path):
    lines = [line.encode("gb18030" if number % 2 else "utf-8") for number, line in enumerate(PARAGRAPHS)]
    document = load(saved(tmp_path, b"\n".join(lines)))
    assert document.text == "\n".join(PARAGRAPHS)
    assert [each.kind for each in document.repairs] == ["line encoding", "line encoding"]


def test_text_cut_off_inside_a_character_loses_only_that(tmp_path):
    document = load(saved(tmp_path, TEXT.rstrip().encode("utf-8")[:-4]))
    assert document.text.startswith(TEXT[:-10])
    assert "line encoding" in {each.kind for each in document.repairs}


def word_file(folder: Path) -> tuple[Path, docx.document.Document]:
    document = docx.Document()
    for paragraph in PARAGRAPHS:
        document.add_paragraph(paragraph)
    return folder / "report.docx", document


def test_docx_paragraphs(tmp_path):
    path, word = word_file(tmp_path)
    word.save(path)
    document = load(path)
    assert (document.text, document.kind) == (TEXT, "docx")


def test_docx_table_keeps_names_beside_numbers(tmp_path):
    path, word = word_file(tmp_path)
    table = word.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, [("指标", "完成"), ("财政收入", "3.16亿元")], strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    word.save(path)
    assert load(path).text == TEXT + "指标\t完成\n财政收入\t3.16亿元\n"


def tracked(kind: str, tag: str, words: str) -> str:
    return (
        f'<w:{kind} {nsdecls("w")} w:id="1" w:author="a" w:date="2024-01-01T00:00:00Z">'
        f"<w:r><w:{tag}>{words}</w:{tag}></w:r></w:{kind}>"
    )


def test_docx_tracked_changes_are_taken_as_accepted_and_said(tmp_path):
    path, word = word_file(tmp_path)
    paragraph = word.add_paragraph("完成投资")._p
    paragraph.append(parse_xml(tracked("del", "delText", "5亿元")))
    paragraph.append(parse_xml(tracked("ins", "t", "6亿元")))
    word.save(path)
    document = load(path)
    assert document.text == TEXT + "完成投资6亿元\n"
    here = len(TEXT) + 4
    told = [(each.kind, each.start, each.end, each.was, each.now) for each in document.repairs]
    assert told == [
        ("tracked deletion", here, here, "5亿元", ""),
        ("tracked insertion", here, here + 3, "", "6亿元"),
    ]


def test_docx_text_box_is_read_once_behind_its_paragraph(tmp_path):
    path, word = word_file(tmp_path)
    box = "<w:txbxContent><w:p><w:r><w:t>新增企业7家</w:t></w:r></w:p></w:txbxContent>"
    run = (
        f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:AlternateContent><mc:Choice Requires="wps">{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    word.add_paragraph("见文本框。")._p.append(parse_xml(run))
    word.save(path)
    assert load(path).text == TEXT + "见文本框。\n新增企业7家\n"


def test_docx_field_codes_are_not_text(tmp_path):
    path, word = word_file(tmp_path)
    code = f"<w:r {nsdecls('w')}><w:instrText> PAGE \\* MERGEFORMAT </w:instrText></w:r>"
    word.add_paragraph("完")._p.append(parse_xml(code))
    word.save(path)
    assert load(path).text == TEXT + "完\n"


PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>报告</title><style>p{{}}</style></head>
<body><nav><a href="/">首页</a> <a href="/a">政务公开</a></nav>
<div class="side"><ul><li><a href="/1">关于召开全镇大会的通知</a></li></ul></div>
<div class="main"><h1>{title}</h1><div id="zoom">{body}</div></div>
<footer>版权所有 某某镇人民政府</footer><script>var a = "不是正文";</script></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_html_without_its_navigation(tmp_path, charset):
    body = "".join(f"<p>　　{paragraph}</p>" for paragraph in PARAGRAPHS[1:])
    page = PAGE.format(charset=charset, title=PARAGRAPHS[0], body=body)
    document = load(saved(tmp_path, page.encode(charset), "report.html"))
    assert document.kind == "html"
    assert document.clean.split("\n")[-4:] == [*PARAGRAPHS[1:], ""]
    assert "通知" not in document.text
    assert "不是正文" not in document.text
    dropped = " ".join(each.was for each in document.repairs if each.kind == "web navigation")
    assert "政务公开" in dropped
    assert "版权所有" in dropped


def test_html_table_row_is_one_line(tmp_path):
    rows = (
        "<table><tr><td>财政收入</td><td>3.16亿元</td></tr><tr><td>工业产值</td><td>84亿元</td></tr></table>"
    )
    page = PAGE.format(charset="utf-8", title="", body=f"<p>{PARAGRAPHS[2] * 3}</p>{rows}")
    text = load(saved(tmp_path, page.encode(), "report.html")).text
    assert "财政收入\t3.16亿元\n" in text


def pdf_bytes(*streams: bytes) -> bytes:
    """A small pdf, one page a stream, in a font whose letters stand for themselves."""
    pages = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(streams)))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{pages}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, stream in enumerate(streams):
        bodies.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {5 + 2 * number} 0 R >>".encode()
        )
        bodies.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return _numbered(bodies)


def _numbered(bodies: list[bytes]) -> bytes:
    written, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(bodies) + 1, len(written))
    return written + head + table + end


def test_pdf_with_text(tmp_path):
    stream = b"BT /F1 12 Tf 50 780 Td (GDP 84.25 and 12.5% of the whole) Tj ET"
    document = load(saved(tmp_path, pdf_bytes(stream, stream), "report.pdf"))
    assert document.kind == "pdf"
    assert document.text.count("84.25 and 12.5%") == 2


def swollen_docx(folder: Path) -> Path:
    path = folder / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", b"<w>" + b" " * 70_000_000 + b"</w>")
    return path


def entity_docx(folder: Path) -> Path:
    path = folder / "laughs.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>')
    return path


def zipped(folder: Path, part: str, content: bytes = b"<a/>") -> Path:
    path = folder / "some.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(part, content)
    return path


def cut_docx(folder: Path) -> Path:
    path, word = word_file(folder)
    word.save(path)
    path.write_bytes(path.read_bytes()[:-900])
    return path


REFUSALS = [
    (errors.EmptyFileError, "no text at all", lambda folder: saved(folder, b"")),
    (errors.EmptyFileError, "no text at all", lambda folder: saved(folder, "　\r\n ".encode())),
    (
        errors.ScannedPdfError,
        r"2 pages .*\(OCR\)",
        lambda folder: saved(folder, pdf_bytes(b"", b""), "a.pdf"),
    ),
    (errors.BrokenFileError, "damaged", lambda folder: saved(folder, b"%PDF-1.4 nothing", "a.pdf")),
    (errors.BrokenFileError, "damaged", lambda folder: zipped(folder, "word/document.xml", b"<a")),
    (errors.TextTooLongError, "million characters", lambda folder: saved(folder, TEXT.encode() * 60_000)),
    (errors.TextTooLongError, "split", lambda folder: saved(folder, b"a " * (TEXT_LIMIT // 2 + 1))),
    (errors.SwollenFileError, "word/document.xml", swollen_docx),
    (errors.SwollenFileError, "new document", entity_docx),
    (errors.WrongFormatError, "spreadsheet", lambda folder: zipped(folder, "xl/workbook.xml")),
    (errors.WrongFormatError, "archive", lambda folder: zipped(folder, "a.txt")),
    (errors.BrokenFileError, "damaged", cut_docx),
    (errors.WrongFormatError, "old Word", lambda folder: saved(folder, errors_ole(b""), "a.doc")),
    (
        errors.LockedFileError,
        "password",
        lambda folder: saved(folder, errors_ole("EncryptedPackage".encode("utf-16-le")), "a.docx"),
    ),
    (errors.WrongFormatError, "picture", lambda folder: saved(folder, b"\x89PNG\r\n\x1a\n", "a.png")),
]


def errors_ole(inside: bytes) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + inside


@pytest.mark.parametrize(("error", "words", "make"), REFUSALS)
def test_refused_with_a_sentence_that_helps(tmp_path, error, words, make):
    path = make(tmp_path)
    with pytest.raises(error, match=words) as refusal:
        load(path)
    assert path.name in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_missing_file_is_the_callers_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nothing.txt")


def test_pasted_text():
    document = from_text(TEXT)
    assert (document.clean, document.kind) == (TEXT, "text")
    with pytest.raises(errors.EmptyFileError):
        from_text(" \n")
    with pytest.raises(errors.TextTooLongError):
        from_text("a" * (TEXT_LIMIT + 1))


def test_novel_is_read_with_a_warning():
    novel = "那天傍晚她独自坐在窗边，听见雨落在瓦上，想起许多年前的一个夏夜，父亲提着灯笼从桥那头走来。" * 20
    document = from_text(novel)
    assert document.clean == novel
    assert document.warnings == (NOT_A_REPORT,)
