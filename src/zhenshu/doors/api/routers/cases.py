"""Matters: take in, list, read, take steps."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router

from zhenshu.doors.api.answers import Answer, answer, place_of, reply
from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.drafting import draft_from
from zhenshu.doors.api.filters import find_by_source, find_page, query_of
from zhenshu.doors.api.idempotency import Keep, once_within
from zhenshu.doors.api.presenting import case_state, case_summary, story_line, whole_case
from zhenshu.doors.api.schemas.cases import (
    CaseInputSchema,
    CaseQuerySchema,
    CaseSchema,
    CaseStateSchema,
    CaseSummarySchema,
    LawfulStepSchema,
    LawfulStepsSchema,
    StepInputSchema,
    StorySchema,
)
from zhenshu.doors.api.schemas.common import CountedPageSchema, Number
from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.registers.cases.loop import STEPS, Given, Step, lawful_steps, open_case, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.queries import COUNT_AT_MOST, count_of
from zhenshu.registers.cases.story import story_of
from zhenshu.registers.cases.visibility import find_case, open_file

router = Router(tags=["cases"])

ActionName = StrEnum("ActionName", {action: action for action in STEPS})  # type: ignore[misc]


@router.post(
    "", response={201: CaseStateSchema}, auth=needs("cases:write"), operation_id="create_case",
    summary="Take in a matter", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def create_case(request: HttpRequest, case: CaseInputSchema) -> HttpResponse:
    """Number the matter, start its clocks and return where it stands."""
    by = caller_of(request).scope

    def told(opened: Case) -> Answer:
        return answer(case_state(opened), status=201, location=place_of(request, opened.number))

    def act(keep: Keep) -> Answer:
        return told(open_case(draft_from(case, by), by=by, also=lambda opened: keep(told(opened))))

    return once_within(request, act)


@router.get(
    "", response=CountedPageSchema[CaseSummarySchema], auth=needs("cases:read"), operation_id="list_cases",
    summary="List the matters the caller may see",
)  # fmt: skip
def list_cases(request: HttpRequest, query: Query[CaseQuerySchema]) -> HttpResponse:
    """Filters join with and; the order is stable while matters come in. Text is sought among the newest."""
    by, now = caller_of(request).scope, timezone.now()
    if query.source_number is not None:
        rows, after = find_by_source(query, by), None
    else:
        page, after = find_page(query, by)
        rows = page.cases
    counted = count_of(by, query_of(query, by)) if query.count else None
    return reply(
        CountedPageSchema[CaseSummarySchema].model_construct(
            items=[case_summary(row, now) for row in rows],
            next_cursor=after,
            count=None if counted is None else min(counted, COUNT_AT_MOST),
            count_capped=counted is not None and counted > COUNT_AT_MOST,
        )
    )


@router.get(
    "/{number}",
    response=CaseSchema,
    auth=needs("cases:read"),
    operation_id="get_case",
    summary="Read a matter",
)
def get_case(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Reading a confidential matter leaves a line in the ledger."""
    by = caller_of(request).scope
    return reply(whole_case(open_file(number, by), by))


@router.get(
    "/{number}/steps", response=LawfulStepsSchema, auth=needs("cases:read"), operation_id="list_steps",
    summary="List the steps the caller may take now",
)  # fmt: skip
def list_steps(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Return each step with what it must carry and the reasons to choose from."""
    by = caller_of(request).scope
    case = find_case(number, by)
    kind = case_kind_of(case.pack_version_id, case.kind)
    items = [_lawful(step, kind) for step in lawful_steps(case, by=by)]
    return reply(LawfulStepsSchema(version=case.version, items=items))


def _lawful(step: Step, kind: CaseKind) -> LawfulStepSchema:
    rule = kind.steps.get(step.action)
    reasons: Any = kind.reasons
    return LawfulStepSchema(
        action=step.action,
        name=str(step.name),
        main=step.main,
        require=list(dict.fromkeys([*step.require, *(rule.require if rule else ())])),
        reasons={key: reason.name for key, reason in reasons.get(step.reasons, {}).items()},
    )


@router.post(
    "/{number}/steps/{action}", response=CaseStateSchema, auth=needs("cases:write"), operation_id="take_step",
    summary="Take a step", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def post_step(
    request: HttpRequest, number: Path[Number], action: Path[ActionName], step: StepInputSchema
) -> HttpResponse:
    """Take one step of the closed loop and return where the matter stands then."""
    by = caller_of(request).scope
    given = Given.from_mapping(step.model_dump(exclude={"version"}, exclude_unset=True, exclude_none=True))

    def told(taken: Case) -> Answer:
        return answer(case_state(taken))

    def act(keep: Keep) -> Answer:
        taken = take_step(
            number,
            action.value,
            by=by,
            given=given,
            version=step.version,
            also=lambda taken: keep(told(taken)),
        )
        return told(taken)

    return once_within(request, act)


@router.get(
    "/{number}/story", response=StorySchema, auth=needs("cases:read"), operation_id="get_story",
    summary="Read what happened to a matter",
)  # fmt: skip
def get_story(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Return what was done, oldest first; who only looked at it is not told here."""
    case = find_case(number, caller_of(request).scope)
    return reply(StorySchema(items=[story_line(line) for line in story_of(case)]))
