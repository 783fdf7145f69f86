"""Administration: what is set up, and the way in from spreadsheets of areas, offices and people."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, page
from zhenshu.doors.desk.context import ADMINISTRATORS
from zhenshu.doors.desk.export_notes import BlankTable
from zhenshu.doors.desk.exports import CONTENT_TYPE, attachment_header
from zhenshu.doors.desk.lists import Tile, crumbs
from zhenshu.ground.areas import exchange
from zhenshu.ground.areas.errors import AreaError
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.administration import require_administrator
from zhenshu.ground.people.errors import PeopleError
from zhenshu.ground.people.imports import (
    OFFICE_COLUMNS,
    OFFICE_SHEET,
    PEOPLE_COLUMNS,
    PEOPLE_SHEET,
    ROLES,
    import_people,
    password_sheet,
)
from zhenshu.ground.people.models import Office, Post, Token, User
from zhenshu.ground.tables import MOST_BYTES, TableError
from zhenshu.registers.dossiers.models import Dossier, State

PROBLEMS_SHOWN = 200
GEOJSON = "application/geo+json"


@page(roles=ADMINISTRATORS)
def show_administration(request: DeskRequest) -> HttpResponse:
    """Show what is set up, each number opening its list, and the steps that are left."""
    open_areas = Area.objects.open()
    offices = Office.objects.filter(closed_on=None)
    users = User.objects.filter(is_active=True)
    posts = Post.objects.filter(ended_on=None)
    tokens = Token.objects.filter(revoked_at=None, expires_at__gt=timezone.now())
    context = {
        "page_title": _("Administration"),
        "tiles": [
            Tile(_("Areas"), open_areas.count(), reverse("desk:areas"), "map-pin"),
            Tile(_("Offices"), offices.count(), reverse("desk:offices"), "building"),
            Tile(_("People"), users.count(), reverse("desk:users"), "users"),
            Tile(_("Posts"), posts.count(), reverse("desk:users"), "id"),
            Tile(_("Tokens in force"), tokens.count(), reverse("desk:tokens"), "key"),
        ],
        "steps": set_up_steps(),
    }
    return render(request, "desk/admin/administration.html", context)


@dataclass(frozen=True, slots=True)
class SetUpStep:
    """One step on the way to a working township: what it is, how far it is, where it is done."""

    title: str
    text: str
    done: str
    complete: bool
    url: str


def set_up_steps() -> list[SetUpStep]:
    """Return the steps of setting up with how far each has come."""
    storeys = {level: Area.objects.open().filter(level=level).count() for level in Level}
    drawn = Area.objects.open().exclude(boundary=None).count()
    offices, posts = Office.objects.filter(closed_on=None).count(), Post.objects.filter(ended_on=None).count()
    dossiers = Dossier.objects.filter(state=State.ACTIVE).count()
    problems = sum(problem.severity == "error" for problem in library().problems)
    return [
        SetUpStep(
            _("Areas"),
            _("Districts, towns, villages, grids and micro-grids from a spreadsheet or GeoJSON."),
            _("%(villages)d villages, %(grids)d grids, %(small)d micro-grids, %(drawn)d with a boundary")
            % {
                "villages": storeys[Level.VILLAGE],
                "grids": storeys[Level.GRID],
                "small": storeys[Level.MICRO_GRID],
                "drawn": drawn,
            },
            storeys[Level.VILLAGE] > 0,
            reverse("desk:import_areas"),
        ),
        SetUpStep(
            _("Offices and people"),
            _("One workbook with the sheets 单位 and 人员; first passwords come back as a sheet."),
            _("%(offices)d offices, %(posts)d posts") % {"offices": offices, "posts": posts},
            offices > 1 and posts > 1,
            reverse("desk:import_people"),
        ),
        SetUpStep(
            _("Business lines"),
            _("The packs in force and their deadlines; your own city's numbers go into a pack file."),
            _("%(packs)d packs, %(problems)d problems")
            % {"packs": len(library().packs), "problems": problems},
            problems == 0,
            reverse("desk:packs"),
        ),
        SetUpStep(
            _("Dossiers"),
            _("Enterprises, households, places: each kind has a sheet of its own."),
            _("%(count)d dossiers") % {"count": dossiers},
            dossiers > 0,
            reverse("desk:dossiers"),
        ),
    ]


# ── from spreadsheets ─────────────────────────────────────────────────────────────────────────────────


class FileForm(forms.Form):
    """A file to take in."""

    file = forms.FileField(label=gettext_lazy("File"))

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        content: bytes = file.read()
        return content


class AreaFileForm(FileForm):
    """A file of areas, and since when those count that carry no day."""

    valid_from = forms.DateField(
        label=gettext_lazy("In force since, where a row names no day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@page(roles=ADMINISTRATORS, methods=FORM)
def import_areas(request: DeskRequest) -> HttpResponse:
    """Take areas in from a spreadsheet or GeoJSON; what doesn't fit is named with its row and reason."""
    require_administrator(request.scope)
    first_of_year = timezone.localdate().replace(month=1, day=1)
    form = AreaFileForm(request.POST or None, request.FILES or None, initial={"valid_from": first_of_year})
    report = _taken(form, lambda: _take_areas(form, request), AreaError)
    tiles = [
        Tile(_("Taken in"), len(report.created), "", "plus"),
        Tile(_("Rows with a problem"), len(report.problems), "", "alert-triangle"),
    ] if report else []  # fmt: skip
    context = {
        "page_title": _("Areas from a file"),
        "breadcrumbs": crumbs((_("Administration"), "administration"), here=_("Areas from a file")),
        "form": form,
        "report": report,
        "tiles": tiles,
        "problems": report.problems[:PROBLEMS_SHOWN] if report else [],
        "note": _(
            "An xlsx with the columns 代码 名称 级别 上级代码 启用日期 停用日期 户数 人口, or GeoJSON."
        ),
        "template_url": reverse("desk:areas_template"),
    }
    return render(request, "desk/admin/import.html", context, status=422 if form.errors else 200)


