"""Complete the OpenAPI description with what every operation shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ninja import NinjaAPI
from ninja.operation import Operation
from pydantic.json_schema import models_json_schema

from zhenshu.doors.api.authentication import BearerToken, DeskSession
from zhenshu.doors.api.errors import MEDIA_TYPE
from zhenshu.doors.api.idempotency import HEADER, REPLAY
from zhenshu.doors.api.schemas.cases import BatchLineSchema
from zhenshu.doors.api.schemas.common import ProblemSchema

REFERENCE = "#/components/schemas/{model}"
PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemSchema"}}}}
ALWAYS = {"400": "Not readable", "401": "Not authenticated", "403": "Not allowed", "422": "Not valid"}
NOT_FOUND, CHANGED, TOO_LARGE = (
    {"404": "Not found"},
    {"409": "Not possible now, or changed meanwhile"},
    {"413": "Too large"},
)
KEY_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "The same key with the same request gets the same answer; nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[\\x21-\\x7e]+$"},
}
KEY_HEADER = {
    REPLAY: {
        "description": "true when this is the stored answer of an earlier request",
        "schema": {"type": "string"},
    }
}


def complete(schema: dict[str, Any], api: NinjaAPI) -> dict[str, Any]:
    """Return *schema* with problems, idempotency and the scope each operation needs."""
    _, shared = models_json_schema(
        [(ProblemSchema, "serialization"), (BatchLineSchema, "validation")], ref_template=REFERENCE
    )
    schema["components"]["schemas"].update(shared["$defs"])
    scopes = scopes_of(api)
    for path, method, operation in operations(schema):
        _add_problems(operation, path, method)
        _add_key(operation)
        _name_media_type(operation)
        _name_scope(operation, scopes[operation["operationId"]])
    return schema


def scopes_of(api: NinjaAPI) -> dict[str, str]:
    """Return the scope each operation asks of a token, by operation id."""
    return {
        str(operation.operation_id): next(
            (way.wanted for way in ways_of(operation) if isinstance(way, BearerToken)), ""
        )
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    }


def ways_of(operation: Operation) -> Sequence[Any]:
    return operation.auth_callbacks


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every operation with its path and method."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _add_problems(operation: dict[str, Any], path: str, method: str) -> None:
    found = ALWAYS | (NOT_FOUND if "{" in path else {})
    if method != "get":
        found = found | CHANGED | TOO_LARGE
    responses = {str(status): said for status, said in operation["responses"].items()}
    added = {status: {"description": words, **PROBLEM} for status, words in found.items()}
    operation["responses"] = dict(sorted((added | responses).items()))


def _add_key(operation: dict[str, Any]) -> None:
    if not operation.pop("x-idempotent", False):
        return
    operation["parameters"].append(KEY_PARAMETER)
    for status, said in operation["responses"].items():
        if status.startswith("2"):
            said["headers"] = KEY_HEADER


def _name_media_type(operation: dict[str, Any]) -> None:
    """Write the media type of an answer that is not JSON."""
    media_type = operation.pop("x-answers", "")
    if media_type:
        content = operation["responses"]["200"]["content"]
        operation["responses"]["200"]["content"] = {media_type: content["application/json"]}


def _name_scope(operation: dict[str, Any], wanted: str) -> None:
    """Write the scope a token needs beside the way in, as OpenAPI 3.1 allows for every scheme."""
    operation["security"] = [{BearerToken.__name__: [wanted] if wanted else []}, {DeskSession.__name__: []}]
