"""What the page of a record shows besides its fields, block by block, and what may be done there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.block_parts import day_text
from zhenshu.doors.desk.components import Cell, Column, Link, Row, Table
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import (
    BallotKind,
    ChecklistKind,
    ContractKind,
    MeetingKind,
    Packed,
    SurveyKind,
)
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks import checklists, contracts, surveys
from zhenshu.registers.blocks.kinds import block_of, raises_of
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.blocks.visibility import may_do
from zhenshu.registers.references import names_of


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: a table, or a text under its caption."""

    id: str
    table: Table
    empty: str = ""
    text: str = ""


def table_of(caption: str, heads: Sequence[str | Column], rows: Iterable[Sequence[Cell]]) -> Table:
    """Return a small table of a page."""
    columns = [one if isinstance(one, Column) else Column(title=one) for one in heads]
    return Table(columns=columns, rows=[Row(cells=list(cells)) for cells in rows], caption=caption)


def _number(title: str, unit: str = "") -> Column:
    return Column(title=title, numeric=True, unit=unit)


def sections_of(kept: Record, kind: Packed, scope: Scope) -> Iterable[Section]:
    """Yield the parts of a record's page that its block has."""
    build = SECTIONS.get(block_of(kind))
    if build is not None:
        yield from build(kept, kind)


def _sheet(kept: Record, kind: ChecklistKind) -> Iterable[Section]:
    answers = kept.detail.get("answers", {})
    words = {"pass": _("Passed"), "fail": _("Not in order"), "na": _("Does not apply")}
    raised = {one.item: one.case for one in kept.raised.select_related("case") if one.case}
    rows = []
    for code, item in kind.items.items():
        answer = answers.get(code)
        case = raised.get(code)
        state = {"fail": "overdue", "pass": "closed"}.get(answer["result"], "") if answer else ""
        rows.append([
            Cell(text=item.name, below=item.basis),
            Cell(text=words[answer["result"]] if answer else _("Not answered yet"), state=state),
            Cell(text=answer["note"] if answer else ""),
            Cell(text=f"{answer['by']} · {answer['office']}" if answer else ""),
            Cell(text=case.number, url=reverse("desk:case", args=[case.number])) if case else Cell(),
        ])  # fmt: skip
    heads = [_("Checked item"), _("What the check says"), _("What was found"), _("Answered by"), _("Matter")]
    yield Section("zs-items", table_of(_("Checked items"), heads, rows))


def _contract(kept: Record, kind: ContractKind) -> Iterable[Section]:
    parts = contracts.instalments_of(kept, kind)
    rows = [
        [Cell(text=day_text(one.due)), Cell(text=f"{one.amount:,.2f}"), Cell(text=f"{one.paid:,.2f}"),
         Cell(text=f"{one.open:,.2f}")]
        for one in parts
    ]  # fmt: skip
    heads: list[str | Column] = [
        _("Due"),
        _number(_("Amount"), "元"),
        _number(_("Paid"), "元"),
        _number(_("Still to pay"), "元"),
    ]
    yield Section("zs-schedule", table_of(_("Schedule"), heads, rows), _("Nothing falls due here."))
    paid = [
        [Cell(text=day_text(one.day)), Cell(text=f"{one.amount:,.2f}"), Cell(text=one.note)]
        for one in kept.payments.all()
    ]
    yield Section(
        "zs-payments",
        table_of(_("Payments"), [_("Day"), _number(_("Amount"), "元"), _("Note")], paid),
        _("Nothing has been paid yet."),
    )


def _meeting(kept: Record, kind: MeetingKind) -> Iterable[Section]:
    detail = kept.detail
    roll = [
        [Cell(text=one["name"]), Cell(text=_("yes") if one["present"] else _("no"))]
        for one in detail.get("roll", [])
    ]
    yield Section("zs-roll", table_of(_("Roll"), [_("Name"), _("Present")], roll), _("Nobody was called."))
    topics = [[Cell(text=str(one.get(code, ""))) for code in kind.topic] for one in detail.get("topics", [])]
    if topics:
        heads = [field.name for field in kind.topic.values()]
        yield Section("zs-topics", table_of(_("Topics"), heads, topics))
    if detail.get("minutes"):
        yield Section("zs-minutes", table_of(_("Minutes"), [], []), text=detail["minutes"])
    yield _decisions(kept, detail.get("decisions", []))


def _decisions(kept: Record, decisions: Sequence[Mapping[str, Any]]) -> Section:
    offices = names_of("office", [one["office"] for one in decisions if one["office"]])
    raised = {one.item: one.plan_item for one in kept.raised.select_related("plan_item") if one.plan_item}
    rows = []
    for number, one in enumerate(decisions):
        item = raised.get(f"decision-{number}")
        url = reverse("desk:plan", args=[item.pk]) if item else ""
        rows.append([
            Cell(text=one["text"]), Cell(text=offices.get(one["office"], "")), Cell(text=one["due"] or ""),
            Cell(text=item.title if item else "", url=url),
        ])  # fmt: skip
    heads = [_("Resolution reached"), _("Office"), _("Due"), _("Task")]
    return Section("zs-decisions", table_of(_("Decisions"), heads, rows), _("Nothing was decided."))


