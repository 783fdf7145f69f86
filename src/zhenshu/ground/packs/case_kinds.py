"""Kinds of matters: what each asks, the stages it passes, who acts, its clocks and their basis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, model_validator

from zhenshu.ground.packs.base import Declared, FieldKind, LimitValue, Named, Packed, Where, refuse
from zhenshu.ground.worktime.limits import Limit, StartRule


class Stage(StrEnum):
    """The loop, in order."""

    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    ANSWERED = "answered"
    VERIFIED = "verified"
    CALLED_BACK = "called_back"
    CLOSED = "closed"
    ARCHIVED = "archived"


class ClockScope(StrEnum):
    CASE = "case"
    LEAD = "lead"
    ASSIST = "assist"
    SUPERVISION = "supervision"
    OBJECTION = "objection"


class LimitRule(Declared):
    """A limit that applies when its condition holds; the first that holds wins over the clock's own limit."""

    when: Where
    limit: LimitValue
    basis: str = ""
    category: str = ""  # the category whose limit this states, for rules written from ``limits_by``


class ClockKind(Named):
    """A deadline: from reaching stage *start* until reaching *until* (or any later stage).

    *rule*: whether the day of the start counts (当日/次日起). *roll*: a last day that is a holiday moves to
    the next working day (民法典第二百零三条). *pauses*: stop while the case is paused. *promise*: the clock
    whose keeping makes a case "closed in time". *ended_by*: a step that also ends it before the stage is
    reached, such as ``contact`` (联系诉求人). *by*: a choice field whose value picks among the limits that
    a category gives in ``limits_by`` (区域类别 A、B、C).
    """

    name: str = ""
    limit: LimitValue
    limits: tuple[LimitRule, ...] = ()
    by: str = ""
    scope: ClockScope = ClockScope.CASE
    start: Stage = Stage.ACCEPTED
    until: Stage = Stage.CLOSED
    ended_by: str = ""
    rule: Literal["at_once", "same_day", "next_day"] = "at_once"
    roll: bool = False
    pauses: bool = True
    extend: LimitValue | None = None
    near: LimitValue | None = None  # near-due (临期) before the end; default: the last third
    when: Where = {}
    promise: bool = False
    basis: str = ""

    def rule_for(self, limit: Limit) -> StartRule:
        """Return from when *limit* counts: hours in place of days run from the moment itself."""
        in_place_of_days = self.limit.unit.counts_whole_days and not limit.unit.counts_whole_days
        return StartRule.AT_ONCE if in_place_of_days else StartRule(self.rule)


class StepRule(Declared):
    """Changes to the usual rule of one step: who may take it, what it must carry."""

    roles: tuple[str, ...] = ()
    require: tuple[str, ...] = ()  # opinion, attachment, or field keys of the kind


class Category(Named):
    """A node of the kind's classification, with its filing and closing conditions and own limits."""

    words: tuple[str, ...] = ()  # words that speak for it when text is read
    office: str | None = None
    limits: dict[str, LimitValue] = {}
    limits_by: dict[str, dict[str, LimitValue]] = {}  # clock -> value of the clock's *by* field -> limit
    filing: str = ""  # 立案条件
    closing: str = ""  # 结案条件
    number: str = ""  # its code in a standard or an upper platform
    basis: str = ""
    retired_on: date | None = None
    children: dict[str, Category] = {}


class DirectoryRule(Declared):
    """One line of the dispatch directory (派单目录): the first whose condition holds names the offices."""

    when: Where = {}
    office: str
    assist: tuple[str, ...] = ()
    basis: str = ""


class ReopenRule(Declared):
    within: LimitValue
    times: int = 1
    basis: str = ""


class DuplicateRule(Declared):
    """How near two matters must be to be shown as possibly the same."""

    within: LimitValue
    metres: float = 150
    score: float = 0.62
    same: tuple[str, ...] = ()  # fields that make a duplicate certain when equal, such as phone


class SupervisionTrigger(Named):
    """When the system proposes a supervision order by itself.

    *on*: half_time_idle (half of the promise clock gone without a step), reported_again, returned_idle,
    assist_silent, overdue.
    """

    on: Literal["half_time_idle", "reported_again", "returned_idle", "assist_silent", "overdue"]
    after: LimitValue | None = None
    basis: str = ""


class SupervisionRule(Declared):
    reply: LimitValue
    basis: str = ""
    triggers: dict[str, SupervisionTrigger] = {}


class Reason(Named):
    basis: str = ""


