"""Answers as bytes: one pass from a schema to JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel
from pydantic_core import to_json

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation says: a status, a JSON body and further headers."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        return HttpResponse(self.body, status=self.status, content_type=JSON, headers=self.headers)


def answer(schema: BaseModel, *, status: int = 200, location: str = "") -> Answer:
    """Return *schema* as an answer; *location* is the address of what was made."""
    return Answer(status, to_json(schema), {"Location": location} if location else {})


def reply(schema: BaseModel) -> HttpResponse:
    """Return *schema* as a response with status 200."""
    return HttpResponse(to_json(schema), content_type=JSON)


def place_of(request: HttpRequest, *parts: object) -> str:
    """Return the address of a thing below the collection that was posted to."""
    return request.path.rstrip("/") + "".join(f"/{part}" for part in parts)
