"""Exchanges with a system above: what it sends down, what it wants back, when it counts as received."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from zhenshu.ground.packs.base import Declared, LimitValue, Packed, refuse
from zhenshu.ground.packs.case_kinds import Stage

# What stands in a column that goes up, besides ``fields.KEY`` of the kind.
REPORTABLE = (
    "number", "message", "our_number", "state", "at", "title", "category", "address", "office", "handler",
    "answer", "reported_at", "opened_at", "dispatched_at", "answered_at", "closed_at", "due_at", "in_time",
    "outcome", "solved", "satisfied",
)  # fmt: skip
Headings = tuple[str, ...]


class AcknowledgeRule(Declared):
    """When something sent up counts as received (回执).

    *by*: ``reply``, the answer to the request itself is the receipt; ``receipt``, one comes later, as a file
    or by API. Until *within* is over nobody is worried. The headings say where a receipt, or the JSON of a
    reply, keeps its parts; *accepted* are the words for yes, every other word is a refusal.
    """

    by: Literal["reply", "receipt"] = "receipt"
    within: LimitValue
    message: Headings = ("流水号", "回传流水号", "message")
    number: Headings = ("工单编号", "工单号", "number")
    result: Headings = ("接收结果", "回执结果", "结果", "result")
    reason: Headings = ("原因", "退回原因", "说明", "reason")
    accepted: tuple[str, ...] = ("成功", "接收成功", "已接收", "通过", "是", "true", "1", "0", "200")


class RetryRule(Declared):
    """The pauses, in minutes, after the first failure, the second, …; after the last a person is asked."""

    minutes: tuple[Annotated[int, Field(ge=1, le=10_080)], ...] = (1, 5, 30, 120, 360, 1440)


class ReconcileRule(Declared):
    """How often the lists are held against each other, and how a list of theirs tells that it is answered.

    *number* and *state* are headings of their list; *answered* are the words of *state* that mean that they
    hold our answer.
    """

    every: Literal["day", "week", "month"] = "day"
    number: Headings = ()  # none: as in the shape of what they send
    state: Headings = ("工单状态", "办理状态", "状态", "案件状态")
    answered: tuple[str, ...] = (
        "已办结",
        "办结",
        "已回复",
        "已反馈",
        "结案",
        "已结案",
        "销号",
        "已销号",
        "已归档",
    )


class ExchangeKind(Packed):
    """One exchange: ``市热线平台`` sends hotline tickets down and wants each stage back.

    *takes* is the import shape its tickets come in. *reports* gives its word for each stage it wants to hear
    of, *outcomes* for endings beside the track; *answer* is the stage whose report it waits for.
    *columns* maps the headings of what goes up to what we hold; *values* our words to its words.
    """

    system: str
    of: str
    takes: str
    reports: dict[Stage, str]
    outcomes: dict[Literal["rejected", "withdrawn", "merged", "unresolved"], str] = {}
    answer: Stage
    columns: dict[str, str]
    values: dict[str, dict[str, str]] = {}
    dates: str = "%Y-%m-%d %H:%M:%S"
    acknowledge: AcknowledgeRule
    retry: RetryRule = RetryRule()
    reconcile: ReconcileRule = ReconcileRule()
    basis: str = ""

    @model_validator(mode="after")
    def check(self) -> ExchangeKind:
        if self.answer not in self.reports:
            stages = ", ".join(self.reports)
            raise refuse("exchange_answer", "answer", stage=str(self.answer), stages=stages)
        if not _tells_the_day(self.dates):
            raise refuse("exchange_dates", "dates", written=self.dates)
        if not self.retry.minutes:
            raise refuse("exchange_retry", "retry", "minutes")
        return self

    @property
    def kind_code(self) -> str:
        """The case kind as ``pack.kind``."""
        return self.of if "." in self.of else f"{self.pack}.{self.of}"

    @property
    def source(self) -> str:
        """The name under which its numbers are unique: that of its import shape, so that a list taken in by
        hand and a ticket that comes through the exchange are the same matter."""
        return f"{self.kind_code.partition('.')[0]}.{self.takes}"[:40]

    @property
    def messages(self) -> str:
        """The heading under which our message number goes up; empty when it does not."""
        return next((heading for heading, told in self.columns.items() if told == "message"), "")


def _tells_the_day(pattern: str) -> bool:
    """Tell whether dates written so still say year, month and day."""
    one, other = datetime(2023, 5, 15), datetime(2023, 5, 16)
    written = {
        moment.strftime(pattern) for moment in (one, other, datetime(2023, 6, 15), datetime(2024, 5, 15))
    }
    return len(written) == 4
