"""What is reported about an item: weekly progress, the stages of a project's life, investment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.fields import FieldProblem, clean_text
from zhenshu.registers.plans.drafts import find_kind
from zhenshu.registers.plans.errors import PlanInvalidError
from zhenshu.registers.plans.models import Investment, PlanItem, ProgressEntry, State
from zhenshu.registers.plans.progress import FULL, TENTH
from zhenshu.registers.plans.saving import Work, hold, lock

MOST_INVESTED = Decimal(10) ** 11


@dataclass(frozen=True, kw_only=True)
class Report:
    """One line and a percent; *percent* None where the item's parts carry the progress."""

    line: str
    percent: Decimal | None = None
    difficulties: str = ""
    coordination: str = ""


def monday_of(day: date) -> date:
    """Return the Monday of the week of *day*."""
    return day - timedelta(days=day.weekday())


@transaction.atomic
def report_progress(
    item: PlanItem, report: Report, *, version: int, by: Scope, at: datetime | None = None
) -> ProgressEntry:
    """Return the stored entry of the week; the item and all above it stand where the rule puts them."""
    item = hold(item.pk, version=version, by=by, right="report")
    moment = at or timezone.now()
    entry = entry_of(item, report, by, moment, with_parts=has_parts(item))
    work = Work(by, moment)
    work.touch([item], "plan.reported")
    if entry.percent is not None:
        item.entered = entry.percent
    item.note, item.difficulties = entry.line, entry.difficulties
    entry.save()
    work.store(note=entry.line)
    return entry


def has_parts(item: PlanItem) -> bool:
    """Tell whether the progress of an item follows from its parts."""
    return PlanItem.objects.filter(parent=item).exclude(state=State.CANCELLED).exists()


def entry_of(item: PlanItem, report: Report, by: Scope, at: datetime, *, with_parts: bool) -> ProgressEntry:
    """Return the unsaved entry of a report; raise PlanInvalidError with one sentence per wrong field."""
    problems: dict[str, str] = {}
    texts = {
        name: _text(getattr(report, name), limit, name, problems)
        for name, limit in (("line", 300), ("difficulties", 500), ("coordination", 500))
    }
    if not texts["line"] and "line" not in problems:
        problems["line"] = _("Say in one line how far it is.")
    if report.percent is not None and not (report.percent.is_finite() and 0 <= report.percent <= FULL):
        problems["percent"] = _("Give a percentage from 0 to 100.")
    if report.percent is not None and with_parts:
        problems["percent"] = _("The progress of this item follows from its parts; report it there.")
    if problems:
        raise PlanInvalidError(problems)
    return ProgressEntry(
        item=item,
        week=monday_of(timezone.localdate(at)),
        percent=report.percent.quantize(TENTH) if report.percent is not None else None,
        by_id=by.user_id,
        by_name=by.actor.name,
        office=by.actor.office,
        at=at,
        **texts,
    )


def _text(value: str, limit: int, name: str, problems: dict[str, str]) -> str:
    try:
        return clean_text(value, limit=limit)
    except FieldProblem as problem:
        problems[name] = str(problem)
        return ""


# ── the life of a project ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LifeStage:
    """A stage of a project's life: when it was reached, and how many days it has lasted."""

    code: str
    name: str
    on: date | None
    days: int | None


def life_of(item: PlanItem, today: date) -> list[LifeStage]:
    """Return the stages that the kind declares in order; a stage lasts until the next one was reached."""
    names = find_kind(item.kind).life
    reached = {code: date.fromisoformat(item.life[code]) for code in names if code in item.life}
    ends = [*reached.values(), item.done_on or today][1:]
    lasted = {code: (end - reached[code]).days for code, end in zip(reached, ends, strict=True)}
    return [LifeStage(code, name, reached.get(code), lasted.get(code)) for code, name in names.items()]


@transaction.atomic
def record_life_stage(
    item: PlanItem, stage: str, on: date | None, *, version: int, by: Scope, at: datetime | None = None
) -> PlanItem:
    """Return the item with the day on which it reached a stage of its life; None takes the day back."""
    item = hold(item.pk, version=version, by=by, right="life")
    moment = at or timezone.now()
    names = find_kind(item.kind).life
    _check_stage(item, names, stage, on, today=timezone.localdate(moment))
    work = Work(by, moment)
    work.touch([item], "plan.life_stage")
    life = {**item.life, stage: on.isoformat() if on else None}
    item.life = {code: life[code] for code in names if life.get(code)}
    item.stage = list(item.life)[-1] if item.life else ""
    work.store()
    return lock(item.pk)


def _check_stage(item: PlanItem, names: dict[str, str], stage: str, on: date | None, *, today: date) -> None:
    """Refuse a stage the kind doesn't know, a day to come, or one against the order of the stages."""
    if stage not in names:
        known = "、".join(names.values()) or _("none")
        raise PlanInvalidError({"stage": _("Choose one of: %(known)s.") % {"known": known}})
    if on is None:
        return
    if on > today:
        raise PlanInvalidError({"on": _("This day is still to come.")})
    place = list(names).index(stage)
    for other, (code, name) in enumerate(names.items()):
        day = item.life.get(code)
        wrong = day and (on < date.fromisoformat(day) if other < place else on > date.fromisoformat(day))
        if other != place and wrong:
            words = {"name": name, "day": day}
            raise PlanInvalidError({"on": _("This doesn't fit %(name)s on %(day)s.") % words})


# ── investment ────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def set_investment(
    item: PlanItem,
    year: int,
    *,
    planned: Decimal,
    done: Decimal,
    version: int,
    by: Scope,
    at: datetime | None = None,
) -> Investment:
    """Return the investment of a year, planned and done, in 万元."""
    item = hold(item.pk, version=version, by=by, right="invest")
    _check_money(year, planned=planned, done=done)
    row = Investment.objects.filter(item=item, year=year).first() or Investment(item=item, year=year)
    before = _money(row) if row.pk else None
    row.planned, row.done = planned, done
    row.save()
    record(
        by.actor, "plan.invested", row, area_id=item.area_id, before=before, after=_money(row), at=at,
        note=item.title,
    )  # fmt: skip
    return row


def _check_money(year: int, **amounts: Decimal) -> None:
    problems = {}
    if not 2000 <= year <= 2100:
        problems["year"] = _("Give a year from 2000 to 2100.")
    for name, amount in amounts.items():
        if not _is_money(amount):
            problems[name] = _("Give an amount of 0 or more in 10,000 yuan.")
    if problems:
        raise PlanInvalidError(problems)


def _is_money(amount: Decimal) -> bool:
    try:
        return amount.is_finite() and 0 <= amount < MOST_INVESTED
    except InvalidOperation:
        return False


def _money(row: Investment) -> dict[str, object]:
    return {"item_id": row.item_id, "year": row.year, "planned": row.planned, "done": row.done}
