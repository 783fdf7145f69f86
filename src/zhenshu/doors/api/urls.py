"""The addresses of the API; what is not among them is a problem too."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, re_path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from zhenshu.doors.api.application import api
from zhenshu.doors.api.errors import Kind, PageMissingError, answer_error, answer_problem

app_name = "api"
METHOD = Kind(405, "method-not-allowed", gettext_lazy("Not possible here"))
View = Callable[..., HttpResponse]


def say_why(view: View) -> View:
    """Return *view* with a problem instead of plain text for a method it does not have."""

    def answered(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        response = view(request, *args, **named)
        if response.status_code != 405:
            return response
        problem = answer_problem(
            METHOD, _("This address does not know the method %(method)s.") % {"method": request.method}
        )
        problem["Allow"] = response["Allow"]
        return problem

    return csrf_exempt(answered)


@csrf_exempt
def refuse_page(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer for an address that is none."""
    return answer_error(request, PageMissingError())


def _addresses() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = say_why(pattern.callback)
        found.append(pattern)
    return found


urlpatterns = [*_addresses(), re_path(r"^(?P<rest>.*)$", refuse_page)]
