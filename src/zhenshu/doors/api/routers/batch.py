"""Batch intake: one matter per line in, one result per line out, while the lines come."""

from __future__ import annotations

import shutil
from tempfile import SpooledTemporaryFile

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.batching import Lines, results_of
from zhenshu.doors.api.errors import BatchEmptyError, BodyTooLargeError
from zhenshu.doors.api.schemas.cases import BatchLineSchema, BatchResultSchema

router = Router(tags=["batch"])
NDJSON = "application/x-ndjson"
MEGABYTES = 512
IN_MEMORY = 4 * 1024 * 1024
SCHEMA_OF_LINES = {
    "requestBody": {
        "required": True,
        "content": {NDJSON: {"schema": {"description": "One BatchLineSchema per line."}}},
    },
    "x-answers": NDJSON,
    "x-line-schemas": {"in": BatchLineSchema.__name__, "out": BatchResultSchema.__name__},
}


@router.post(
    "/cases", response={200: BatchResultSchema}, auth=needs("intake"), operation_id="take_in_batch",
    summary="Take in matters by the batch", openapi_extra=SCHEMA_OF_LINES,
)  # fmt: skip
def take_in_batch(request: HttpRequest) -> HttpResponseBase:
    """NDJSON in and out. Each line stands for itself: a broken one is named with its reason, the others are
    taken in. A line with a *key*, or with *source* and *source_number*, is taken in once."""
    caller = caller_of(request)
    lines = spool(request)
    return StreamingHttpResponse(results_of(lines, caller), content_type=NDJSON)


def spool(request: HttpRequest) -> Lines:
    """Return the body as a file to read lines from, in memory while it is small.

    The whole body is read before the answer begins: the server gives it up as soon as an answer stands.
    """
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if not size:
        raise BatchEmptyError
    if size > MEGABYTES * 1024 * 1024:
        raise BodyTooLargeError(MEGABYTES)
    lines = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (it is closed when the answer ends)
    shutil.copyfileobj(request, lines)
    lines.seek(0)
    return lines
