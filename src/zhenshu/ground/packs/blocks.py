"""The further blocks a business line may declare: each one small concept, used by many lines.

A pack says *what* (which dossiers, how often, under which condition, with which basis); the room that owns
the block says *how*. ``of`` always names the dossier kind a block speaks of, ``raises`` the case kinds it may
open, ``fields`` what one record of it carries.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from zhenshu.ground.packs.base import Declared, FieldKind, LimitValue, Named, Packed, Where, refuse
from zhenshu.ground.packs.case_kinds import LimitRule
from zhenshu.ground.packs.economy_kinds import ECONOMY_BLOCKS, LayerKind, PanelKind, PerMuKind

Every = Literal["day", "week", "ten_days", "month", "quarter", "half_year", "year", "once", "event"]


class CheckItem(Named):
    basis: str = ""
    raises: str | None = None  # the case kind a failed item becomes
    severity: str = ""
    office: str = ""  # the office that fills this item when several check at once


class ChecklistKind(Packed):
    """An inspection sheet; each failed item becomes a case."""

    of: str | None = None
    raises: str | None = None
    fields: dict[str, FieldKind] = {}
    items: dict[str, CheckItem]
    basis: str = ""


class RoundKind(Packed):
    """Visits or patrols due at a frequency: which dossiers, how often, what a visit records (no tracks)."""

    of: str
    among: Where = {}
    every: LimitValue
    every_by: tuple[LimitRule, ...] = ()
    role: str = "grid_worker"
    fields: dict[str, FieldKind] = {}
    checklist: str | None = None
    raises: tuple[str, ...] = ()
    basis: str = ""


class ContractKind(Packed):
    """A lease, loan or service contract: what it is about, with whom, what falls due and when it ends."""

    of: str
    party: str | None = None  # the dossier kind of the other side
    money: Literal["in", "out", "none"] = "in"
    due: Every = "year"
    fields: dict[str, FieldKind] = {}
    remind: LimitValue | None = None  # before a payment is due
    remind_end: LimitValue | None = None  # before the contract ends
    raises: tuple[str, ...] = ()
    basis: str = ""


class PayRate(Named):
    """One standard: who gets how much for each *unit*."""

    when: Where = {}
    amount: float | None = None
    field: str = ""  # the money field of the dossier that holds the amount, when it differs by person
    unit: str = "元"
    basis: str = ""


class PayoutKind(Packed):
    """A roster of the entitled and its pay runs; who is entitled but unpaid shows at once."""

    of: str
    entitled: Where = {}
    every: Every = "month"
    rates: dict[str, PayRate]
    review: LimitValue | None = None  # how often the right is looked at again (年审)
    publish: LimitValue | None = None  # how long a list stands in public before it is paid (公示)
    fields: dict[str, FieldKind] = {}
    basis: str = ""


class BookingKind(Packed):
    """Times of a room, window, device or expert that can be booked."""

    of: str
    minutes: int = Field(default=60, gt=0)
    places: int = Field(default=1, gt=0)
    open: str = ""  # 周一至周五 08:30-17:30
    ahead: LimitValue | None = None
    cancel: LimitValue | None = None
    fields: dict[str, FieldKind] = {}


class MeetingKind(Packed):
    """A meeting with its roll, topics, minutes and decisions; a decision becomes a task or a case."""

    roll: tuple[str, ...] = ()  # roles or dossier kinds that are called
    quorum: str = ""  # such as 2/3
    pass_at: str = ""  # such as 1/2 of all
    every: Every = "month"
    topic: dict[str, FieldKind] = {}
    fields: dict[str, FieldKind] = {}
    decides: str | None = None  # the plan kind a decision becomes
    raises: tuple[str, ...] = ()
    basis: str = ""


class ThresholdLevel(Named):
    above: float | None = None
    below: float | None = None
    colour: Literal["red", "orange", "yellow", "blue"] = "yellow"
    times: int = 1  # so many readings in a row

    @model_validator(mode="after")
    def check(self) -> ThresholdLevel:
        if self.above is None and self.below is None:
            raise refuse("threshold_empty")
        return self


class ThresholdKind(Packed):
    """A limit on one reading of a dossier; a reading beyond it opens a case, once until it clears."""

    of: str
    reading: str
    value: str
    levels: dict[str, ThresholdLevel]
    raises: str | None = None
    basis: str = ""


class SurveyKind(Packed):
    """Questions put to a drawn sample; its answers are never read person by person."""

    of: str | None = None  # the dossier kind that is asked; none: anyone at the portal
    questions: dict[str, FieldKind]
    sample: int | None = None
    share: float | None = None
    per: Literal["town", "village", "grid", "office", "none"] = "village"
    agree_at: str = ""  # share of consent that carries, such as 2/3 (加装电梯)
    shown_from: int = Field(default=5, ge=2)  # sums of fewer answers would tell who said what
    basis: str = ""


class CoverageKind(Packed):
    """The share of places that reach a point of service within so many minutes or metres."""

    points: str
    of: str
    minutes: int | None = None
    metres: int | None = None
    travel: Literal["walk", "bicycle", "car"] = "walk"
    metres_per_minute: float = Field(default=80, gt=0)  # how fast one gets there, for *minutes*
    detour: float = Field(default=1.3, ge=1)  # how much longer a way is than the straight line
    weight: str = ""  # the number field that counts, such as residents
    basis: str = ""


class LearningKind(Packed):
    """Sessions held and topics passed on, for units; attendance never scores a person."""

    topics: dict[str, str] = {}
    every: Every = "month"
    fields: dict[str, FieldKind] = {}
    basis: str = ""


class PointRule(Named):
    points: float
    evidence: bool = False
    cap: float | None = None
    per: Every = "month"
    basis: str = ""


class Reward(Named):
    points: float = Field(gt=0)
    value: float | None = None


class PointsKind(Packed):
    """A points account (积分制) of a household or a volunteer: what earns, what it buys, when it lapses."""

    of: str
    rules: dict[str, PointRule]
    rewards: dict[str, Reward] = {}
    lapse: LimitValue | None = None
    basis: str = ""


class Shift(Named):
    start: str = Field(pattern=r"^\d\d:\d\d$")
    end: str = Field(pattern=r"^\d\d:\d\d$")
    days: Literal["all", "working", "rest"] = "all"
    people: int = 1


class DutyKind(Packed):
    """A duty roster (值班) with hand-over notes; what happens on duty may become a case."""

    shifts: dict[str, Shift]
    roles: tuple[str, ...] = ()
    of: str | None = None  # the dossier kind of the post stood at
    hand_over: dict[str, FieldKind] = {}
    raises: tuple[str, ...] = ()
    basis: str = ""


class SupplyItem(Named):
    unit: str
    low: float | None = None
    shelf: LimitValue | None = None


class SupplyKind(Packed):
    """Stock of named items in stores: in, out, transferred, low, out of date."""

    of: str  # the dossier kind of the store
    items: dict[str, SupplyItem]
    fields: dict[str, FieldKind] = {}
    raises: tuple[str, ...] = ()
    basis: str = ""


class DrawKind(Packed):
    """A reproducible random choice of objects and of inspectors (双随机)."""

    of: str
    among: Where = {}
    share: float | None = Field(default=None, gt=0, le=1)
    share_by: dict[str, float] = {}  # value of the *by* field -> share
    by: str = ""
    inspectors: int = 2
    role: str = "officer"
    checklist: str | None = None
    raises: tuple[str, ...] = ()
    publish: LimitValue | None = None
    basis: str = ""


class MatchClause(Named):
    """One benefit or offer and the condition under which it fits."""

    when: Where
    amount: float | None = None
    unit: str = ""
    until: str = ""
    basis: str = ""


class MatchKind(Packed):
    """Who fits what: clauses of a policy against dossiers, or needs against offers by equal fields."""

    need: str
    offer: str | None = None
    on: dict[str, str] = {}  # field of the need -> field of the offer
    clauses: dict[str, MatchClause] = {}
    raises: tuple[str, ...] = ()
    basis: str = ""

    @model_validator(mode="after")
    def check(self) -> MatchKind:
        if bool(self.offer) == bool(self.clauses):
            raise refuse("match_sides")
        return self


class TieKind(Packed):
    """Who answers for whom (包联、挂钩、包案、河长): a role or office bound to dossiers for a term."""

    of: str
    role: str = "leader"
    many: bool = True  # one holder may be bound to many
    levels: tuple[Literal["district", "town", "village", "grid"], ...] = ()
    round: str | None = None  # the round the tie obliges to
    fields: dict[str, FieldKind] = {}
    basis: str = ""


class Criterion(Named):
    when: Where
    field: str = ""  # whose value is shown beside the line
    basis: str = ""


class Step(Named):
    """A rung: what must be fulfilled, how long the title holds, the case kind of the application."""

    criteria: dict[str, Criterion] = {}
    valid: LimitValue | None = None
    raises: str | None = None
    basis: str = ""


class LadderKind(Packed):
    """Rungs that dossiers climb in order (科小 → 高企 → 专精特新 → 小巨人), with what each still lacks."""

    of: str
    steps: dict[str, Step]
    field: str = ""  # the choice field of the dossier that holds the present rung
    near: float | None = Field(default=None, gt=0, lt=1)  # a number within this share of its limit is watched
    basis: str = ""


class BallotKind(Packed):
    """A vote with a closed roll: candidates, how many to choose, quorum, line of success, ties."""

    roll: str  # a role or a dossier kind
    candidates: str  # the plan or case kind voted on
    choose: int | None = None
    surplus: float | None = None  # share of candidates above the places (差额)
    quorum: str = "2/3"
    pass_at: str = "1/2"
    of_all: bool = True  # the majority is of the whole roll, not of those present
    ties: Literal["again", "both", "chair"] = "again"
    becomes: str | None = None  # the plan kind a winner becomes
    secret: bool = True
    basis: str = ""


class FundKind(Packed):
    """Money kept apart: what comes in, goes out to whom, and what is left (慈善、债务、专项)."""

    of: str | None = None
    incoming: dict[str, str] = {}
    outgoing: dict[str, str] = {}
    fields: dict[str, FieldKind] = {}
    line: Literal["budget", "fund", "debt"] = "fund"
    raises: tuple[str, ...] = ()
    basis: str = ""


class FormKind(Packed):
    """A statistical form: the four things the law asks for (统计法第十七条), where its cells come from."""

    number: str = ""
    maker: str = ""
    approval: str = ""
    valid_until: str = ""
    every: Every = "month"
    cells: dict[str, str] = {}  # heading -> indicator or dossier field
    basis: str = ""


BLOCKS: dict[str, type[Packed]] = {
    "checklists": ChecklistKind,
    "rounds": RoundKind,
    "contracts": ContractKind,
    "payouts": PayoutKind,
    "bookings": BookingKind,
    "meetings": MeetingKind,
    "thresholds": ThresholdKind,
    "surveys": SurveyKind,
    "coverage": CoverageKind,
    "learning": LearningKind,
    "points": PointsKind,
    "duties": DutyKind,
    "supplies": SupplyKind,
    "draws": DrawKind,
    "matches": MatchKind,
    "ties": TieKind,
    "ladders": LadderKind,
    "ballots": BallotKind,
    "funds": FundKind,
    "forms": FormKind,
    **ECONOMY_BLOCKS,
}


class Blocks(Declared):
    """The blocks as the keys of a pack."""

    checklists: dict[str, ChecklistKind] = {}
    rounds: dict[str, RoundKind] = {}
    contracts: dict[str, ContractKind] = {}
    payouts: dict[str, PayoutKind] = {}
    bookings: dict[str, BookingKind] = {}
    meetings: dict[str, MeetingKind] = {}
    thresholds: dict[str, ThresholdKind] = {}
    surveys: dict[str, SurveyKind] = {}
    coverage: dict[str, CoverageKind] = {}
    learning: dict[str, LearningKind] = {}
    points: dict[str, PointsKind] = {}
    duties: dict[str, DutyKind] = {}
    supplies: dict[str, SupplyKind] = {}
    draws: dict[str, DrawKind] = {}
    matches: dict[str, MatchKind] = {}
    ties: dict[str, TieKind] = {}
    ladders: dict[str, LadderKind] = {}
    ballots: dict[str, BallotKind] = {}
    funds: dict[str, FundKind] = {}
    forms: dict[str, FormKind] = {}
    panels: dict[str, PanelKind] = {}
    per_mu: dict[str, PerMuKind] = {}
    layers: dict[str, LayerKind] = {}


def with_pack(children: Any, pack: str, block: str) -> Any:
    """Return the raw *children* with the pack's key written into each."""
    if not isinstance(children, dict):
        return children
    return {key: _with_pack((block, key), child, pack) for key, child in children.items()}


def _with_pack(place: tuple[str, str], child: Any, pack: str) -> Any:
    if isinstance(child, str):
        return {"name": child, "pack": pack}
    if not isinstance(child, dict):
        return child
    if "pack" in child:
        raise refuse("own_key", *place, "pack", key=place[1], own="pack")
    return {**child, "pack": pack}
