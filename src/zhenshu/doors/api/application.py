"""The API as one object: its operations, its errors, its description."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from pydantic_core import from_json

from zhenshu import __version__
from zhenshu.doors.api.description import complete
from zhenshu.doors.api.errors import add_handlers
from zhenshu.doors.api.routers import (
    areas,
    attachments,
    batch,
    cases,
    dossiers,
    exchanges,
    me,
    offices,
    packs,
    records,
    reports,
    suggestions,
    webhooks,
)

DESCRIPTION = (
    "Matters, dossiers, areas, offices and packs of one township. Errors are problem+json (RFC 9457)."
)


class StrictParser(Parser):
    """Reads JSON as it is defined: no NaN, no broken text."""

    def parse_body(self, request: HttpRequest) -> Any:
        return from_json(request.body, allow_inf_nan=False)


class ZhenshuAPI(NinjaAPI):
    """Describes itself once per process, with the problems and headers that all operations share."""

    @cached_property
    def described(self) -> dict[str, Any]:
        return complete(super().get_openapi_schema(), self)

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema: Any = self.described
        return schema  # type: ignore[no-any-return]


def make_api() -> ZhenshuAPI:
    """Return the API with all its operations."""
    api = ZhenshuAPI(
        title="Zhenshu 镇枢",
        version=__version__,
        description=DESCRIPTION,
        urls_namespace="api",
        docs=Swagger(settings={"deepLinking": True, "tryItOutEnabled": False}),
        parser=StrictParser(),
    )
    add_handlers(api)
    api.add_router("/me", me.router)
    api.add_router("/cases", cases.router)
    api.add_router("/cases", attachments.router)
    api.add_router("/suggestions", suggestions.router)
    api.add_router("/batch", batch.router)
    api.add_router("/dossiers", dossiers.router)
    api.add_router("/records", records.router)
    api.add_router("/areas", areas.router)
    api.add_router("/offices", offices.router)
    api.add_router("/packs", packs.router)
    api.add_router("/reports", reports.router)
    api.add_router("/webhooks", webhooks.router)
    api.add_router("/exchanges", exchanges.router)
    return api


api = make_api()
