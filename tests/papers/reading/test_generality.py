"""The grammar knows how townships write, and no township: no place, company or sentence stands in it."""

import re
from pathlib import Path

import pytest

import zhenshu.papers.reading as reading

FOLDER = Path(reading.__file__).parent
FILES = sorted(
    [*FOLDER.glob("grammar/*.py"), FOLDER / "lines.py", FOLDER / "naming.py", FOLDER / "counting.py"]
)
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
PLACE = re.compile(r"(?<![一-龥])[一-龥]{2,3}(?:省|市|县|镇|乡|街道|岛|湖|江)(?![一-龥])")
COMPANY = re.compile(r"[一-龥]{2,}(?:有限公司|股份|药业|纺织|锂业|控股|实业|重工)")
GENERAL = {
    "全镇",
    "全县",
    "全市",
    "全乡",
    "集镇",
    "城镇",
    "乡镇",
    "街镇",
    "区镇",
    "全街道",
    "我街道",
    "各乡镇",
    "智慧城市",
}
CLASS = re.compile(r"\[[^\]]*\]")
SENTENCE = re.compile(r"[一-龥]{24,}")


def strings(path):
    code = path.read_text(encoding="utf-8")
    return [found[1] for found in STRING.finditer(re.sub(r'""".*?"""', "", code, flags=re.DOTALL))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_place_name(path):
    found = {name for text in strings(path) for name in PLACE.findall(text)}
    assert found <= GENERAL


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_company_name(path):
    assert [name for text in strings(path) for name in COMPANY.findall(text)] == []


@pytest.mark.parametrize(
    "path", [file for file in FILES if file.name != "weights.py"], ids=lambda path: path.name
)
def test_no_sentence_of_a_report(path):
    assert [text for text in strings(path) if SENTENCE.search(CLASS.sub("", text))] == []
