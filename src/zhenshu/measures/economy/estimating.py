"""What a month will come to before all have returned it: an estimate, never a fact, never stored.

The method, in one line: what is missing is taken to be what those subjects returned a year before, times the
growth of the subjects that have returned already. Where nobody has returned yet, the growth of the month
before stands for it; who was not there a year before is taken to return what it did the month before.

How far it can be trusted is tried on the months before: each is estimated as if only the same subjects had
returned it, and compared with what came. The interval is the quantile of those past errors that the pack asks
for, ``⌈(n + 1) × cover⌉``-th of n in size; with too few errors it is the greatest of them and covers less.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from zhenshu.ground.packs.economy_kinds import EstimateRule
from zhenshu.measures.economy.comparing import HUNDRED
from zhenshu.measures.economy.months import moved
from zhenshu.measures.economy.panel import Panel

Basis = Literal["returned", "month before", "none"]
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Point:
    """The estimate of a month: what is *known*, what is added for the missing, by which growth.

    *carried* of the missing had no value a year before and stand with that of the month before; *unknown*
    had neither and are left out.
    """

    known: Decimal
    added: Decimal
    growth: Decimal
    basis: Basis
    carried: int
    unknown: int

    @property
    def value(self) -> Decimal:
        return self.known + self.added


@dataclass(frozen=True, slots=True)
class Trial:
    """A month that is over, estimated as this one is: what came, what was estimated, what last year was."""

    month: str
    actual: Decimal
    estimate: Decimal
    naive: Decimal

    @property
    def error(self) -> Decimal:
        """How far what came lies from the estimate, as a share of the estimate."""
        return self.actual / self.estimate - 1

    @property
    def naive_error(self) -> Decimal | None:
        """The same where the month of last year alone is the estimate; None without one."""
        return self.actual / self.naive - 1 if self.naive else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A month's estimate with its interval, and the trials that it rests on, newest first."""

    name: str
    month: str
    returned: int
    asked: int
    point: Point
    trials: tuple[Trial, ...]
    width: Decimal | None  # half the interval as a share of the estimate
    covers: Decimal | None  # per cent of cases in which the interval holds what comes

    @property
    def complete(self) -> bool:
        """Whether everybody returned: then there is nothing to estimate."""
        return self.returned >= self.asked

    @property
    def low(self) -> Decimal | None:
        if self.width is None:
            return None
        low = self.point.value * (ONE - self.width)
        # What has come has come: the month can't end below it, unless something negative is still missing.
        return max(low, self.point.known) if self.point.added >= 0 else low

    @property
    def high(self) -> Decimal | None:
        return None if self.width is None else self.point.value * (ONE + self.width)

    @property
    def mean_error(self) -> Decimal | None:
        """The mean of the past errors in per cent, whatever their sign."""
        return _mean([abs(trial.error) for trial in self.trials])

    @property
    def mean_naive_error(self) -> Decimal | None:
        """The same for the month of last year taken as it was: what the method must beat."""
        return _mean([abs(e) for trial in self.trials if (e := trial.naive_error) is not None])


def _mean(errors: Collection[Decimal]) -> Decimal | None:
    return sum(errors, Decimal(0)) / len(errors) * HUNDRED if errors else None


def estimate(panel: Panel, name: str, month: str) -> Estimate:
    """Return the estimate of a value for a month, with what the method would have said before."""
    rule = panel.kind.estimate
    asked = set(panel.asked(month)) | set(panel.returned(month))
    told = {pk for pk in asked if panel.value(pk, month, name) is not None}
    trials = _trials(panel, name, month, told, rule.errors)
    width, covers = _interval([abs(trial.error) for trial in trials], rule)
    point = point_of(panel, name, month, asked, told)
    return Estimate(name, month, len(told), len(asked), point, tuple(trials), width, covers)


def point_of(panel: Panel, name: str, month: str, asked: Collection[int], told: Collection[int]) -> Point:
    """Return the estimate of a month from those who *told* it, for all who are *asked*."""
    before, last = moved(month, -12), moved(month, -1)
    growth, basis = _growth(panel, name, month, told)
    known = sum((panel.value(pk, month, name) or Decimal(0) for pk in told), Decimal(0))
    added, carried, unknown = Decimal(0), 0, 0
    for pk in sorted(set(asked) - set(told)):
        then, lately = panel.value(pk, before, name), panel.value(pk, last, name)
        if then is not None:
            added += then * growth
        elif lately is not None:
            added, carried = added + lately, carried + 1
        else:
            unknown += 1
    return Point(known, added, growth, basis, carried, unknown)


def _growth(panel: Panel, name: str, month: str, told: Collection[int]) -> tuple[Decimal, Basis]:
    """Return this month on last year's over those who told both; else that of the month before over all."""
    ways: tuple[tuple[Basis, str, Collection[int]], ...] = (
        ("returned", month, told),
        ("month before", moved(month, -1), panel.subjects),
    )
    for basis, at, subjects in ways:
        pairs = [(panel.value(pk, at, name), panel.value(pk, moved(at, -12), name)) for pk in subjects]
        both = [(now, then) for now, then in pairs if now is not None and then is not None]
        base = sum((then for _now, then in both), Decimal(0))
        if base > 0:
            return sum((now for now, _then in both), Decimal(0)) / base, basis
    return ONE, "none"


def _trials(panel: Panel, name: str, month: str, told: Collection[int], count: int) -> list[Trial]:
    """Estimate each of the months before as if only those who have told this one had told it."""
    found = []
    for back in range(1, count + 1):
        at = moved(month, -back)
        came = {pk for pk in panel.subjects if panel.value(pk, at, name) is not None}
        naive = [panel.value(pk, moved(at, -12), name) for pk in came]
        if not came or all(one is None for one in naive):
            continue
        guessed = point_of(panel, name, at, came, came & set(told)).value
        if guessed > 0:
            actual = sum((panel.value(pk, at, name) or Decimal(0) for pk in came), Decimal(0))
            found.append(Trial(at, actual, guessed, sum((one or Decimal(0) for one in naive), Decimal(0))))
    return found


def _interval(errors: list[Decimal], rule: EstimateRule) -> tuple[Decimal | None, Decimal | None]:
    """Return how wide the interval is, and how much of what comes it covers."""
    n = len(errors)
    if n < rule.least:
        return None, None
    wanted = -(-(n + 1) * Fraction(str(rule.cover)) // 100)
    place = min(wanted, n)
    covers = Decimal(str(rule.cover)) if wanted <= n else HUNDRED * n / (n + 1)
    return sorted(errors)[place - 1], covers
