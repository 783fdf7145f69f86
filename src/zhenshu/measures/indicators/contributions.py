"""What one record adds to the tallies, worked out from its facts before and after a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhenshu.ground.ledger.record import Change
from zhenshu.ground.packs.conditions import Test, compile_condition
from zhenshu.ground.packs.measures import terms_for
from zhenshu.measures.indicators.columns import SCALE, month_of, scaled
from zhenshu.measures.indicators.definitions import Catalogue, Quantity
from zhenshu.measures.indicators.parts import PlaceKey, case_places, following_place
from zhenshu.measures.indicators.sources import (
    DOSSIERS,
    LEVELS,
    READINGS,
    SOURCES,
    Facts,
    Source,
    latest_series,
    member_of,
    source_of,
)
from zhenshu.registers.dossiers.acts import dossier_facts
from zhenshu.registers.dossiers.models import Dossier, Reading, State
from zhenshu.registers.dossiers.readings import reading_facts

Amount = Callable[[Facts], int | None]
Date = Callable[[Facts], int | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A quantity made ready for quick work: its part, test, months, amount and member."""

    part: str
    test: Test | None
    begins: Date
    ends: Date | None
    amount: Amount | None
    member: Callable[[Facts], str | None] | None

    def postings(self, facts: Facts, terms: Mapping[str, Any]) -> Iterator[tuple[int, int, int]]:
        """Yield (month, value, n) of what this record adds."""
        month = self.begins(facts)
        if month is None or (self.test is not None and not self.test(terms)):
            return
        amount = SCALE if self.amount is None else self.amount(facts)
        if amount is None:
            return
        yield month, amount, 1
        end = self.ends(facts) if self.ends is not None else None
        if end is not None:
            yield end, -amount, -1


Sums = dict[tuple[str, PlaceKey, int], list[int]]
Members = dict[tuple[str, PlaceKey, int, str], int]


class Difference:
    """What changes in the tallies by some acts: added for what is now, taken away for what was."""

    def __init__(self) -> None:
        self.sums: Sums = {}
        self.members: Members = {}

    def add(self, rules: Sequence[Rule], facts: Facts, source: Source, sign: int) -> None:
        """Add (*sign* 1) or take away (-1) what a record with these facts counts for."""
        terms = source.terms(facts)
        places = places_of(facts, source)
        for rule in rules:
            if rule.member is not None:
                self._add_member(rule, facts, terms, places[-1], sign)
                continue
            for month, value, n in rule.postings(facts, terms):
                for place in places:
                    held = self.sums.setdefault((rule.part, place, month), [0, 0])
                    held[0] += sign * value
                    held[1] += sign * n

    def _add_member(
        self, rule: Rule, facts: Facts, terms: Mapping[str, Any], place: PlaceKey, sign: int
    ) -> None:
        member = rule.member(facts) if rule.member else None
        for month, _, n in rule.postings(facts, terms) if member is not None else ():
            key = (rule.part, place, month, str(member))
            self.members[key] = self.members.get(key, 0) + sign * n

    def changed_sums(self) -> Sums:
        return {key: held for key, held in self.sums.items() if held[0] or held[1]}

    def changed_members(self) -> Members:
        return {key: n for key, n in self.members.items() if n}


def places_of(facts: Facts, source: Source) -> tuple[PlaceKey, ...]:
    """Return where a record counts, the narrowest place last."""
    if source.levels:
        return case_places(tuple(facts[level] for level in LEVELS))
    return (following_place(facts["area_id"]),)


