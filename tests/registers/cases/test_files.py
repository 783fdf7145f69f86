"""Files of a case: checked, kept, opened with permission; the whole file as an archive."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from io import BytesIO

import pytest

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.models import Post
from zhenshu.ground.people.scope import scope_of
from zhenshu.registers.cases.attachments import Upload, add_attachment, clean_name, open_attachment, place_of
from zhenshu.registers.cases.errors import AttachmentRefusedError, CaseNotFoundError, StepNotAllowedError
from zhenshu.registers.cases.file_export import export_file
from zhenshu.registers.cases.slip import slip_of
from zhenshu.registers.cases.story import story_of


def png(width=4, height=3):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + head
        + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    )


def jpeg(width=4, height=3):
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x00" * 12
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00" + b"\x00" * 9 + frame


def webp(width=4, height=3):
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + size + b"\x00" * 8


def archive(members, *, flags=0):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    content = out.getvalue()
    if flags:
        place = content.index(b"PK\x01\x02") + 8
        content = content[:place] + bytes([flags]) + content[place + 1 :]
    return content


WORD = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}
SHEET = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<x/>"}
TAKEN = {
    "现场.png": png(), "现场.JPG": jpeg(), "现场.webp": webp(),
    "报告.pdf": b"%PDF-1.7 ...", "旧.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "说明.docx": archive(WORD), "台账.xlsx": archive(SHEET),
    "打包.zip": archive({"a.txt": "好"}), "记录.txt": "已处理".encode("gb18030"),
    "录音.mp3": b"ID3\x03", "视频.mp4": b"\x00\x00\x00\x18ftypisom",
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_usual_files_are_taken_and_come_back_unchanged(loop, name):
    case = loop.open()
    row = add_attachment(case.pk, Upload(name, TAKEN[name]), by=loop.scopes["grid_worker"], at=loop.now)
    stored, place = open_attachment(row.pk, loop.scopes["dispatcher"])
    assert place.read_bytes() == TAKEN[name]
    assert (stored.name, stored.size) == (name, len(TAKEN[name]))
    assert place == place_of(hashlib.sha256(TAKEN[name]).hexdigest())


REFUSED = {
    "empty": ("空.txt", b""),
    "too large": ("大.txt", b"a" * (1024 * 1024 + 1)),
    "a type not taken": ("程序.exe", b"MZ"),
    "no ending": ("文件", b"a"),
    "something else than its name says": ("现场.png", b"MZ\x90\x00"),
    "text with binary": ("记录.txt", b"a\x00b"),
    "a picture bomb": ("炸弹.png", png(60000, 60000)),
    "a jpeg bomb": ("炸弹.jpg", jpeg(65000, 65000)),
    "a webp bomb": ("炸弹.webp", webp(16_000_000, 1000)),
    "a damaged picture": ("坏.jpg", b"\xff\xd8\xff\xe0\x00\x10"),
    "a zip bomb": ("炸弹.zip", archive({"a": b"\x00" * 30_000_000})),
    "a bomb of many files": ("多.zip", archive({f"{n}": "" for n in range(2001)})),
    "an archive in an archive": ("套.zip", archive({"in.zip": archive({"a": "b"})})),
    "a path that leaves its folder": ("逃.zip", archive({"../../etc/passwd": "x"})),
    "a locked archive": ("锁.zip", archive({"a.txt": "x"}, flags=1)),
    "a damaged archive": ("坏.zip", b"PK\x03\x04 and nothing more"),
    "a document that is none": ("假.docx", archive({"a.txt": "x"})),
    "a document bomb": ("炸.xlsx", archive({**SHEET, "xl/s.xml": b"0" * 30_000_000})),
    "a macro": ("宏.docx", archive({**WORD, "word/vbaProject.bin": "x"})),
}


@pytest.mark.parametrize("why", REFUSED)
def test_unsafe_files_are_refused_with_a_sentence(loop, why):
    case = loop.open()
    with pytest.raises(AttachmentRefusedError, match=r"\.$|。$"):
        add_attachment(case.pk, Upload(*REFUSED[why]), by=loop.scopes["grid_worker"])
    assert not case.attachments.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\王\\现场.jpg", "现场.jpg"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\u202egpj.txt", "agpj.txt"),
        ("问?题*.txt", "问_题_.txt"),
        ("𠮷野家😀.png", "𠮷野家😀.png"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"),
        ("a\x00b\n.txt", "ab.txt"),
    ],
)
def test_names_are_made_safe(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("name", "error"), [("viewer", CaseNotFoundError), ("uninvolved", CaseNotFoundError)]
)
def test_who_may_not_see_the_case_opens_no_file_of_it(loop, name, error):
    case = loop.open()
    row = add_attachment(case.pk, Upload("a.txt", b"a"), by=loop.scopes["grid_worker"])
    with pytest.raises(error):
        open_attachment(row.pk, loop.scopes[name])
    with pytest.raises(error):
        add_attachment(case.pk, Upload("b.txt", b"b"), by=loop.scopes[name])


def test_a_viewer_adds_nothing_to_what_they_see(loop):
    case = loop.open(area=loop.town.villages[1].pk, by="dispatcher")
    with pytest.raises(StepNotAllowedError):
        add_attachment(case.pk, Upload("b.txt", b"b"), by=loop.scopes["viewer"])


def test_a_step_that_needs_a_file_finds_the_one_added_before(loop):
    case = loop.until("handling", "loop.strict")
    add_attachment(case.pk, Upload("a.txt", b"a"), by=loop.scopes["officer"])
    assert loop.take(case, "answer", by="officer", opinion="整改", fields={"order": "7"}).stage == "answered"


@pytest.fixture
def filed(loop):
    case = loop.until("closed", assist=("safety",))
    for _ in range(2):
        add_attachment(case.pk, Upload("现场.png", png()), by=loop.scopes["officer"], at=loop.now)
    return case


def test_the_whole_file_can_be_read_and_checked_without_us(loop, filed):
    name, content = export_file(filed.number, loop.scopes["secretary"])
    with zipfile.ZipFile(BytesIO(content)) as opened:
        files = {member: opened.read(member) for member in opened.namelist()}
    assert name == f"{filed.number}.zip"
    assert set(files) == {
        "说明.txt", "经过.txt", "转办单.txt", "数据.json", "校验.sha256",
        "附件/01-现场.png", "附件/02-现场.png",
    }  # fmt: skip
    for line in files.pop("校验.sha256").decode().splitlines():
        digest, path = line.split("  ")
        assert hashlib.sha256(files.pop(path)).hexdigest() == digest
    assert files == {}


def test_the_data_of_the_file_hold_story_clocks_and_shares(loop, filed):
    _, content = export_file(filed.number, loop.scopes["secretary"])
    with zipfile.ZipFile(BytesIO(content)) as opened:
        told = json.loads(opened.read("数据.json"))
    assert told["case"]["number"] == filed.number
    assert [line["action"] for line in told["story"]][:3] == ["opened", "dispatch", "accept"]
    assert {clock["key"] for clock in told["clocks"]} >= {"handle", "whole", "help"}
    assert {share["office"] for share in told["assignments"]} == {"综合执法队", "应急管理办公室"}


def test_taking_a_file_out_stands_in_the_ledger(loop, filed):
    export_file(filed.number, loop.scopes["officer"])
    entry = Entry.objects.get(action="case.exported")
    assert (entry.subject_id, entry.actor_name) == (filed.pk, "韩立行")


@pytest.mark.parametrize("name", ["second_officer", "grid_worker"])
def test_not_everybody_who_sees_a_case_takes_its_file_out(loop, filed, name):
    with pytest.raises(StepNotAllowedError):
        export_file(filed.number, loop.scopes[name])


def test_a_confidential_file_needs_the_sensitive_right(loop, more_people):
    Post.objects.filter(user=more_people["dispatcher"]).update(sensitive=True)
    loop.scopes["dispatcher"] = scope_of(more_people["dispatcher"], on=loop.now.date())
    secret = loop.until("handling", "loop.secret")
    with pytest.raises(StepNotAllowedError):
        export_file(secret.number, loop.scopes["officer"])
    with pytest.raises(CaseNotFoundError):
        export_file(secret.number, loop.scopes["secretary"])
    assert export_file(secret.number, loop.scopes["dispatcher"])[1]
    assert Entry.objects.filter(action="case.viewed", subject_id=secret.pk).exists()


def test_the_slip_shows_the_deadlines_and_hides_the_caller_from_those_who_need_not_know(loop):
    case = loop.open(
        reporter_name="欧阳修", reporter_phone="13800001234", category="light/dark", fields={"people": 3}
    )
    loop.dispatch(case, assist=("safety",))
    slip = slip_of(case.number, loop.scopes["leader"])
    assert (slip.reporter, slip.phone) == ("欧**", "138****1234")
    assert slip_of(case.number, loop.scopes["officer"]).phone == "13800001234"
    assert (slip.lead, slip.assisting, slip.category) == ("综合执法队", ("应急管理办公室",), "路灯/不亮")
    assert slip.area == "澄江镇 东浦村 第一网格 微网格1"
    assert ("人数", "3") in slip.fields
    assert "5 工作日" in [limit.limit for limit in slip.limits]


def test_the_slip_says_a_village_once_where_grids_are_called_after_it(loop):
    case = loop.open()
    village = Area.objects.get(pk=case.village_id)
    Area.objects.filter(pk=case.grid_id).update(name=f"{village.name}第二网格")
    Area.objects.filter(pk=case.area_id).update(name=f"{village.name}第二网格03微网格")
    assert slip_of(case.number, loop.scopes["leader"]).area == f"澄江镇 {village.name}第二网格03微网格"


def test_the_story_leaves_out_who_merely_looked(loop):
    from zhenshu.registers.cases.visibility import open_file

    case = loop.open("loop.secret", by="officer")
    open_file(case.pk, loop.scopes["officer"])
    assert [line.action for line in story_of(case)] == ["opened"]
    assert [line.action for line in story_of(case, with_views=True)] == ["opened", "viewed"]
