"""Files of a matter: added with a check of their content, read with permission."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Path, Router, UploadedFile

from zhenshu.doors.api.answers import answer, place_of
from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.errors import BodyTooLargeError, PageMissingError
from zhenshu.doors.api.idempotency import once
from zhenshu.doors.api.presenting import attachment_schema
from zhenshu.doors.api.schemas.cases import AttachmentSchema
from zhenshu.doors.api.schemas.common import Identifier, Number
from zhenshu.registers.cases.attachments import Upload, add_attachment, open_attachment
from zhenshu.registers.cases.visibility import find_case

router = Router(tags=["cases"])
# What is larger is not even read; what each kind takes stands in its pack and is less.
MEGABYTES = 64


@router.post(
    "/{number}/attachments", response={201: AttachmentSchema}, auth=needs("cases:write"),
    operation_id="add_attachment", summary="Add a file to a matter", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def post_attachment(request: HttpRequest, number: Path[Number], file: File[UploadedFile]) -> HttpResponse:
    """Type and size are those that the pack takes; the content must be what the name says."""
    by = caller_of(request).scope
    case = find_case(number, by)
    if (file.size or 0) > MEGABYTES * 1024 * 1024:
        raise BodyTooLargeError(MEGABYTES)
    upload = Upload(file.name or "", file.read())

    def act() -> Any:
        added = add_attachment(case.pk, upload, by=by)
        return answer(attachment_schema(added, case), status=201, location=place_of(request, added.pk))

    told = f"{upload.name}\n{hashlib.sha256(upload.content).hexdigest()}"
    return once(request, act, content=told.encode())


@router.get(
    "/{number}/attachments/{attachment_id}", auth=needs("cases:read"), operation_id="get_attachment",
    summary="Read a file of a matter",
    openapi_extra={"responses": {200: {"description": "The file", "content": {"*/*": {"schema": {}}}}}},
)  # fmt: skip
def get_attachment(
    request: HttpRequest, number: Path[Number], attachment_id: Path[Identifier]
) -> HttpResponseBase:
    """Sent as a download, never shown inside a page."""
    file, place = open_attachment(attachment_id, caller_of(request).scope)
    if file.case.number != number or not place.exists():
        raise PageMissingError
    return FileResponse(
        place.open("rb"), as_attachment=True, filename=file.name, content_type=file.content_type
    )
