"""Whoever waits for a page waits for nothing that the worker can do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from zhenshu.measures.indicators.tallies import in_a_hurry


class Hurry:
    """Answer every request without counting many records anew; what is not counted yet is shown as such."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with in_a_hurry():
            return self.get_response(request)
