"""Reports: list the editions that are kept, read one with its sentences and frozen figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from zhenshu.doors.api.answers import reply
from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.pages import Order, take_page
from zhenshu.doors.api.schemas.common import Identifier, PageSchema
from zhenshu.doors.api.schemas.reports import ReportQuerySchema, ReportSchema, ReportSummarySchema
from zhenshu.papers.publishing.content import composed_of
from zhenshu.papers.publishing.rights import find_report, visible_reports
from zhenshu.papers.writing.report_paper import facts_of

router = Router(tags=["reports"])
BY_ID = Order("id", "pk")


@router.get(
    "", response=PageSchema[ReportSummarySchema], auth=needs("indicators:read"), operation_id="list_reports",
    summary="List the reports the caller may see",
)  # fmt: skip
def list_reports(request: HttpRequest, query: Query[ReportQuerySchema]) -> HttpResponse:
    """Published editions unless another state is asked for; drafts only for those who write them."""
    plain = {"year": query.year, "area_id": query.area, "state": query.state}
    reports = visible_reports(caller_of(request).scope).filter(
        **{name: value for name, value in plain.items() if value is not None}
    )
    rows, after = take_page(reports, BY_ID, cursor=query.cursor, limit=query.limit)
    items = [ReportSummarySchema.model_validate(row) for row in rows]
    return reply(PageSchema[ReportSummarySchema].model_construct(items=items, next_cursor=after))


@router.get(
    "/{report_id}", response=ReportSchema, auth=needs("indicators:read"), operation_id="get_report",
    summary="Read an edition of a report",
)  # fmt: skip
def get_report(request: HttpRequest, report_id: Path[Identifier]) -> HttpResponse:
    """Return its text and figures as they are kept; those of a published edition never change."""
    report = find_report(report_id, caller_of(request).scope)
    summary = ReportSummarySchema.model_validate(report).model_dump()
    return reply(
        ReportSchema(
            **summary,
            opening=report.opening,
            closing=report.closing,
            withdrawn_at=report.withdrawn_at,
            withdrawn_reason=report.withdrawn_reason,
            sections=facts_of(composed_of(report))["sections"],
        )
    )
