"""The rows of the page that takes a report over: what is proposed, what the form says instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.pack_fields import office_choices
from zhenshu.doors.desk.report_reading import paragraph_of
from zhenshu.ground.packs.schema import LINES
from zhenshu.measures.indicators.models import Bound
from zhenshu.papers.adopting.acts import Edit
from zhenshu.papers.adopting.proposals import item_kinds
from zhenshu.papers.adopting.shapes import ItemProposal, Proposals, TargetProposal, ValueProposal
from zhenshu.papers.writing.figures import plain_number

MEASURED = {"value": "", "growth": "同比", "change": "增减"}
SENT = ("title", "kind", "office", "due", "value", "unit", "bound")
Proposal = ItemProposal | TargetProposal | ValueProposal


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptRow:
    """One proposal in the form. *made_url* leads to what was made of it; *problem* says why not."""

    key: str
    line: str
    quote: str
    before: str
    here: str
    after: str
    chosen: bool
    made: str = ""
    made_url: str = ""
    problem: str = ""
    refusal: str = ""
    note: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AdoptSheet:
    """All rows of a report, and what their lists of choices offer."""

    items: Sequence[AdoptRow]
    targets: Sequence[AdoptRow]
    values: Sequence[AdoptRow]
    offices: Sequence[tuple[str, str]]
    kinds: Sequence[tuple[str, str]]
    bounds: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says: the keys chosen, and the fields of each row by name and key."""

    given: QueryDict | None = None
    problems: Mapping[str, str] = field(default_factory=dict)

    def chosen(self, proposal: Proposal, *, may: bool) -> bool:
        if not may:
            return False
        return proposal.sure if self.given is None else proposal.key in self.given.getlist("choose")

    def said(self, key: str, name: str, otherwise: str) -> str:
        return otherwise if self.given is None else self.given.get(f"{name}:{key}", otherwise)


def sheet_of(proposals: Proposals, text: str, asked: Asked, *, may_plan: bool, may_set: bool) -> AdoptSheet:
    """Return the form of a report: rows as proposed, or as they were sent and refused."""
    return AdoptSheet(
        items=[_item_row(one, text, asked, may=may_plan) for one in proposals.items],
        targets=[_target_row(one, text, asked, may=may_set) for one in proposals.targets],
        values=[_value_row(one, text, asked, may=may_set) for one in proposals.values],
        offices=office_choices(),
        kinds=list(item_kinds().items()),
        bounds=[(value, str(label)) for value, label in Bound.choices],
    )


def _common(one: Proposal, text: str, asked: Asked, *, may: bool) -> dict[str, Any]:
    before, here, after = paragraph_of(text, one.start, one.end)
    return {
        "key": one.key,
        "line": LINES.get(one.line, one.line),
        "quote": one.quote,
        "before": before,
        "here": here,
        "after": after,
        "chosen": asked.chosen(one, may=may),
        "problem": asked.problems.get(one.key, ""),
    }


def _item_row(one: ItemProposal, text: str, asked: Asked, *, may: bool) -> AdoptRow:
    made = one.item
    return AdoptRow(
        **_common(one, text, asked, may=may and made is None),
        made=made.title if made else "",
        made_url=reverse("desk:plan", args=[made.pk]) if made else "",
        values={
            "title": asked.said(one.key, "title", one.title),
            "office": asked.said(one.key, "office", str(one.office or "")),
            "due": asked.said(one.key, "due", one.due.isoformat()),
            "kind": asked.said(one.key, "kind", one.kind),
        },
    )


def _target_row(one: TargetProposal, text: str, asked: Asked, *, may: bool) -> AdoptRow:
    made = one.target
    return AdoptRow(
        **_common(one, text, asked, may=may and made is None),
        made=_target_words(one) if made else "",
        made_url=f"{reverse('desk:targets')}?year={one.year}" if made else "",
        refusal=one.refusal,
        note=_("A new reported indicator is defined.") if one.declares else "",
        values={
            "name": f"{one.name}{MEASURED[one.measured]}",
            "year": one.year,
            "bound": asked.said(one.key, "bound", one.bound),
            "value": asked.said(one.key, "value", plain_number(one.value)),
            "unit": asked.said(one.key, "unit", one.unit),
        },
    )


def _target_words(one: TargetProposal) -> str:
    """Return what stands, and what the report says where that differs."""
    made = one.target
    if made is None:
        return ""
    stands = f"{plain_number(made.value)}{made.unit}"
    if made.value == one.value and made.unit == one.unit:
        return stands
    said = f"{plain_number(one.value)}{one.unit}"
    return _("%(stands)s stands; the report says %(said)s") % {"stands": stands, "said": said}


def _value_row(one: ValueProposal, text: str, asked: Asked, *, may: bool) -> AdoptRow:
    kept = one.standing
    shown = f"{plain_number(kept.value)}{kept.unit}" if kept else ""
    if kept and kept.value != one.value:
        said = {"stands": shown, "said": f"{plain_number(one.value)}{one.unit}"}
        shown = _("%(stands)s stands; the report says %(said)s") % said
    query = f"?area={kept.area_id}&period={one.year}" if kept else ""
    return AdoptRow(
        **_common(one, text, asked, may=may and kept is None and not one.refusal),
        made=shown,
        made_url=reverse("desk:indicator", args=[one.code]) + query if kept else "",
        refusal=one.refusal,
        note=_("A new reported indicator is defined.") if one.declares else "",
        values={"name": one.name, "year": one.year, "value": plain_number(one.value), "unit": one.unit},
    )


# ── what was sent ─────────────────────────────────────────────────────────────────────────────────────


def read_edits(given: QueryDict) -> tuple[dict[str, Edit], dict[str, str]]:
    """Return what the form says of each chosen row, and a sentence for each row that cannot be read."""
    edits: dict[str, Edit] = {}
    problems: dict[str, str] = {}
    for key in dict.fromkeys(given.getlist("choose")):
        try:
            edits[key] = _edit(given, key)
        except ValueError as error:
            problems[key] = str(error)
    return edits, problems


def _edit(given: QueryDict, key: str) -> Edit:
    said = {
        name: given.get(f"{name}:{key}")
        for name in ("title", "kind", "office", "due", "value", "unit", "bound")
    }
    return Edit(
        title=said["title"],
        kind=_offered(said["kind"], item_kinds()),
        office=_number(said["office"]),
        due=_day(said["due"]),
        value=_decimal(said["value"]),
        unit=None if said["unit"] is None else said["unit"].strip(),
        bound=_offered(said["bound"], Bound.values),
    )


def _offered(text: str | None, known: Iterable[str]) -> str | None:
    return text if text in set(known) else None


def _number(text: str | None) -> int | None:
    """Return the number of an office; 0 stands for none."""
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    if not text.strip():
        raise ValueError(_("Please fill this in."))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_("“%(text)s” is no day.") % {"text": text[:20]}) from error


def _decimal(text: str | None) -> Decimal | None:
    if text is None:
        return None
    if not text.strip():
        raise ValueError(_("Please fill this in."))
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError(_("“%(value)s” is not a number.") % {"value": text[:40]}) from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 16:
        raise ValueError(_("“%(value)s” is not a number.") % {"value": text[:40]})
    return number