def _taken(
    form: forms.Form, act: Callable[[], Any], refusals: type[Exception] | tuple[type[Exception], ...]
) -> Any:
    """Return the report of taking a file in; None when nothing was sent or the file cannot be read."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return act()
    except refusals as error:
        form.add_error("file", str(error))
        return None


def _take_areas(form: AreaFileForm, request: DeskRequest) -> exchange.ImportReport:
    said = form.cleaned_data
    content: bytes = said["file"]
    take = exchange.import_geojson if content.lstrip()[:1] == b"{" else exchange.import_xlsx
    return take(content, by=request.scope.actor, default_from=said["valid_from"])


@page(roles=ADMINISTRATORS, methods=FORM)
def import_people_page(request: DeskRequest) -> HttpResponse:
    """Take offices, people and posts in from one workbook; first passwords are shown this once."""
    require_administrator(request.scope)
    form = FileForm(request.POST or None, request.FILES or None)
    refusals = (TableError, PeopleError)
    report = _taken(form, lambda: import_people(form.cleaned_data["file"], by=request.scope), refusals)
    tiles = [
        Tile(_("Taken in"), report.created, "", "plus"),
        Tile(_("Changed"), report.changed, "", "edit"),
        Tile(_("Unchanged"), report.unchanged, "", "check"),
        Tile(_("Rows with a problem"), len(report.problems), "", "alert-triangle"),
    ] if report else []  # fmt: skip
    context = {
        "page_title": _("Offices and people from a workbook"),
        "breadcrumbs": crumbs((_("Administration"), "administration"), here=_("Offices and people")),
        "form": form,
        "report": report,
        "tiles": tiles,
        "problems": report.problems[:PROBLEMS_SHOWN] if report else [],
        "passwords": as_link(password_sheet(report)) if report and report.passwords else "",
        "passwords_count": len(report.passwords) if report else 0,
        "note": _("Two sheets, 单位 and 人员. A person with several posts stands in several rows."),
        "template_url": reverse("desk:people_template"),
    }
    return render(request, "desk/admin/import.html", context, status=422 if form.errors else 200)


def as_link(sheet: bytes) -> str:
    """Return a sheet as an address a page can carry, so that it need not be kept anywhere."""
    return f"data:{CONTENT_TYPE};base64,{b64encode(sheet).decode()}"


# ── empty sheets, and the areas as files ──────────────────────────────────────────────────────────────


@page(roles=ADMINISTRATORS)
def areas_template(request: DeskRequest) -> HttpResponse:
    """Answer with an empty sheet for areas and a line that shows how it is filled."""
    example = {"代码": "990101100201", "名称": "东浦村", "级别": "村社区", "上级代码": "990101100000"}
    return _workbook("区域", {"区域": (list(exchange.COLUMNS), example)})


@page(roles=ADMINISTRATORS)
def people_template(request: DeskRequest) -> HttpResponse:
    """Answer with an empty workbook for offices and people, each sheet with an example."""
    office = {"名称": "综合执法队", "简称": "执法队", "标识": "enforcement", "区域": "澄江镇"}
    person = {
        "登录名": "wang",
        "姓名": "王一",
        "角色": next(iter(ROLES)),
        "单位": "综合执法队",
        "区域": "澄江镇",
    }
    sheets = {OFFICE_SHEET: (list(OFFICE_COLUMNS), office), PEOPLE_SHEET: (list(PEOPLE_COLUMNS), person)}
    return _workbook("单位和人员", sheets)


def _workbook(name: str, sheets: dict[str, tuple[list[str], dict[str, str]]]) -> HttpResponse:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, (heads, example) in sheets.items():
        sheet = book.create_sheet(title)
        sheet.append(heads)
        sheet.append([example.get(head, "") for head in heads])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
    target = BytesIO()
    book.save(target)
    response = BlankTable(target.getvalue(), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = attachment_header(f"{name}.xlsx")
    return response


@page(roles=ADMINISTRATORS)
def export_areas(request: DeskRequest, form: str) -> HttpResponse:
    """Answer with the tree as a spreadsheet or as GeoJSON, in the shape the import reads."""
    areas = Area.objects.open().select_related("parent").order_by("path")
    if form == "geojson":
        body = json.dumps(exchange.export_geojson(areas), ensure_ascii=False).encode()
        response = HttpResponse(body, content_type=GEOJSON)
    else:
        response = HttpResponse(exchange.export_xlsx(areas), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = attachment_header(f"区域.{form}")
    return response