class CannedReply(Declared):
    name: str
    text: str
    when: Where = {}


class AttachmentRule(Declared):
    types: tuple[str, ...] = (
        "jpg", "jpeg", "png", "webp", "pdf", "doc", "docx", "xls", "xlsx", "wps", "et", "txt", "mp3", "mp4",
        "zip",
    )  # fmt: skip
    megabytes: int = 20


class SubjectRule(Declared):
    """The dossier a case is about."""

    dossier: str
    required: bool = False
    name: str = ""


class ImportShape(Named):
    """The columns of one kind of foreign spreadsheet.

    *columns* maps what we keep (``title``, ``opened_at``, ``fields.people`` …) to the headings it stands
    under; *values* turns written values into keys (``是否解决: {是: yes}``).
    """

    columns: dict[str, tuple[str, ...]]
    values: dict[str, dict[str, str]] = {}
    separators: tuple[str, ...] = ("->", "→", "/", "-")
    basis: str = ""


class PortalAnswer(Declared):
    """An answer to a question of the guidance: it leads to the next question or to a category of the kind.

    *papers* are needed besides those of the item when this answer is given; *exempt* are not needed then.
    """

    name: str
    next: str = ""
    category: str = ""
    papers: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()


class PortalQuestion(Declared):
    ask: str
    answers: tuple[PortalAnswer, ...] = Field(min_length=2)


class PortalRule(Declared):
    """How the public reports matters of this kind without an account, and what the reporter is shown.

    *section*: the page it stands on (随手拍, 留言, 办事). *channel* is written into the case, *code_channel*
    when the code of a spot was scanned. *asks*: the fields a citizen fills in; *text* a field that takes
    the words of the report. *office*: the key of the office a kind without dispatch goes to. *shows*: what
    the holder of the query code sees besides the stages; nobody else sees anything. *judged*: the citizen's
    word is the call-back. *publishes*: an answer may be published after the citizen agreed and a second
    officer consented. *questions* guide to a category, from *first* on.
    """

    section: Literal["report", "message", "errand"]
    name: str = ""
    hint: str = ""
    channel: str
    code_channel: str = ""
    asks: tuple[str, ...] = ()
    text: str = ""
    office: str = ""
    items: str | None = None  # the dossier kind of the service guide; its field category names ours
    place: Literal["asked", "village"] = "asked"
    photos: int = Field(default=3, ge=0, le=9)
    contact: Literal["optional", "required"] = "optional"
    shows: tuple[str, ...] = ("due", "answer")
    judged: bool = False
    publishes: bool = False
    first: str = ""
    questions: dict[str, PortalQuestion] = {}
    basis: str = ""


ReasonUse = Literal["return", "object", "pause", "extend", "reject", "park", "reopen", "withdraw", "exclude"]


