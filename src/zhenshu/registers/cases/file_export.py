"""The whole file of a case (办件档案) as one archive that can be read without this software."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import plain
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.attachments import place_of
from zhenshu.registers.cases.errors import StepNotAllowedError
from zhenshu.registers.cases.facts import case_facts
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.noting import note_on_case
from zhenshu.registers.cases.slip import Slip, SlipLimit, slip_of
from zhenshu.registers.cases.story import StoryLine, story_of
from zhenshu.registers.cases.visibility import covers_case, find_case

EXPORTING_ROLES = (Role.DISPATCHER, Role.LEADER, Role.SECRETARY, Role.ADMINISTRATOR)
README = """这是一件事项的完整档案，不需要任何专用软件即可阅读。

经过.txt        从受理到归档的每一步：时间、人员、单位、意见
转办单.txt      事项内容、承办单位、时限及依据
数据.json       同样内容的机器可读格式，另含全部时限和每一步改变了什么
附件/           随件上传的文件，序号与数据.json 中的附件一致
校验.sha256     每个文件的 SHA-256 摘要

核对：在解压后的文件夹里运行  sha256sum -c 校验.sha256  ，逐一显示 OK 即未被改动。
经过按台账顺序列出，台账编号写在每行行首；台账只能增加，不能修改或删除。
"""


def export_file(name: str | int, by: Scope) -> tuple[str, bytes]:
    """Return (file name, archive) of a case; that it was taken out stands in the ledger.

    A confidential file leaves only with the sensitive right.
    """
    case = find_case(name, by)
    _check_right(case, by)
    content = _pack(list(_members(case, by)))
    note_on_case(case, by.actor, "case.exported", f"sha256:{hashlib.sha256(content).hexdigest()}")
    return f"{case.number}.zip", content


def _check_right(case: Case, by: Scope) -> None:
    if not may_export(case, by):
        raise StepNotAllowedError(_("Your post does not take out whole files here."))


def may_export(case: Case, by: Scope) -> bool:
    """Tell whether somebody may take out the whole file of a case that he may see."""
    handling = (Role.OFFICER, Role.PROVIDER)
    leads = any(post.office_id == case.lead_office_id and post.role in handling for post in by.posts)
    return (leads or covers_case(case, by, EXPORTING_ROLES)) and (by.sensitive or not case.confidential)


def _members(case: Case, by: Scope) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file of the archive but the digests."""
    story, slip = story_of(case), slip_of(case.pk, by)
    yield "说明.txt", README.encode()
    yield "经过.txt", "\n".join(map(_story_text, story)).encode()
    yield "转办单.txt", slip_text(slip).encode()
    yield "数据.json", json.dumps(_as_data(case, story), ensure_ascii=False, indent=1).encode()
    for place, attachment in enumerate(case.attachments.order_by("pk"), start=1):
        yield f"附件/{place:02d}-{attachment.name}", place_of(attachment.digest).read_bytes()


def _pack(members: list[tuple[str, bytes]]) -> bytes:
    digests = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in members)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in [*members, ("校验.sha256", digests.encode())]:
            archive.writestr(path, content)
    return out.getvalue()


def _story_text(line: StoryLine) -> str:
    when = timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M")
    who = f"{line.who}（{line.office}）" if line.office else line.who
    return f"[{line.seq}] {when}  {who}  {line.name}{'：' + line.opinion if line.opinion else ''}"


def slip_text(slip: Slip) -> str:
    """Return the slip as plain text, one thing a line."""
    rows = [
        ("编号", slip.number), ("类别", " ".join(filter(None, (slip.kind, slip.category)))),
        ("标题", slip.title),
        ("来源", slip.channel), ("反映人", f"{slip.reporter} {slip.phone}".strip()),
        ("地点", f"{slip.area} {slip.address}".strip()), ("内容", slip.description), ("主办", slip.lead),
        ("协办", "、".join(slip.assisting)), ("转办意见", slip.instruction), *slip.fields,
    ]  # fmt: skip
    limits = [_limit_text(limit) for limit in slip.limits]
    return "\n".join([*(f"{name}：{value}" for name, value in rows if value), *limits]) + "\n"


def _limit_text(limit: SlipLimit) -> str:
    until = timezone.localtime(limit.due_at).strftime("%Y-%m-%d %H:%M")
    return f"{limit.name}：{limit.limit}，至 {until}（{limit.basis or '本地规定'}）"


def _as_data(case: Case, story: list[StoryLine]) -> dict[str, Any]:
    clock_columns = ("key", "limit", "basis", "started_at", "due_at", "stopped_at", "state", "extended_by")
    file_columns = ("name", "content_type", "size", "digest", "uploaded_at")
    data = {
        "case": case_facts(case),
        "clocks": list(case.clocks.order_by("pk").values(*clock_columns)),
        "assignments": [
            {
                "office": s.office.name,
                "role": s.role,
                "state": s.state,
                "reply": s.reply,
                "sent_at": s.sent_at,
            }
            for s in case.assignments.all()
        ],
        "attachments": list(case.attachments.order_by("pk").values(*file_columns)),
        "story": [
            {
                "seq": s.seq,
                "at": s.at,
                "who": s.who,
                "action": s.action,
                "opinion": s.opinion,
                "changes": s.changes,
            }
            for s in story
        ],
    }
    written: dict[str, Any] = plain(data)
    return written
