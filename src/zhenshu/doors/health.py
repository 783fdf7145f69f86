"""Whether this installation answers: for the reverse proxy and the watchdog."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from zhenshu import __version__


@require_safe
def show_health(request: HttpRequest) -> JsonResponse:
    """Answer 200 once the database answers; a failing database shows as a server error."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok", "version": __version__, "database": connection.vendor})