class CaseKind(Packed):
    """One kind of matter: what it asks, the stages it passes, who acts, its clocks."""

    fields: dict[str, FieldKind] = {}
    categories: dict[str, Category] = {}
    channels: dict[str, str] = {}
    priorities: dict[str, str] = {"normal": "一般", "urgent": "紧急"}
    stages: tuple[Stage, ...] = tuple(Stage)
    stage_names: dict[Stage, str] = {}  # what this line calls a stage, such as handling: 整改
    steps: dict[str, StepRule] = {}
    clocks: dict[str, ClockKind] = {}
    directory: tuple[DirectoryRule, ...] = ()
    subject: SubjectRule | None = None
    raises: tuple[str, ...] = ()  # case kinds a case of this kind may give rise to
    reasons: dict[ReasonUse, dict[str, Reason]] = {}
    reopen: ReopenRule | None = None
    duplicates: DuplicateRule | None = None
    supervision: SupervisionRule | None = None
    canned: tuple[CannedReply, ...] = ()
    imports: dict[str, ImportShape] = {}
    attachments: AttachmentRule = AttachmentRule()
    opened_by: tuple[str, ...] = ("dispatcher", "grid_worker", "officer", "secretary", "leader")
    returns_before_decision: int = Field(default=2, ge=1)  # after so many objections the dispatcher decides
    escalate: tuple[str, ...] = ("leader",)  # roles up the posts when a clock runs out
    confidential: bool = False
    sensitive: bool = False
    public: bool = True
    portal: PortalRule | None = None
    icon: str = "clipboard"
    basis: str = ""

    @model_validator(mode="before")
    @classmethod
    def write_class_limits_as_rules(cls, raw: Any) -> Any:
        """Turn the categories' limits by area class into rules of the clocks, deepest category first."""
        if not isinstance(raw, dict) or not isinstance(raw.get("clocks"), dict):
            return raw
        spread = list(_class_limits(raw.get("categories")))
        if not spread:
            return raw
        clocks = {
            key: _with_rules(clock, [rule for at, rule in spread if at == key])
            for key, clock in raw["clocks"].items()
        }
        return {**raw, "clocks": clocks}

    @model_validator(mode="after")
    def check(self) -> CaseKind:
        order = list(Stage)
        if not self.stages or self.stages[0] is not Stage.ACCEPTED or Stage.CLOSED not in self.stages:
            raise refuse("stages_ends", "stages")
        if [order.index(s) for s in self.stages] != sorted({order.index(s) for s in self.stages}):
            raise refuse("stages_order", "stages", order=", ".join(order))
        for key, clock in self.clocks.items():
            if clock.scope is ClockScope.CASE and clock.until not in self.stages:
                facts = {"clock": key, "stage": str(clock.until), "stages": ", ".join(self.stages)}
                raise refuse("clock_until", "clocks", key, "until", **facts)
            if clock.by and clock.by not in self.fields:
                raise refuse("clock_by", "clocks", key, "by", clock=key, field=clock.by)
        return self

    def main_clock(self) -> str | None:
        """Return the key of the clock whose keeping counts as in time: the promised one, or the only one."""
        promised = [key for key, clock in self.clocks.items() if clock.promise]
        whole = [key for key, clock in self.clocks.items() if clock.scope is ClockScope.CASE]
        return promised[0] if promised else whole[-1] if whole else None

    def find_category(self, path: str) -> Category | None:
        """Return the category at a slash path such as ``city/litter``."""
        above = self.categories_above(path)
        return above[-1] if len(above) == path.count("/") + 1 else None

    def categories_above(self, path: str) -> list[Category]:
        """Return the categories on the way down to *path*, as far as they exist."""
        level, found = self.categories, []
        for key in path.split("/"):
            if key not in level:
                break
            found.append(level[key])
            level = level[key].children
        return found

    def category_paths(self) -> list[tuple[str, Category]]:
        """Return every category with its slash path, parents before their children."""
        return list(_walk(self.categories, ""))


def _walk(level: dict[str, Category], above: str) -> Iterator[tuple[str, Category]]:
    for key, category in level.items():
        path = f"{above}{key}"
        yield path, category
        yield from _walk(category.children, f"{path}/")


RawRule = dict[str, Any]


def _class_limits(
    categories: Any, above: tuple[str, ...] = (), classed: frozenset[str] = frozenset()
) -> Iterator[tuple[str, RawRule]]:
    """Yield (clock, raw rule) for every ``limits_by`` below, children before their parent.

    *classed*: the clocks that a category above limits by class. There a child's plain limit must become a
    rule too, or the rule of its parent would win over it.
    """
    for key, category in _mappings(categories):
        path = (*above, key)
        by_clock = dict(_mappings(category.get("limits_by")))
        yield from _class_limits(category.get("children"), path, classed | by_clock.keys())
        for clock, limit in (category.get("limits") or {}).items() if classed else ():
            if clock in classed:
                yield clock, _raw_rule(path, category, limit)
        for clock, limits in by_clock.items():
            for value, limit in limits.items():
                yield clock, _raw_rule(path, category, limit, value)


def _mappings(raw: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return the entries of *raw* that are mappings; anything else is refused later, with its place."""
    return [(k, v) for k, v in raw.items() if isinstance(v, dict)] if isinstance(raw, dict) else []


def _raw_rule(path: tuple[str, ...], category: dict[str, Any], limit: Any, value: Any = None) -> RawRule:
    named = "/".join(path)
    basis = {"basis": category["basis"]} if "basis" in category else {}
    return {"when": {"category": named}, "limit": limit, "category": named, "value": value, **basis}


def _with_rules(clock: Any, rules: list[RawRule]) -> Any:
    """Return the raw clock with *rules* before its own; a value is one of the clock's *by* field."""
    if not isinstance(clock, dict) or not rules:
        return clock
    named = [_named_rule(rule, str(clock.get("by", ""))) for rule in rules]
    return {**clock, "limits": [*named, *clock.get("limits", ())]}


def _named_rule(rule: RawRule, field: str) -> RawRule:
    value = rule["value"]
    when = rule["when"] if value is None else {**rule["when"], field: value}
    return {key: part for key, part in rule.items() if key != "value"} | {"when": when}
