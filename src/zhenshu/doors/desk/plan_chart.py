"""挂图作战 as a page, as an A3 sheet to print, and as xlsx and docx to hang on the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, base_template, page
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.exports import CONTENT_TYPE, attachment_header
from zhenshu.doors.desk.lists import condition_bar, crumbs
from zhenshu.doors.desk.plan_pages import conditions, question_of, read_this_year
from zhenshu.doors.desk.plan_words import TONES, days_words, office_name, percent, rule_words, tabs
from zhenshu.doors.desk.township import is_synthetic, township_name
from zhenshu.papers.writing.paper import Cell as PaperCell
from zhenshu.papers.writing.paper import Column as PaperColumn
from zhenshu.papers.writing.paper import Table as PaperTable
from zhenshu.papers.writing.paper import WallChart
from zhenshu.registers.plans.progress import Colour
from zhenshu.registers.plans.wall_chart import ChartRow, Node, chart_rows

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NAMES = ("text", "year", "level", "category", "lamp", "office", "leader")
SHADES = {Colour.RED: "F4C7C3", Colour.YELLOW: "FFE8A6", Colour.GREEN: "CDE8D5", Colour.GREY: "E6E9EC"}
# Shares of the width of each column, in the order of `heads`.
SHARES = (4, 22, 11, 30, 34, 11, 16, 13, 11, 28, 28)
STATE_COLUMN = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the chart as every form of it shows it."""

    row: ChartRow
    tone: str
    word: str
    planned: str
    actual: str
    gap: str
    days: str
    lead: str
    nodes: Sequence[tuple[Node, str, str]]

    def texts(self) -> list[str]:
        """Return the cells in words, for sheets."""
        item, latest = self.row.item, self.row.latest
        offices = "、".join([self.lead, *self.row.assisting]) if self.row.assisting else self.lead
        owner = item.owner.name if item.owner else ""
        nodes = "\n".join(f"{day} {node.title}（{word}）" for node, day, word in self.nodes)
        return [
            str(self.row.number), item.title, self.row.category, item.description,
            "\n".join(filter(None, (self.days, nodes))), item.leader.name if item.leader else "",
            "\n".join(filter(None, (offices, owner))), f"{self.planned} / {self.actual} / {self.gap}",
            self.word, latest.line if latest else item.note,
            "\n".join(filter(None, (item.difficulties, latest.coordination if latest else ""))),
        ]  # fmt: skip


def heads() -> list[str]:
    """Return the heads of the columns, as such tables have them on the wall."""
    return [
        _("No."), _("Task or project"), _("Category"), _("Content"), _("Days and milestones"),
        _("Responsible leader"), _("Offices and owner"), _("Planned / actual / gap"), _("State"),
        _("Progress of the week"), _("Difficulties, to be settled by others"),
    ]  # fmt: skip


@page(roles=OFFICE_ROLES)
def show_chart(request: DeskRequest) -> HttpResponse:
    """Show the wall chart; ``as=xlsx`` and ``as=docx`` give the file, ``as=print`` the sheet."""
    asked = read_this_year(request, NAMES)
    today = timezone.localdate()
    lines = [line_of(row) for row in chart_rows(question_of(asked), request.scope, today)]
    title = _("%(township)s: wall chart of tasks and projects") % {"township": township_name(request.scope)}
    form = request.GET.get("as", "")
    if form in FILES:
        return FILES[form](title, lines)
    context = {
        "base_template": base_template(request),
        "page_title": _("Wall chart: %(count)d tasks and projects") % {"count": len(lines)},
        "chart_title": title,
        "breadcrumbs": crumbs((_("Tasks and projects"), "plans"), here=_("Wall chart")),
        "tabs": tabs("plan_chart"),
        "heads": heads(),
        "lines": lines,
        "today": today,
        "now": timezone.now(),
        "rule": rule_words(),
        "paper": "a3-landscape",
        "bar": condition_bar(asked, [one for one in conditions(request.scope) if one.name in NAMES]),
        "forms": {name: asked.address(**{"as": name}) for name in ("xlsx", "docx", "print")},
    }
    template = "desk/plans/chart_sheet.html" if form == "print" else "desk/plans/chart.html"
    return render(request, template, context)


def line_of(row: ChartRow) -> Line:
    """Return a row of the chart with everything in words."""
    status = row.standing.status
    return Line(
        row=row,
        tone=TONES[status.colour],
        word=_(status.value),
        planned=percent(row.planned),
        actual=percent(row.item.progress),
        gap=percent(row.gap),
        days=days_words(row.item.start, row.item.due),
        lead=office_name(row.item),
        nodes=[
            (node, f"{node.due:%m-%d}" if node.due else "–", _(node.standing.status.value))
            for node in row.nodes
        ],
    )


def sheet_note() -> str:
    """Return the line below the title: as of when, and that the data are invented where they are."""
    words = _("Data as of %(at)s") % {"at": f"{timezone.localtime():%Y-%m-%d %H:%M}"}
    return f"{words} · {_('Demonstration data')}" if is_synthetic() else words


def chart_document(title: str, lines: Sequence[Line]) -> bytes:
    """Return the same table as a document on A3 landscape sheets."""
    columns = tuple(PaperColumn(head, share) for head, share in zip(heads(), SHARES, strict=True))
    rows = tuple(_paper_row(line) for line in lines)
    from zhenshu.papers.writing.layout import write_wall_chart

    chart = WallChart(title, PaperTable(columns, rows), sheet_note())
    with TemporaryDirectory() as folder:
        place = Path(folder) / "chart.docx"
        write_wall_chart(chart, place)
        return place.read_bytes()


def _paper_row(line: Line) -> tuple[PaperCell, ...]:
    shade = SHADES[line.row.standing.status.colour]
    return tuple(
        PaperCell(text, shade=shade if place == STATE_COLUMN else "")
        for place, text in enumerate(line.texts())
    )


def _as_excel(title: str, lines: Sequence[Line]) -> HttpResponse:
    # The libraries of files are carried by a server process only once it has written one.
    from zhenshu.doors.desk.plan_sheet import chart_workbook

    return _as_file(chart_workbook(title, lines), CONTENT_TYPE, f"{title}.xlsx")


def _as_word(title: str, lines: Sequence[Line]) -> HttpResponse:
    return _as_file(chart_document(title, lines), WORD, f"{title}.docx")


def _as_file(body: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = attachment_header(name)
    return response


FILES = {"xlsx": _as_excel, "docx": _as_word}
