"""Shapes of matters."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from zhenshu.doors.api.schemas.common import (
    Code,
    CoordinateSystem,
    Day,
    Identifier,
    InputSchema,
    Latitude,
    ListQuerySchema,
    Longitude,
    Moment,
    Number,
    OutputSchema,
    ReferenceSchema,
    Values,
)
from zhenshu.registers.fields import LONGTEXT_LIMIT

SolvedWord = Literal["yes", "partly", "no", "unreached"]
SatisfiedWord = Literal["yes", "mostly", "no", "unreached"]
OutcomeWord = Literal["resolved", "unresolved"]
ClockWord = Literal["overdue", "near", "normal", "none"]


class CaseInputSchema(InputSchema):
    """A matter to take in. Its place is an *area*, an *area_code*, or a position inside the township."""

    kind: Code = Field(examples=["grid.event"])
    title: str = Field(max_length=LONGTEXT_LIMIT, examples=["小区门口积水"])
    area: Identifier | None = None
    area_code: str | None = Field(None, pattern=r"^[0-9]{12,17}$")
    lon: Longitude | None = None
    lat: Latitude | None = None
    crs: CoordinateSystem = "wgs84"
    description: str = Field("", max_length=LONGTEXT_LIMIT)
    category: str = Field("", max_length=80)
    channel: str = Field("", max_length=30)
    priority: str = Field("normal", max_length=20)
    address: str = Field("", max_length=200)
    reporter_name: str = Field("", max_length=60)
    reporter_phone: str = Field("", max_length=40)
    subject: Identifier | None = Field(None, description="The dossier the matter is about.")
    raised_by: Number | None = Field(None, description="The matter that gave rise to this one.")
    office: Identifier | None = Field(
        None, description="The handling office, for kinds that are not dispatched."
    )
    source: str = Field("", max_length=40, description="The system it comes from.")
    source_number: str = Field("", max_length=80, description="Its number there; taken in once.")
    reported_at: Moment | None = None
    fields: Values = Field({}, description="The fields its kind asks for.")


class BatchLineSchema(CaseInputSchema):
    """One line of a batch: a matter, and optionally a key under which it is taken in once."""

    key: str = Field("", max_length=100, pattern=r"^[\x21-\x7e]*$")


class StepInputSchema(InputSchema):
    """What is given with a step; which of it the step needs is written in the pack."""

    opinion: str = Field("", max_length=LONGTEXT_LIMIT)
    office: Identifier | None = None
    assist: list[Identifier] = Field([], max_length=20)
    handler: Identifier | None = None
    reason: str = Field("", max_length=40)
    granted: bool | None = None
    limit: str = Field("", max_length=20, examples=["3 工作日"])
    due: Moment | None = None
    solved: SolvedWord | None = None
    satisfied: SatisfiedWord | None = None
    outcome: OutcomeWord | None = None
    into: Number | None = None
    supervision: Identifier | None = None
    changes: Values = {}
    fields: Values = {}
    version: int | None = Field(
        None,
        ge=1,
        le=2**31 - 1,
        description="The version that was read; refused with 409 if the matter changed.",
    )


class CaseQuerySchema(ListQuerySchema):
    """Which matters, in which order."""

    model_config = ConfigDict(extra="ignore")

    state: Literal["open", "closed", "all"] = "open"
    sort: Literal["due", "newest", "oldest"] = Field(
        "due", description="By deadline only among open matters; otherwise newest first."
    )
    count: bool = Field(False, description="Also count the matters, up to a cap.")
    kind: str | None = Field(
        None,
        max_length=120,
        pattern=r"^[a-z][a-z0-9_.]*$",
        description="A kind, or a pack for all of its kinds.",
    )
    stage: str | None = Field(None, max_length=20, pattern=r"^[a-z_]+$")
    category: str | None = Field(None, max_length=80, pattern=r"^[a-z0-9_/]+$")
    outcome: str | None = Field(None, max_length=20, pattern=r"^[a-z_]+$")
    area: Identifier | None = Field(None, description="In this area and below.")
    office: Identifier | None = Field(None, description="Led by this office.")
    clock: Literal["overdue", "near", "normal", "today"] | None = None
    undecided: Literal["objection", "extension", "any"] | None = None
    channel: str | None = Field(None, max_length=30, pattern=r"^[a-z_]*$")
    supervised: bool | None = None
    parked: bool | None = None
    paused: bool | None = None
    in_time: bool | None = None
    mine: Literal["handled", "reported"] | None = None
    source: str | None = Field(None, max_length=40, pattern=r"^[^\x00]*$")
    source_number: str | None = Field(
        None, min_length=1, max_length=80, pattern=r"^[^\x00]*$",
        description="The number in the system *source*; finds that one matter and leaves out other filters.",
    )  # fmt: skip
    text: str | None = Field(None, min_length=2, max_length=60, pattern=r"^[^\x00]*$")
    opened_from: Day | None = None
    opened_to: Day | None = None
    closed_from: Day | None = None
    closed_to: Day | None = None


class CaseStateSchema(OutputSchema):
    """Where a matter stands after it was taken in or a step was taken."""

    number: str
    kind: str
    stage: str
    is_open: bool
    outcome: str
    area_id: int
    lead_office_id: int | None
    handler_id: int | None
    due_at: datetime | None
    near_at: datetime | None
    promise_due_at: datetime | None
    in_time: bool | None
    changed_at: datetime
    version: int


class CaseSummarySchema(OutputSchema):
    """A matter as a line of a list."""

    number: str
    kind: str
    title: str
    category: str
    channel: str
    priority: str
    stage: str
    is_open: bool
    outcome: str
    paused: bool
    parked: bool
    supervised: bool
    reopened: int
    area: ReferenceSchema
    address: str
    lon: float | None
    lat: float | None
    lead_office: ReferenceSchema | None
    handler: ReferenceSchema | None
    opened_at: datetime
    due_at: datetime | None
    near_at: datetime | None
    clock: ClockWord
    closed_at: datetime | None
    in_time: bool | None
    changed_at: datetime
    version: int


class AssignmentSchema(OutputSchema):
    """An office's share of a matter."""

    id: int
    office: ReferenceSchema
    role: str
    state: str
    instruction: str
    reply: str
    sent_at: datetime
    signed_at: datetime | None
    answered_at: datetime | None


