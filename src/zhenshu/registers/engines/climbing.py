"""How far a dossier is on a ladder: its rung, what the next one still asks, what is near a limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zhenshu.ground.packs.blocks import Criterion, LadderKind
from zhenshu.ground.packs.blocks import Step as Rung
from zhenshu.ground.packs.conditions import Group, Leaf, parse_condition
from zhenshu.ground.packs.schema import DossierKind, FieldKind
from zhenshu.ground.packs.terms import facts_of
from zhenshu.registers.engines.facts import Record, condition_on

AT_LEAST, AT_MOST = frozenset({"gte", "gt"}), frozenset({"lte", "lt"})


class Watch(StrEnum):
    """Why somebody should look at a dossier; the most pressing first."""

    BELOW = "below"  # no longer fulfils what the rung it holds asks (退规)
    FALLING = "falling"  # fulfils it by less than the share the pack watches
    READY = "ready"  # fulfils everything the next rung asks
    RISING = "rising"  # lacks of the next rung only what is near (小升规)


@dataclass(frozen=True, slots=True)
class Checked:
    """One criterion with what the dossier says: fulfilled or not, near its limit or not."""

    criterion: Criterion
    fulfilled: bool
    near: bool
    field: FieldKind | None
    value: Any


@dataclass(frozen=True, slots=True)
class Climb:
    """Where a dossier stands; *of_next* is what the next rung asks, *of_present* what it holds its own by."""

    present: Rung | None
    next: Rung | None
    of_present: tuple[Checked, ...]
    of_next: tuple[Checked, ...]
    watch: Watch | None

    @property
    def lacking(self) -> tuple[Checked, ...]:
        return tuple(one for one in self.of_next if not one.fulfilled)


class Ladder:
    """A ladder with its conditions compiled once, for as many dossiers as there are."""

    def __init__(self, kind: LadderKind, subjects: DossierKind) -> None:
        self.kind, self.subjects = kind, subjects
        self.rungs = list(kind.steps.values())
        self._tests = {
            (rung.code, one.code): (condition_on(subjects, one.when), list(_numbers(one.when, subjects)))
            for rung in self.rungs
            for one in rung.criteria.values()
        }

    def climb(self, record: Record) -> Climb:
        """Return where the dossier with these facts stands."""
        held = record.get(self.kind.field) if self.kind.field else None
        place = next((n for n, rung in enumerate(self.rungs) if rung.code == held), -1)
        present = self.rungs[place] if place >= 0 else None
        following = self.rungs[place + 1] if place + 1 < len(self.rungs) else None
        of_present = self.check(present, record) if present else ()
        of_next = self.check(following, record) if following else ()
        return Climb(present, following, of_present, of_next, _watch(of_present, of_next))

    def check(self, rung: Rung, record: Record) -> tuple[Checked, ...]:
        """Return each criterion of a rung with what the dossier says about it."""
        return tuple(self._check(rung, one, record) for one in rung.criteria.values())

    def _check(self, rung: Rung, one: Criterion, record: Record) -> Checked:
        test, leaves = self._tests[rung.code, one.code]
        near = (
            self.kind.near is not None
            and bool(leaves)
            and _is_near(leaves, record, self.kind.near, test(record))
        )
        field = find_field(self.subjects, one.field)
        return Checked(one, test(record), near, field, record.get(one.field) if one.field else None)


def find_field(kind: DossierKind, name: str) -> FieldKind | None:
    """Return the field of a dossier kind, or of one of its series as ``series.field``."""
    series, dot, field = name.partition(".")
    if not dot:
        return kind.fields.get(name)
    return kind.readings[series].fields.get(field) if series in kind.readings else None


def _watch(of_present: tuple[Checked, ...], of_next: tuple[Checked, ...]) -> Watch | None:
    if any(not one.fulfilled for one in of_present):
        return Watch.BELOW
    if any(one.near for one in of_present):
        return Watch.FALLING
    if of_next and all(one.fulfilled for one in of_next):
        return Watch.READY
    if of_next and all(one.fulfilled or one.near for one in of_next):
        return Watch.RISING
    return None


def _numbers(where: Mapping[str, Any], kind: DossierKind) -> Iterator[Leaf]:
    """Yield the limits on numbers that must all hold."""
    yield from _leaves(parse_condition(where, kind.fields, facts_of(kind)))


def _leaves(node: Group | Leaf) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        if node.type == "number" and node.operator in AT_LEAST | AT_MOST:
            yield node
    elif node.how == "all":
        for part in node.parts:
            yield from _leaves(part)


def _is_near(leaves: list[Leaf], record: Record, share: float, fulfilled: bool) -> bool:
    """Tell whether what fails lacks no more than *share* of its limit, or what holds has less to spare."""
    distances = [_distance(leaf, record.get(leaf.name)) for leaf in leaves]
    if any(distance is None for distance in distances):
        return False
    known = [distance for distance in distances if distance is not None]
    return min(known) < share if fulfilled else -min(known) <= share


def _distance(leaf: Leaf, value: Any) -> float | None:
    """Return by which share of its limit a number is on the right side; below zero on the wrong one."""
    if not isinstance(value, (int, float)) or not leaf.value:
        return None
    over = (value - leaf.value) / abs(leaf.value)
    return float(over if leaf.operator in AT_LEAST else -over)
