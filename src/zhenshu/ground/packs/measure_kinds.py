"""What a pack counts and says: measures, indicators, sentences, scales, scorecards."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from zhenshu.ground.packs.base import Declared, Named, Packed, Where, refuse

WAYS = ("count", "sum", "distinct", "stock")
FORMS = (*WAYS, "share", "ratio", "formula", "reported")


class Measure(Declared):
    """What is added up: exactly one of *count*, *sum*, *distinct*, *stock*, over one kind of record.

    ``count: visit``, ``sum: visit.people``, ``distinct: visit.subject``, ``stock: enterprise`` (as of a day).
    A plain text such as ``visit.closed_in_time`` is short for a count with a well-known condition.
    """

    count: str | None = None
    sum: str | None = None
    distinct: str | None = None
    stock: str | None = None
    where: Where = {}
    exclude: Where = {}
    at: str = ""  # the date that puts a record in a period: opened, closed, due, or a date field

    @model_validator(mode="after")
    def check(self) -> Measure:
        chosen = [way for way in WAYS if getattr(self, way)]
        if len(chosen) != 1:
            raise refuse("measure_ways", chosen=", ".join(chosen) or "-", ways=", ".join(WAYS))
        return self


class IndicatorKind(Packed):
    """A defined quantity. Aggregation over areas and over time are set apart."""

    unit: str = ""
    count: str | None = None
    sum: str | None = None
    distinct: str | None = None
    stock: str | None = None
    share: tuple[str | Measure, str | Measure] | None = None
    ratio: tuple[str | Measure, str | Measure] | None = None
    formula: str | None = None
    reported: bool = False
    where: Where = {}
    exclude: Where = {}
    exclusions: str = ""  # what is left out, in words, printed beside a share
    at: str = ""
    over_areas: Literal["sum", "mean", "none"] | None = None
    over_time: Literal["sum", "last", "mean", "max", "none"] | None = None
    every: Literal["month", "quarter", "year"] = "month"
    better: Literal["more", "less", "none"] = "more"
    decimals: int | None = None
    factor: float = 1
    aliases: tuple[str, ...] = ()
    line: str = ""
    basis: str = ""
    note: str = ""

    @model_validator(mode="after")
    def check(self) -> IndicatorKind:
        chosen = [form for form in FORMS if getattr(self, form)]
        if len(chosen) != 1:
            raise refuse("indicator_forms", chosen=", ".join(chosen) or "-", forms=", ".join(FORMS))
        if self.form in ("share", "ratio", "formula", "reported") and (self.where or self.exclude):
            raise refuse("indicator_where", form=self.form)
        return self

    @property
    def form(self) -> str:
        """The one of *FORMS* this indicator uses."""
        return next(form for form in FORMS if getattr(self, form))

    @property
    def full_code(self) -> str:
        return self.code

    @property
    def measure(self) -> Measure | None:
        """Return what is added up, for an indicator that is itself a count, sum, distinct or stock."""
        if self.form not in WAYS:
            return None
        return Measure.model_validate(
            {self.form: getattr(self, self.form), "where": self.where, "exclude": self.exclude, "at": self.at}
        )


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class Sentences(Declared):
    """Templates of the report: ``{code}`` is a figure; parts in ``[…]`` stand only when their figures exist.

    A view after a colon says what of the figure is meant: ``{code:growth}`` (同比), see `references.VIEWS`.
    """

    review: Texts = ()
    plan: Texts = ()


class ScaleBand(Named):
    """A band of a risk scale: reached when the score is at least *from*."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    from_: float = Field(alias="from")
    colour: Literal["red", "orange", "yellow", "blue", "green"]


class ScaleFactor(Named):
    """One factor of a scale: either the *values* it may take with their meaning, or a range."""

    values: dict[str, str] = {}  # value as written -> what it means
    min: float | None = None
    max: float | None = None


class ScaleKind(Packed):
    """A risk scale such as LEC: the product of the factors; its version is kept with each score."""

    version: str
    factors: dict[str, ScaleFactor]
    bands: dict[str, ScaleBand]
    rounds: dict[str, str] = {}  # band -> the round kind whose frequency follows from it
    basis: str = ""

    @model_validator(mode="after")
    def check(self) -> ScaleKind:
        starts = [band.from_ for band in self.bands.values()]
        if len(set(starts)) != len(starts) or not starts or min(starts) > 0:
            raise refuse("scale_bands", "bands")
        return self

    def band_for(self, score: float) -> ScaleBand:
        """Return the highest band that *score* reaches; a limit belongs to the band above it (≥)."""
        reached = [band for band in self.bands.values() if score >= band.from_]
        return max(reached, key=lambda band: band.from_)


class ScoreBand(Declared):
    """A band of an item: a value of at least *from* earns *points*."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    from_: float = Field(alias="from")
    points: float = Field(ge=0)


class ScoreItem(Named):
    """One item of an assessment of units: its full mark and how a value becomes points.

    ``share``: the full mark times value ÷ *reach* (100 for a percentage). ``target``: against the unit's
    target of the year. ``rank``: by the place among the units. ``deduct`` and ``bonus``: *step* points for
    each count, at most *cap*. ``bands``: the points of the highest band reached. ``veto``: a value of at
    least *step* takes everything. ``given``: entered by hand, with reason and signer. A value that is not
    there (nothing fell due) leaves the item out unless *empty* says otherwise.
    """

    full: float = Field(gt=0)
    way: Literal["share", "target", "rank", "deduct", "bonus", "bands", "veto", "given"]
    indicator: str | None = None
    over: Literal["period", "year"] = "period"  # year: from January to the end of the period
    reach: float | None = Field(default=None, gt=0)  # the value that earns the full mark
    step: float | None = Field(default=None, gt=0)
    cap: float | None = Field(default=None, gt=0)
    bands: tuple[ScoreBand, ...] = ()
    empty: Literal["left_out", "full", "none"] = "left_out"
    office: str = ""  # the office that explains the item and enters what is given (牵头解释单位)
    basis: str = ""

    @model_validator(mode="after")
    def check(self) -> ScoreItem:
        needed = {"deduct": "step", "bonus": "step", "bands": "bands"}.get(self.way)
        if needed and not getattr(self, needed):
            raise refuse("score_item", way=self.way, key=needed)
        if (self.way == "given") == bool(self.indicator):
            raise refuse("score_indicator", way=self.way)
        return self


class ScorecardKind(Packed):
    """An assessment of units, never of persons, computed from the records, with publication and appeals.

    *by* names the field of the records that says whose they are: the lead office, or another field of type
    office, so that one ticket counts again for the office of its trade. *offices* are those assessed, all
    that have a figure where empty. *office* keeps the card beside secretary and leaders. The first *flags*
    units of a period get the red flag. A unit of which less than *least* per cent of the full marks could be
    scored has no place. *appeal_days* are working days from the day of publication.
    """

    of: Literal["town", "village", "grid", "office", "dossier"]
    dossier: str | None = None
    by: str = "office"
    offices: tuple[str, ...] = ()
    office: str = ""
    every: Literal["month", "quarter", "half_year", "year"] = "quarter"
    items: dict[str, ScoreItem]
    flags: int = Field(default=0, ge=0)
    least: float = Field(default=0, ge=0, le=100)  # per cent of the full marks
    appeal_days: int = Field(default=5, ge=0)
    basis: str = ""

    @model_validator(mode="after")
    def check(self) -> ScorecardKind:
        if (self.of == "dossier") != bool(self.dossier):
            raise refuse("score_units", of=self.of)
        return self
