"""Check sheets: one visit, one sheet, filled by one or several offices; each failed item becomes a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CheckItem, ChecklistKind
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import RecordDraft, hold_record, keep_record, record_facts, save_record
from zhenshu.registers.blocks.errors import RecordInvalidError
from zhenshu.registers.blocks.kinds import full_code, record_kind
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.raising import raise_case
from zhenshu.registers.fields import clean_text

PASS, FAIL, NOT_APPLICABLE = "pass", "fail", "na"
RESULTS = (PASS, FAIL, NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found at one item."""

    result: str
    note: str = ""


def clean_answers(kind: ChecklistKind, raw: Mapping[str, Answer]) -> dict[str, dict[str, str]]:
    """Return the answers as a record keeps them; a failed item must say what was found."""
    problems: dict[str, str] = {}
    clean: dict[str, dict[str, str]] = {}
    for code, answer in raw.items():
        item = kind.items.get(code)
        if item is None or answer.result not in RESULTS:
            problems[code] = _("“%(item)s” can't be answered so.") % {"item": code[:40]}
        elif answer.result == FAIL and not answer.note.strip():
            problems[code] = _("%(item)s: say what was found.") % {"item": item.name}
        else:
            clean[code] = {"result": answer.result, "note": clean_text(answer.note)}
    if problems:
        raise RecordInvalidError(problems)
    return clean


def failed_in(answers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the items that failed, in the order they were answered."""
    return [code for code, answer in answers.items() if answer["result"] == FAIL]


def open_items(kind: ChecklistKind, kept: Record) -> dict[str, CheckItem]:
    """Return the items nobody has answered yet."""
    answers = kept.detail.get("answers", {})
    return {code: item for code, item in kind.items.items() if code not in answers}


@transaction.atomic
def fill_sheet(
    kind: ChecklistKind, answers: Mapping[str, Answer], *, subject: int, day: date, by: Scope,
    fields: Mapping[str, Any] | None = None,
) -> Record:  # fmt: skip
    """Return the new sheet with its answers; the failed items have become cases in the same transaction."""
    clean = clean_answers(kind, answers)
    if not clean:
        raise RecordInvalidError({"answers": _("Answer at least one item.")})
    draft = RecordDraft(
        kind=kind.full_code, subject=subject, day=day, fields=fields or {}, holder=by.user_id,
        office=by.posts[0].office_id if by.posts else None,
        derived={"failed": len(failed_in(clean))}, detail={"answers": _signed(clean, by)},
    )  # fmt: skip
    kept = keep_record(draft, by=by)
    raise_failed(kind, kept, by=by)
    return kept


def _signed(clean: Mapping[str, dict[str, str]], by: Scope) -> dict[str, dict[str, str]]:
    """Put beside each answer who gave it and for which office: the sheet has several hands."""
    office = by.posts[0].office_name if by.posts else ""
    return {code: {**answer, "by": by.name, "office": office} for code, answer in clean.items()}


@transaction.atomic
def add_answers(kept: Record, answers: Mapping[str, Answer], *, version: int, by: Scope) -> Record:
    """Return the sheet with the answers of another office; an item answered once stays as it was."""
    kept = hold_record(kept.pk, version=version, by=by, right="keep")
    kind = record_kind(kept.kind)
    assert isinstance(kind, ChecklistKind)
    known = kept.detail.get("answers", {})
    clean = {code: one for code, one in clean_answers(kind, answers).items() if code not in known}
    if not clean:
        raise RecordInvalidError({"answers": _("These items are answered already.")})
    before = record_facts(kept)
    together = {**known, **_signed(clean, by)}
    kept.detail = {**kept.detail, "answers": together}
    kept.fields = {**kept.fields, "failed": len(failed_in(together))}
    kept = save_record(kept, before, "record.answered", by=by)
    raise_failed(kind, kept, by=by)
    return kept


def raise_failed(kind: ChecklistKind, kept: Record, *, by: Scope) -> None:
    """Open a case for each failed item that has none, for the office the sheet names."""
    answers = kept.detail["answers"]
    done = set(kept.raised.values_list("item", flat=True))
    for code in failed_in(answers):
        item = kind.items.get(code)
        target = _case_kind(kind, item) if item is not None else ""
        if item is None or not target or code in done:
            continue
        words = [answers[code]["note"], _("Basis: %(basis)s") % {"basis": item.basis} if item.basis else ""]
        raise_case(
            kept, target, item.name, by=by, item=code, office=office_of(item.office, kept),
            description="\n".join(filter(None, words)),
        )  # fmt: skip


def _case_kind(kind: ChecklistKind, item: CheckItem) -> str:
    named = item.raises or kind.raises
    code = full_code(named, kind.pack) if named else ""
    return code if code in library().case_kinds else ""


def office_of(key: str, kept: Record) -> int | None:
    """Return the office that a pack's key means where the record lies: the one whose area is nearest."""
    if not key:
        return None
    offices = Office.objects.filter(key=key, closed_on=None).select_related("area")
    fitting = [one for one in offices if kept.area.path.startswith(one.area.path)]
    return max(fitting, key=lambda one: len(one.area.path)).pk if fitting else None
