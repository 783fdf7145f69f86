"""What the economy and the land declare: monthly panels, assessments by land, layers of lines on the map.

Every number here is set by a city or a year: weights, base values, caps, cuts, limits of warnings. They stand
in packs with their basis; the rooms above only do the arithmetic.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from zhenshu.ground.packs.base import Declared, LimitValue, Named, Packed, Where, refuse

Colour = Literal["red", "orange", "yellow", "blue"]
Positive = Annotated[float, Field(gt=0)]


class PanelWarning(Named):
    """A sign that a subject runs badly: its condition must hold so many *months* running.

    The condition asks for ``value``, ``value.over_year`` and ``value.over_month`` (per cent), where value is
    one of the panel's; ``electricity.over_year: {lte: -30}`` is power use down by 30 % or more on last year.
    """

    when: Where
    months: int = Field(default=1, ge=1, le=12)
    colour: Colour = "yellow"
    sign: str = ""  # what the matter that follows says of it, in the panel's *sign* field
    basis: str = ""


class EstimateRule(Declared):
    """How sure an estimate must be: the share of past errors its interval covers, how many are looked at."""

    errors: int = Field(default=12, ge=3, le=60)
    cover: float = Field(default=80, gt=0, lt=100)
    least: int = Field(default=3, ge=1)  # fewer past errors than this give no interval
    basis: str = ""


class PanelKind(Packed):
    """A monthly panel: which dossiers return which values, what is odd, and what an odd one becomes."""

    of: str
    among: Where = {}
    reading: str
    values: tuple[str, ...]
    stocks: tuple[str, ...] = ()  # those of *values* that stand (workers): they are never added over months
    warnings: dict[str, PanelWarning] = {}
    estimate: EstimateRule = EstimateRule()
    raises: str | None = None  # the case kind of a visit
    sign: str = ""  # the choice field of that case which says what is odd
    round: str | None = None  # the round that a visit already made is kept under
    basis: str = ""


class MuMeasure(Named):
    """One measure of an assessment: the yearly sum of one term for each unit of another.

    A term is a field of the dossier (``land``) or a value of its readings (``investment.tax``); monthly ones
    are added up over the year. *without* says what a subject earns that has nothing to divide by.
    """

    unit: str = ""
    sum: str
    per: str
    factor: float = 1
    without: Literal["full", "none"] = "none"
    basis: str = ""


class MuYear(Named):
    """The numbers of a year, in force until a later year is declared: weights, base values, caps, cuts.

    Points of a measure are value ÷ base × weight, at most cap × weight. A class is reached from its cut on;
    the one class without a cut takes the rest.
    """

    basis: str
    weights: dict[str, Positive]
    bases: dict[str, Positive]
    caps: dict[str, Positive]
    cuts: dict[str, float]


class Exemption(Named):
    """Who is not classed: those who fulfil *when*, or those newer than *months* at the end of the year."""

    when: Where = {}
    since: str = ""  # a date field, or ``opened``
    months: int | None = Field(default=None, gt=0)
    basis: str = ""

    @model_validator(mode="after")
    def check(self) -> Exemption:
        if bool(self.when) == bool(self.since) or bool(self.since) != (self.months is not None):
            raise refuse("exemption_ways")
        return self


class PerMuKind(Packed):
    """An assessment by land used (亩均论英雄): measures, classes, exemptions, publication and objections."""

    of: str
    among: Where = {}
    measures: dict[str, MuMeasure]
    classes: dict[str, str]  # best first
    years: dict[str, MuYear]
    exempt: dict[str, Exemption] = {}
    field: str = ""  # the choice field of the dossier that holds its present class
    publish: LimitValue | None = None  # how long a list stands in public before it holds
    basis: str = ""

    @model_validator(mode="after")
    def check(self) -> PerMuKind:
        for key, year in self.years.items():
            if not (key.isascii() and key.isdigit() and len(key) == 4):
                raise refuse("per_mu_year", "years", year=key)
            for name in ("weights", "bases", "caps"):
                _same_keys(getattr(year, name), self.measures, "years", key, name)
            self._check_cuts(year, key)
        return self

    def _check_cuts(self, year: MuYear, key: str) -> None:
        _same_keys(year.cuts, list(self.classes)[:-1], "years", key, "cuts")
        cuts = [year.cuts[code] for code in list(self.classes)[:-1]]
        if cuts != sorted(set(cuts), reverse=True):
            raise refuse("per_mu_cuts", "years", key, "cuts", cuts=", ".join(f"{cut:g}" for cut in cuts))

    def rule_for(self, year: int) -> MuYear | None:
        """Return the numbers in force for a year: those of the latest declared year not after it."""
        known = [key for key in self.years if int(key) <= year]
        return self.years[max(known, key=int)] if known else None


def _same_keys(found: Any, wanted: Any, *place: str) -> None:
    if set(found) != set(wanted):
        raise refuse("per_mu_keys", *place, found=", ".join(sorted(found)), wanted=", ".join(wanted))


class LayerKind(Packed):
    """A layer of lines on the map (永久基本农田, 生态保护红线): which dossiers are tested against it.

    *limits* says on which side the ground is limited: inside the polygons, or outside of them (城镇开发边界).
    *marks* names the field of a tested dossier and the option it gets when it meets the layer.
    """

    of: tuple[str, ...]
    limits: Literal["inside", "outside"] = "inside"
    colour: Colour = "red"
    marks: dict[str, str] = {}
    basis: str = ""


ECONOMY_BLOCKS: dict[str, type[Packed]] = {"panels": PanelKind, "per_mu": PerMuKind, "layers": LayerKind}
