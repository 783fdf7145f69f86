"""The shapes of proposals, and how the place of a sentence is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhenshu.ground.packs.local_figures import LocalFigure
from zhenshu.measures.indicators.models import Reported, Target
from zhenshu.registers.plans.models import PlanItem


def place_of(start: int, end: int) -> str:
    """Return a stretch of a report's text as items and targets keep it: ``1661-1675``, in code points."""
    return f"{start}-{end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProposal:
    """A commitment as a plan item. *sure* ones are ticked; *item* is what was made of it already."""

    start: int
    end: int
    quote: str
    title: str
    kind: str
    category: str
    due: date
    line: str
    office: int | None
    sure: bool
    item: PlanItem | None = None

    @property
    def place(self) -> str:
        return place_of(self.start, self.end)

    @property
    def key(self) -> str:
        return f"item:{self.place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetProposal:
    """A planned figure as a target. *subject* is the report's word for it, *name* that of its indicator.

    *declares* is the indicator to be defined first, if none is known; *refusal* says why it cannot be taken
    over as it stands.
    """

    start: int
    end: int
    quote: str
    subject: str
    name: str
    code: str
    year: int
    measured: str
    bound: str
    value: Decimal
    unit: str
    line: str
    sure: bool
    declares: LocalFigure | None = None
    refusal: str = ""
    target: Target | None = None

    @property
    def place(self) -> str:
        return place_of(self.start, self.end)

    @property
    def key(self) -> str:
        """One number may be the figure of several things (办结率、满意率均达到98%), each with a row."""
        return f"target:{self.place}:{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueProposal:
    """A result that no record yields, as a reported value of the year; *standing* is the one there is."""

    start: int
    end: int
    quote: str
    subject: str
    name: str
    code: str
    year: int
    value: Decimal
    unit: str
    line: str
    sure: bool
    declares: LocalFigure | None = None
    refusal: str = ""
    standing: Reported | None = None

    @property
    def place(self) -> str:
        return place_of(self.start, self.end)

    @property
    def key(self) -> str:
        """One number may be the figure of several things (办结率、满意率均达到98%), each with a row."""
        return f"value:{self.place}:{self.code}"


@dataclass(frozen=True, slots=True)
class Proposals:
    """Everything a report proposes, each in the order of the text."""

    items: tuple[ItemProposal, ...]
    targets: tuple[TargetProposal, ...]
    values: tuple[ValueProposal, ...]

    def keys(self) -> set[str]:
        """Return the keys of all rows."""
        rows: list[ItemProposal | TargetProposal | ValueProposal] = [*self.items, *self.targets, *self.values]
        return {one.key for one in rows}
