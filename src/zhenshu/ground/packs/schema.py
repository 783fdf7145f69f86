"""The shape of a pack: one business line, declared in one YAML file.

All objects are frozen. Unknown keys are refused by `loader`, which also names file, line and fix.
Keys are English words of the field; names are Chinese. Numbers that law or a city sets stand here with
their *basis*, never in code. This module is the one to import from.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from zhenshu.ground.packs.base import (
    CODE,
    DATES,
    KEY,
    NUMBERS,
    Declared,
    FieldKind,
    FieldType,
    LimitValue,
    Named,
    Packed,
    Where,
)
from zhenshu.ground.packs.blocks import (
    BLOCKS,
    BallotKind,
    Blocks,
    BookingKind,
    CheckItem,
    ChecklistKind,
    ContractKind,
    CoverageKind,
    DrawKind,
    DutyKind,
    FormKind,
    FundKind,
    LadderKind,
    LearningKind,
    MatchKind,
    MeetingKind,
    PayoutKind,
    PointsKind,
    RoundKind,
    SupplyKind,
    SurveyKind,
    ThresholdKind,
    TieKind,
    with_pack,
)
from zhenshu.ground.packs.case_kinds import (
    AttachmentRule,
    CannedReply,
    CaseKind,
    Category,
    ClockKind,
    ClockScope,
    DirectoryRule,
    DuplicateRule,
    ImportShape,
    LimitRule,
    PortalRule,
    Reason,
    ReopenRule,
    Stage,
    StepRule,
    SubjectRule,
    SupervisionRule,
    SupervisionTrigger,
)
from zhenshu.ground.packs.economy_kinds import LayerKind, PanelKind, PerMuKind
from zhenshu.ground.packs.exchange_kinds import ExchangeKind
from zhenshu.ground.packs.measure_kinds import (
    IndicatorKind,
    Measure,
    ScaleBand,
    ScaleFactor,
    ScaleKind,
    ScorecardKind,
    ScoreItem,
    Sentences,
)
from zhenshu.ground.packs.paper_kinds import PaperKind

__all__ = [
    "BLOCKS", "CODE", "DATES", "KEY", "LINES", "NUMBERS", "AttachmentRule", "BallotKind", "BookingKind",
    "CannedReply", "CaseKind", "Category", "CheckItem", "ChecklistKind", "ClockKind", "ClockScope",
    "ContractKind", "CoverageKind", "Declared", "DirectoryRule", "DossierKind", "DrawKind",
    "DuplicateRule", "DutyKind", "ExchangeKind", "FieldKind", "FieldType", "FormKind", "FundKind",
    "ImportShape", "IndicatorKind", "LadderKind", "LampRule", "LayerKind", "LearningKind", "LimitRule",
    "LimitValue", "MatchKind", "Measure", "MeetingKind", "Named", "Pack", "Packed", "PanelKind",
    "PayoutKind", "PerMuKind", "PlanKind", "PointsKind", "PortalRule", "ReadingKind", "Reason",
    "RelationKind", "ReopenRule", "RoundKind", "ScaleBand", "ScaleFactor", "ScaleKind", "ScoreItem",
    "ScorecardKind", "Sentences", "Stage", "StepRule", "SubjectRule", "SupervisionRule",
    "SupervisionTrigger", "SupplyKind", "SurveyKind", "ThresholdKind", "TieKind", "Where",
]  # fmt: skip

LINES: dict[str, str] = {
    "grid": "网格、指挥中心、社区与平安",
    "hotline": "热线与接诉即办",
    "petitions": "信访、矛盾纠纷与法治",
    "safety": "安全生产、消防、应急",
    "enforcement": "综合执法",
    "urban": "城市管理、更新与创建",
    "rural": "乡村建设与人居环境",
    "village_economy": "村级集体经济与三资",
    "agriculture": "农业",
    "land": "规划、土地、征收",
    "rivers": "河湖与水务",
    "environment": "生态环境",
    "projects": "重大项目",
    "investment": "招商引资",
    "enterprises": "企业服务与培育",
    "innovation": "科技创新",
    "talent": "人才",
    "economy": "经济运行",
    "finance": "财政、国资、金融风险",
    "services": "政务服务",
    "livelihood": "民生实事、养老与关爱",
    "relief": "救助与防返贫",
    "employment": "就业与劳动关系",
    "education": "教育",
    "health": "卫生健康、医保、疫情",
    "culture": "文化、文明、旅游",
    "transport": "交通",
    "deputies": "人大政协与群众提案",
    "governance": "政府自身建设",
}


class ReadingKind(Named):
    """A series kept on a dossier: one row of *fields* per period (monthly electricity, daily water level)."""

    every: Literal["day", "week", "month", "quarter", "year", "event"] = "month"
    fields: dict[str, FieldKind]


class RelationKind(Named):
    """A named tie to other dossiers; *back* is its name seen from the other side."""

    to: str
    many: bool = True
    back: str = ""


class DossierKind(Packed):
    """A lasting subject: enterprise, village, household, river section. *identity* fields find doubles.

    *whole_area*: it stands for its whole area, and what lies there belongs to its file (一村一档).
    """

    fields: dict[str, FieldKind]
    title: str  # the field whose value names a dossier
    identity: tuple[str, ...] = ()
    readings: dict[str, ReadingKind] = {}
    relations: dict[str, RelationKind] = {}
    sensitive: bool = False
    whole_area: bool = False
    icon: str = "folder"
    basis: str = ""


class LampRule(Declared):
    """Points behind the calendar for yellow and for red, working days before the due day for yellow."""

    yellow: float = Field(default=10, gt=0, le=100)
    red: float = Field(default=20, gt=0, le=100)
    near: int = Field(default=5, ge=0)
    basis: str = ""


class PlanKind(Packed):
    """A kind of plan item. *life* names the stages a project passes, in order."""

    level: Literal["goal", "task", "project", "milestone"] = "task"
    fields: dict[str, FieldKind] = {}
    life: dict[str, str] = {}
    categories: dict[str, str] = {}
    subject: str | None = None  # the dossier kind a plan item is about
    lamp: LampRule = LampRule()
    basis: str = ""


class Pack(Blocks):
    """One business line."""

    pack: Annotated[str, Field(pattern=KEY)]
    name: str
    line: str = ""
    basis: str = ""
    effective: date
    notes: str = ""
    dossiers: dict[str, DossierKind] = {}
    cases: dict[str, CaseKind] = {}
    plans: dict[str, PlanKind] = {}
    scales: dict[str, ScaleKind] = {}
    scorecards: dict[str, ScorecardKind] = {}
    exchanges: dict[str, ExchangeKind] = {}
    indicators: dict[str, IndicatorKind] = {}
    sentences: Sentences = Sentences()
    papers: dict[str, PaperKind] = {}

    @model_validator(mode="before")
    @classmethod
    def give_children_their_pack(cls, raw: Any) -> Any:
        """Write the pack's key into everything it declares; the base class then writes their own keys."""
        if not isinstance(raw, dict):
            return raw
        told = {key: with_pack(raw[key], raw.get("pack", ""), key) for key in PACKED if key in raw}
        return {**raw, **told}

    def kinds(self) -> dict[str, Packed]:
        """Return everything declared, by key; keys are unique in a pack."""
        return {kind.code: kind for block in KINDS for kind in getattr(self, block).values()}


KINDS = ("cases", "dossiers", "plans", "scales", "scorecards", "exchanges", *BLOCKS)
PACKED = (*KINDS, "indicators")
