"""The product on one page: who comes in where."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from zhenshu.doors.health import show_health

# Path of a door and the module that holds its addresses.
DOORS: tuple[tuple[str, str], ...] = (
    ("api/v1/", "zhenshu.doors.api.urls"),
    ("portal/", "zhenshu.doors.portal.urls"),
    ("", "zhenshu.doors.desk.urls"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", show_health, name="health"),
    *(path(prefix, include(module)) for prefix, module in DOORS),
]