class ClockSchema(OutputSchema):
    """One deadline with its basis."""

    key: str
    name: str
    limit: str
    extended_by: str
    basis: str
    state: str
    started_at: datetime
    near_at: datetime
    due_at: datetime
    stopped_at: datetime | None


class AttachmentSchema(OutputSchema):
    """A file that belongs to a matter."""

    id: int
    name: str
    media_type: str
    size: int
    digest: str
    added_at: datetime
    added_by: str
    url: str


class CaseSchema(CaseSummarySchema):
    """A matter as a whole."""

    description: str
    fields: dict[str, Any]
    masked: list[str] = Field(description="The parts that are hidden from this caller.")
    confidential: bool
    reporter_name: str
    reporter_phone: str
    reported_at: datetime
    source: str
    source_number: str
    subject: ReferenceSchema | None
    parent: str | None
    raised_by: str | None
    merged_into: str | None
    answer: str
    solved: str
    satisfied: str
    promise_due_at: datetime | None
    assignments: list[AssignmentSchema]
    clocks: list[ClockSchema]
    attachments: list[AttachmentSchema]


class LawfulStepSchema(OutputSchema):
    """A step that the caller may take now, and what it must carry."""

    action: str
    name: str
    main: bool
    require: list[str]
    reasons: dict[str, str]


class LawfulStepsSchema(OutputSchema):
    """The steps a matter is open to now, for this caller."""

    version: int
    items: list[LawfulStepSchema]


class StoryLineSchema(OutputSchema):
    """One line of a matter's story, from the ledger."""

    seq: int
    at: datetime
    actor: str
    office: str
    action: str
    name: str
    note: str
    stage: str
    changes: dict[str, Any]


class StorySchema(OutputSchema):
    """What happened to a matter, oldest first."""

    items: list[StoryLineSchema]


class SuggestionInputSchema(InputSchema):
    """A text, and where it was reported, to be read."""

    text: str = Field(min_length=1, max_length=LONGTEXT_LIMIT)
    kind: Code | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    crs: CoordinateSystem = "wgs84"
    address: str = Field("", max_length=200)


class SuggestionSchema(OutputSchema):
    """One proposal with its confidence between 0 and 1, and the words that spoke for it."""

    value: str
    name: str
    confidence: float
    words: list[str]
    basis: str = ""


class SuggestionsSchema(OutputSchema):
    """Proposals for a new matter; a person confirms them."""

    areas: list[SuggestionSchema]
    kinds: list[SuggestionSchema]
    categories: list[SuggestionSchema]
    offices: list[SuggestionSchema]
    duplicates: list[SuggestionSchema]


class BatchResultSchema(OutputSchema):
    """What became of one line of a batch."""

    line: int
    accepted: bool
    number: str | None = None
    replayed: bool = False
    detail: str | None = None
    problems: dict[str, str] | None = None