def _survey(kept: Record, kind: SurveyKind) -> Iterable[Section]:
    detail = kept.detail
    asked, answered = len(detail.get("sample", [])), int(kept.fields.get("answers", 0))
    rows = [[
        Cell(text=str(detail.get("of", 0))), Cell(text=str(asked)), Cell(text=str(answered)),
        Cell(text=detail.get("seed", "")),
    ]]  # fmt: skip
    heads: list[str | Column] = [
        _number(_("Drawn from")),
        _number(_("Asked")),
        _number(_("Times answered")),
        _("Seed of the draw"),
    ]
    yield Section("zs-sample", table_of(_("Sample"), heads, rows))
    yield _results(kept, kind, None, _("Results"))
    names = dict(Area.objects.filter(pk__in=surveys.villages_told(kept, kind)).values_list("pk", "name"))
    for area, name in names.items():
        yield _results(kept, kind, area, name)


def _results(kept: Record, kind: SurveyKind, area: int | None, title: str) -> Section:
    rows = []
    for result in surveys.results(kept, kind, area):
        options = {"yes": _("yes"), "no": _("no"), **kind.questions[result.code].options}
        for option, n in result.counts.items():
            share = f"{100 * n / result.total:.1f}"
            rows.append([
                Cell(text=result.name), Cell(text=options.get(option, option)), Cell(text=str(n)),
                Cell(text=share), Cell(text=_consent(result.agreed)),
            ])  # fmt: skip
    heads: list[str | Column] = [
        _("Question"),
        _("Answer option"),
        _number(_("Answers")),
        _number(_("Share"), "%"),
        _("Consent"),
    ]
    few = _("Sums are shown from %(few)d answers on.") % {"few": kind.shown_from}
    return Section(f"zs-results-{area or 'all'}", table_of(title, heads, rows), few)


def _consent(agreed: bool | None) -> str:
    if agreed is None:
        return ""
    return _("reached") if agreed else _("not reached")


def _ballot(kept: Record, kind: BallotKind) -> Iterable[Section]:
    detail = kept.detail
    numbers = [[Cell(text=str(detail.get(name, ""))) for name in ("roll", "given", "returned", "invalid")]]
    heads: list[str | Column] = [_number(word) for word in (
        _("Voters on the roll"), _("Papers given out"), _("Papers taken in"), _("Invalid papers"),
    )]  # fmt: skip
    yield Section("zs-papers", table_of(_("Papers"), heads, numbers))
    rows = [
        [Cell(text=one["name"]), Cell(text=str(one["votes"])), Cell(text=_outcome(one["name"], detail))]
        for one in detail.get("votes", [])
    ]
    yield Section(
        "zs-votes", table_of(_("Votes"), [_("Candidate"), _number(_("Votes")), _("Result of the vote")], rows)
    )
    if detail.get("why"):
        yield Section("zs-why", table_of(_("Result of the vote"), [], []), text=detail["why"])


def _outcome(name: str, detail: Mapping[str, Any]) -> str:
    if name in detail.get("chosen", []):
        return _("Chosen")
    return _("Equal votes: vote again") if name in detail.get("tied", []) else ""


SECTIONS: Mapping[str, Callable[[Record, Any], Iterable[Section]]] = {
    "checklists": _sheet,
    "contracts": _contract,
    "meetings": _meeting,
    "surveys": _survey,
    "ballots": _ballot,
}


# ── what may be done ──────────────────────────────────────────────────────────────────────────────────


def buttons_of(kept: Record, kind: Packed, scope: Scope) -> Iterable[Link]:
    """Yield what may be done with a record besides correcting and withdrawing it."""
    if not may_do("keep", kept, scope):
        return
    for act, title, icon, right in _acts_for(kept, kind):
        if may_do(right, kept, scope):
            yield Link(title=title, url=reverse("desk:record_act", args=[kept.pk, act]), icon=icon)
    if isinstance(kind, MeetingKind) and kind.decides:
        yield from _each(kept, "decision", [one["text"] for one in kept.detail.get("decisions", [])], "carry")
    if isinstance(kind, BallotKind) and kind.becomes:
        yield from _each(kept, "chosen", kept.detail.get("chosen", []), "plan")
    if raises_of(kind) and not isinstance(kind, ChecklistKind):
        url = reverse("desk:record_act", args=[kept.pk, "raise"])
        yield Link(title=_("Report a problem"), url=url, icon="message-report")


def _acts_for(kept: Record, kind: Packed) -> Iterable[tuple[str, str, str, str]]:
    """Yield the acts of a block that are open now: name, word, sign, right."""
    match block_of(kind):
        case "checklists" if isinstance(kind, ChecklistKind) and checklists.open_items(kind, kept):
            yield "answer", _("Answer open items"), "checklist", "keep"
        case "contracts":
            if kept.due is not None:
                yield "pay", _("Book a payment"), "database", "pay"
            yield "renew", _("Renew"), "refresh", "pay"
            if kept.state != State.ENDED:
                yield "end", _("End early"), "ban", "pay"
        case "meetings":
            yield "minutes", _("Write minutes"), "pencil", "correct"
        case "bookings":
            yield "cancel", _("Cancel"), "ban", "keep"
        case "surveys":
            yield "answer", _("Take in answers"), "message-report", "keep"
        case "ties":
            yield "hand-over", _("Hand over"), "user-plus", "withdraw"
            yield "release", _("End"), "ban", "withdraw"


def _each(kept: Record, name: str, words: Sequence[str], act: str) -> Iterable[Link]:
    """Yield a button for each decision or winner that has not become a task yet."""
    done = set(kept.raised.values_list("item", flat=True))
    for number, text in enumerate(words):
        if f"{name}-{number}" not in done:
            url = reverse("desk:record_item_act", args=[kept.pk, act, number])
            yield Link(
                title=_("Make a task: %(what)s") % {"what": text[:20]}, url=url, post=True, icon="target"
            )