# ── the rules of each kind ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules of every kind, by ledger subject and kind; those of readings by the kind of their dossier.

    *latest* names the series of a dossier kind whose latest reading some rule asks for.
    """

    catalogue: Catalogue
    records: Mapping[tuple[str, str], Sequence[Rule]]
    readings: Mapping[str, Mapping[str, Sequence[Rule]]]
    latest: Mapping[str, frozenset[str]]


_held: dict[str, RuleBook] = {}


def rule_book(now: Catalogue) -> RuleBook:
    """Return the rules of all quantities, worked out once per catalogue."""
    held = _held.get("now")
    if held is None or held.catalogue is not now:
        held = _held["now"] = _write_book(now)
    return held


def _write_book(now: Catalogue) -> RuleBook:
    records: dict[tuple[str, str], list[Rule]] = {}
    readings: dict[str, dict[str, list[Rule]]] = {}
    latest: dict[str, frozenset[str]] = {}
    for quantity in now.quantities.values():
        source = source_of(quantity.counted)
        kind = quantity.counted.full_code
        if source is None:
            continue
        rule = make_rule(quantity, source)
        latest[kind] = latest.get(kind, frozenset()) | latest_series(quantity.counted)
        if quantity.counted.reading:
            readings.setdefault(kind, {}).setdefault(quantity.counted.reading, []).append(rule)
        else:
            records.setdefault((source.subject, kind), []).append(rule)
    return RuleBook(now, records, readings, latest)


def make_rule(quantity: Quantity, source: Source) -> Rule:
    """Return the quick form of a quantity."""
    counted = quantity.counted
    fields, facts = terms_for(counted)
    lasting = quantity.posting == "stock"
    return Rule(
        part=quantity.digest,
        test=compile_condition(quantity.where, fields, facts) if quantity.where else None,
        begins=_date(source, counted.at),
        ends=_date(source, "", source.end) if lasting and source.leaves(counted.at) else None,
        amount=_amount(counted.field, reading=bool(counted.reading)) if counted.way == "sum" else None,
        member=(lambda record: member_of(record, source, counted)) if counted.way == "distinct" else None,
    )


def _date(source: Source, at: str, fact: str = "") -> Date:
    column, key = (fact, "") if fact else source.date_place(at)
    if not key:
        return lambda facts: month_of(facts[column])
    held = "life" if column == "life" else "fields"
    return lambda facts: month_of(facts[held].get(key) or None)


def _amount(field: str | None, *, reading: bool) -> Amount:
    if reading:
        return lambda facts: scaled(facts["values"].get(field, facts["fields"].get(field)))
    return lambda facts: scaled(facts["fields"].get(field))


# ── changes of records ────────────────────────────────────────────────────────────────────────────────

WHOLE: Mapping[str, Source] = {source.subject: source for source in SOURCES.values()}


def difference_of(changes: Sequence[Change], now: Catalogue) -> Difference:
    """Return what a run of changes means for the tallies."""
    book = rule_book(now)
    found = Difference()
    for change in changes:
        source = WHOLE.get(change.subject_kind)
        if source is not None:
            _follow_record(found, book, change, source)
        elif change.subject_kind == READINGS.subject:
            _follow_reading(found, book, change)
    _follow_latest(found, book, [one for one in changes if one.subject_kind == READINGS.subject])
    return found


def _follow_record(found: Difference, book: RuleBook, change: Change, source: Source) -> None:
    for facts, sign in ((change.before, -1), (change.after, 1)):
        if facts is None or source.void(facts):
            continue
        rules = book.records.get((source.subject, facts["kind"]))
        if rules:
            asked = book.latest.get(facts["kind"]) if source is DOSSIERS else None
            told = {**facts, "latest": latest_of(change.subject_id, asked)} if asked else facts
            found.add(rules, told, source, sign)
    if source is DOSSIERS and change.before is not None and change.after is not None:
        _follow_readings_of(found, book, change)


def _follow_readings_of(found: Difference, book: RuleBook, change: Change) -> None:
    """Readings count where and as what their dossier is: they move with it."""
    before, after = change.before, change.after
    assert before is not None
    assert after is not None
    series = book.readings.get(after["kind"])
    told = ("area_id", "state", "fields", "title")
    if not series or all(before[name] == after[name] for name in told):
        return
    rows = Reading.objects.filter(dossier_id=change.subject_id, series__in=series, replaced_by=None)
    for reading in rows:
        values = reading_facts(reading)
        for dossier, sign in ((before, -1), (after, 1)):
            if dossier["state"] != State.MERGED:
                found.add(series[reading.series], {**values, **_of_dossier(dossier)}, READINGS, sign)


# ── the latest reading of a dossier ───────────────────────────────────────────────────────────────────

Standing = dict[int, Facts]  # readings that stand, by their id


def latest_of(dossier_id: int, series: Iterable[str]) -> dict[str, Facts]:
    """Return the values of a dossier's latest reading of each series."""
    return _latest_among(_standing(dossier_id, series))


def _standing(dossier_id: int, series: Iterable[str]) -> Standing:
    rows = Reading.objects.filter(dossier_id=dossier_id, series__in=series, replaced_by=None)
    return {row.pk: reading_facts(row) for row in rows}


def _latest_among(standing: Standing) -> dict[str, Facts]:
    in_order = sorted(standing.items(), key=lambda item: (item[1]["on"], item[0]))
    return {facts["series"]: facts["values"] for _, facts in in_order}


def _follow_latest(found: Difference, book: RuleBook, changes: Sequence[Change]) -> None:
    """A new reading changes what its dossier counts as, where rules ask for the latest one.

    All changes of a dossier are taken together: the database already holds every one of them.
    """
    touched: dict[int, list[Change]] = {}
    for change in changes:
        for dossier_id in {facts["dossier_id"] for facts in (change.before, change.after) if facts}:
            touched.setdefault(dossier_id, []).append(change)
    if not touched:
        return
    for dossier in Dossier.objects.filter(pk__in=touched).exclude(state=State.MERGED):
        asked = book.latest.get(dossier.kind)
        if asked:
            _follow_latest_of(found, book, dossier, touched[dossier.pk])


def _follow_latest_of(found: Difference, book: RuleBook, dossier: Dossier, changes: Sequence[Change]) -> None:
    asked = book.latest[dossier.kind]
    after = _standing(dossier.pk, asked)
    before = {pk: facts for pk, facts in after.items() if pk not in {one.subject_id for one in changes}}
    for change in changes:
        told = change.before
        if told is not None and told["dossier_id"] == dossier.pk and told["series"] in asked:
            before[change.subject_id] = told
    rules, facts = book.records[DOSSIERS.subject, dossier.kind], dossier_facts(dossier)
    found.add(rules, {**facts, "latest": _latest_among(before)}, DOSSIERS, -1)
    found.add(rules, {**facts, "latest": _latest_among(after)}, DOSSIERS, 1)


def _of_dossier(facts: Facts) -> dict[str, Any]:
    return {name: facts[name] for name in ("area_id", "state", "title", "fields")}


def _follow_reading(found: Difference, book: RuleBook, change: Change) -> None:
    for facts, sign in ((change.before, -1), (change.after, 1)):
        if facts is None or facts["replaced_by_id"] is not None:
            continue
        dossier = Dossier.objects.get(pk=facts["dossier_id"])
        rules = book.readings.get(dossier.kind, {}).get(facts["series"])
        if rules and dossier.state != State.MERGED:
            named = {name: getattr(dossier, name) for name in ("area_id", "state", "title", "fields")}
            found.add(rules, {**facts, **named}, READINGS, sign)
