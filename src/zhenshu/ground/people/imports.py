"""Offices, people and posts from one workbook, with a report row by row: how a township is set up.

Sheets: 单位 (名称 简称 标识 上级单位 区域 电话) and 人员 (登录名 姓名 电话 角色 单位 区域 职务
直接上级 敏感数据).
A person with several posts stands in several rows. The same workbook again changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.areas.sheets import write_sheet
from zhenshu.ground.people.accounts import create_user
from zhenshu.ground.people.errors import PeopleError
from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.people.offices import correct_office, create_office
from zhenshu.ground.people.posts import grant_post, place_under
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import Row, RowProblem, Table, read_tables

OFFICE_SHEET, PEOPLE_SHEET = "单位", "人员"
OFFICE_COLUMNS = ("名称", "简称", "标识", "上级单位", "区域", "电话")
PEOPLE_COLUMNS = ("登录名", "姓名", "电话", "角色", "单位", "区域", "职务", "直接上级", "敏感数据")
ROLES: Mapping[str, Role] = {
    "派单员": Role.DISPATCHER,
    "网格员": Role.GRID_WORKER,
    "承办人": Role.OFFICER,
    "领导": Role.LEADER,
    "秘书": Role.SECRETARY,
    "管理员": Role.ADMINISTRATOR,
    "查看": Role.VIEWER,
    "行业单位": Role.PROVIDER,
}
YES = frozenset({"是", "有", "√", "y", "yes", "1", "1.0", "true"})


@dataclass
class PeopleReport:
    """What became of the rows; *passwords* are the first passwords of new users, to be handed over."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet being taken in: its name stands before each problem."""

    table: Table
    by: Scope
    report: PeopleReport


def import_people(content: bytes, *, by: Scope) -> PeopleReport:
    """Take offices, people and posts in; a bad row is reported and keeps no good one out."""
    report = PeopleReport()
    tables = read_tables(content, known=[*OFFICE_COLUMNS, *PEOPLE_COLUMNS])
    sheets = {table.name.strip(): _Sheet(table, by, report) for table in tables}
    unknown = [
        name for name in sheets if name not in (OFFICE_SHEET, PEOPLE_SHEET) and sheets[name].table.rows
    ]
    for name in unknown:
        report.problems.append(RowProblem(1, name, _("Only the sheets 单位 and 人员 are read.")))
    if OFFICE_SHEET in sheets:
        _each_row(sheets[OFFICE_SHEET], _take_office)
    if PEOPLE_SHEET in sheets:
        _each_row(sheets[PEOPLE_SHEET], _take_person)
        # Superiors last: they may stand further down the sheet than those who report to them.
        _each_row(sheets[PEOPLE_SHEET], _place_person, counted=False)
    return report


def _each_row(sheet: _Sheet, take: Callable[[Row, _Sheet], str], *, counted: bool = True) -> None:
    for row in sheet.table.rows:
        if not counted and row.number in {problem.row for problem in sheet.report.problems}:
            continue
        try:
            with transaction.atomic():
                outcome = take(row, sheet)
        except PeopleError as error:
            sheet.report.problems.append(RowProblem(row.number, sheet.table.name, str(error)))
        else:
            if counted:
                setattr(sheet.report, outcome, getattr(sheet.report, outcome) + 1)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────


def _take_office(row: Row, sheet: _Sheet) -> str:
    name = _needed(row, "名称")
    above = _text(row, "上级单位")
    attributes: dict[str, Any] = {
        "short_name": _text(row, "简称"),
        "key": _text(row, "标识"),
        "phone": _text(row, "电话"),
        "parent": _office(above) if above else None,
    }
    known = Office.objects.filter(name=name).first()
    if known is None:
        create_office(name, area=_area(row), by=sheet.by, **attributes)
        return "created"
    if all(getattr(known, key) == value for key, value in attributes.items()):
        return "unchanged"
    correct_office(known, by=sheet.by, **attributes)
    return "changed"


def _take_person(row: Row, sheet: _Sheet) -> str:
    role, office, area = _role(row), _office(_needed(row, "单位")), _area(row)
    username, name = _needed(row, "登录名"), _needed(row, "姓名")
    user = User.objects.filter(username=username).first()
    if user is None:
        password = f"{secrets.token_hex(3)}-{secrets.token_hex(3)}"
        user = create_user(username, name, by=sheet.by, password=password, phone=_text(row, "电话"))
        outcome = "created"
        transaction.on_commit(lambda: sheet.report.passwords.update({username: password}))
    elif user.name != name:
        words = {"username": username, "name": user.name}
        raise PeopleError(_("The log-in name %(username)s belongs to %(name)s.") % words)
    elif Post.objects.filter(user=user, role=role, office=office, area=area, ended_on=None).exists():
        return "unchanged"
    else:
        outcome = "changed"
    sensitive = _text(row, "敏感数据").lower() in YES
    grant_post(
        user, role, office=office, area=area, by=sheet.by, title=_text(row, "职务")[:40], sensitive=sensitive
    )
    return outcome


def _place_person(row: Row, sheet: _Sheet) -> str:
    """Put the post of a row under the highest post of the superior it names."""
    above = _text(row, "直接上级")
    if not above:
        return "unchanged"
    post = Post.objects.get(
        user__username=_needed(row, "登录名"), role=_role(row), office__name=_needed(row, "单位"),
        area=_area(row), ended_on=None,
    )  # fmt: skip
    superiors = Post.objects.filter(user__username=above, ended_on=None) | Post.objects.filter(
        user__name=above, ended_on=None
    )
    superior = superiors.order_by("area__level", "pk").first()
    if superior is None:
        raise PeopleError(_("The superior %(name)s is not in this installation.") % {"name": above})
    if post.supervisor_id != superior.pk:
        place_under(post, superior, by=sheet.by)
    return "changed"


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────────


def _text(row: Row, column: str) -> str:
    value: Any = row.cells.get(column)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _needed(row: Row, column: str) -> str:
    text = _text(row, column)
    if not text:
        raise PeopleError(_("The column %(column)s is empty.") % {"column": column})
    return text


def _role(row: Row) -> Role:
    text = _needed(row, "角色")
    role = ROLES.get(text) or next((known for known in Role if known.value == text), None)
    if role is None:
        words = {"role": text, "roles": "、".join(ROLES)}
        raise PeopleError(_("There is no role “%(role)s”. Roles are: %(roles)s.") % words)
    return role


def _office(name: str) -> Office:
    office = Office.objects.filter(name=name, closed_on=None).first()
    if office is None:
        raise PeopleError(_("There is no office called %(name)s; put it on the sheet 单位.") % {"name": name})
    return office


def _area(row: Row) -> Area:
    """Return the area a row names by code, by name, or down the tree: 东浦村/第一网格."""
    text = _needed(row, "区域")
    *above, name = [part.strip() for part in text.split("/")]
    areas = Area.objects.open().filter(name=name) | Area.objects.open().filter(code=name)
    for steps, parent in enumerate(reversed(above), start=1):
        areas = areas.filter(**{f"{'parent__' * steps}name": parent})
    found = list(areas.order_by("level")[:2])
    if not found or (len(found) > 1 and found[0].level == found[1].level):
        raise PeopleError(_("“%(text)s” names no area, or several; give the code.") % {"text": text})
    return found[0]


def password_sheet(report: PeopleReport) -> bytes:
    """Return the first passwords of new users as a sheet to be handed over."""
    return write_sheet(["登录名", "初始密码"], list(report.passwords.items()), title="初始密码")
