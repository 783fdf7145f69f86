"""Rounds: who is to be visited how often, who is due, what was missed. A visit records no track.

A visit is a record: its day, its subject, what was seen. When the next one is due follows from the last and
the frequency of the pack; nothing is planned row by row, so a changed frequency holds at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from zhenshu.ground.packs.conditions import names_in
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind, LimitRule, RoundKind, TieKind
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.deadlines import due, elapsed
from zhenshu.ground.worktime.limits import Limit, Unit
from zhenshu.ground.worktime.periods import add_months
from zhenshu.registers.blocks.acts import RecordDraft, keep_record
from zhenshu.registers.blocks.among import dossiers_among, fitting, terms_of, test_of
from zhenshu.registers.blocks.kinds import full_code, subject_kind
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.cases.clocks import work_calendar
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.models import State as DossierState


@dataclass(frozen=True, slots=True)
class DueVisit:
    """Where one subject of a round stands: last visited, due next, how many visits were missed since."""

    subject: Dossier
    last: date | None
    due: date
    limit: Limit
    basis: str
    missed: int
    holder: User | None = None

    @property
    def overdue(self) -> bool:
        return self.missed > 0


def next_due(last: date, limit: Limit, calendar: WorkCalendar) -> date:
    """Return the last day on which the visit after *last* is in time; the day after the visit counts as 1."""
    start = timezone.make_aware(datetime(last.year, last.month, last.day, 12))
    return timezone.localtime(due(start, limit, calendar)).date()


def missed_since(due_on: date, today: date, limit: Limit, calendar: WorkCalendar) -> int:
    """Return how many visits were missed: none until the due day is over, then one more each full round."""
    if today <= due_on:
        return 0
    return 1 + int(_rounds_between(due_on, today, limit, calendar))


def _rounds_between(first: date, last: date, limit: Limit, calendar: WorkCalendar) -> int:
    """Return how many whole limits lie between two days, the second not over yet."""
    if limit.unit is Unit.MONTH:
        step, count = int(limit.value), 0
        while add_months(first, step * (count + 1)) < last:
            count += 1
        return count
    start, end = (timezone.make_aware(datetime(d.year, d.month, d.day, 12)) for d in (first, last))
    unit = limit.unit if limit.unit.counts_whole_days else Unit.DAY
    passed = elapsed(start, end - timedelta(days=1), unit, calendar).days if end > start else 0
    return passed // max(int(limit.value), 1) if limit.unit.counts_whole_days else passed


def limit_for(kind: RoundKind, terms: Mapping[str, Any], rules: Iterable[tuple[Any, LimitRule]]) -> LimitRule:
    """Return the frequency that holds for a subject: the first rule whose condition it fulfils."""
    for fits, rule in rules:
        if fits(terms):
            return rule
    return LimitRule(when={}, limit=kind.every, basis=kind.basis)


def due_visits(kind: RoundKind, scope: Scope, *, today: date | None = None) -> list[DueVisit]:
    """Return every subject of the round that *scope* may see, the longest overdue first."""
    of = subject_kind(kind)
    return _stand(kind, of, dossiers_among(of, kind.among, scope), today) if of is not None else []


def due_visit_of(kind: RoundKind, dossier: Dossier, *, today: date | None = None) -> DueVisit | None:
    """Return where one dossier stands in a round; None when the round is not held among such ones."""
    of = subject_kind(kind)
    if of is None or dossier.kind != of.full_code or dossier.state != DossierState.ACTIVE:
        return None
    found = _stand(kind, of, fitting([dossier], of, kind.among), today)
    return found[0] if found else None


def _stand(
    kind: RoundKind, of: DossierKind, subjects: Sequence[Dossier], today: date | None
) -> list[DueVisit]:
    day = today or timezone.localdate()
    rules = [(test_of(rule.when, of), rule) for rule in kind.every_by]
    asked = {name for rule in kind.every_by for name in names_in(rule.when)}
    terms = terms_of(subjects, of, asked) if rules else {}
    last, holders = last_visits(kind, subjects), holders_of(kind)
    since = library().packs[kind.pack].effective
    calendar = work_calendar()
    found = []
    for one in subjects:
        rule = limit_for(kind, terms.get(one.pk, {}), rules)
        seen = last.get(one.pk)
        due_on = next_due(seen or max(one.opened_on, since), rule.limit, calendar)
        missed = missed_since(due_on, day, rule.limit, calendar)
        found.append(DueVisit(one, seen, due_on, rule.limit, rule.basis, missed, holders.get(one.pk)))
    return sorted(found, key=lambda visit: (visit.due, visit.subject.pk))


def last_visits(kind: RoundKind, subjects: Sequence[Dossier] = ()) -> dict[int, date]:
    """Return the day of the last visit of each subject; of one alone where only one is asked for."""
    visits = Record.objects.filter(kind=kind.full_code, subject__isnull=False).exclude(state=State.WITHDRAWN)
    if len(subjects) == 1:
        visits = visits.filter(subject=subjects[0])
    return dict(visits.order_by().values_list("subject_id").annotate(last=Max("day")))


def holders_of(kind: RoundKind) -> dict[int, User]:
    """Return who is bound to visit each subject, by the ties that name this round."""
    today = timezone.localdate()
    codes = [
        code
        for code, one in library().kinds.items()
        if isinstance(one, TieKind) and one.round and full_code(one.round, one.pack) == kind.full_code
    ]
    ties = Record.objects.filter(kind__in=codes, state=State.KEPT, day__lte=today, holder__isnull=False)
    standing = ties.exclude(ended_on__lte=today).select_related("holder").order_by("day", "pk")
    return {tie.subject_id: tie.holder for tie in standing if tie.subject_id and tie.holder}


def log_visit(
    kind: RoundKind, subject: Dossier, fields: Mapping[str, Any], *, day: date, by: Scope, note: str = ""
) -> Record:
    """Return the record of a visit on a day, made by whoever logs it."""
    draft = RecordDraft(
        kind=kind.full_code, subject=subject.pk, day=day, fields=fields, holder=by.user_id,
        office=by.posts[0].office_id if by.posts else None,
    )  # fmt: skip
    return keep_record(draft, by=by, note=note)
