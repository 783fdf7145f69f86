"""Who comes to the public pages: an address for the limits, and a proof of which matter was opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.cache import never_cache

from zhenshu.registers.fields import clean_text
from zhenshu.registers.portal.codes import find_by_digest
from zhenshu.registers.portal.errors import CodeUnknownError
from zhenshu.registers.portal.models import Receipt

COOKIE, COOKIE_SALT = "zs_matter", "zhenshu.portal.matter"
COOKIE_SECONDS = 30 * 60
COOKIE_PATH = "/portal/"

View = Callable[..., HttpResponse]


def address_of(request: HttpRequest) -> str:
    """Return the address a request came from.

    Behind the proxy that ``ZHENSHU_HTTPS=1`` speaks of, it is what that proxy wrote last; without a proxy
    the header is nobody's word but the visitor's and is not read.
    """
    told = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.INSTALLATION.https else ""
    last = told.split(",")[-1].strip()
    return last[:64] or request.META.get("REMOTE_ADDR", "")


def words_sought(request: HttpRequest, most: int = 60) -> str:
    """Return the words somebody seeks, without what no text may hold."""
    return clean_text(request.GET.get("q", "")[:most])


def public(*methods: str) -> Callable[[View], View]:
    """Return a decorator for a public page: only these methods, never kept by a cache."""
    allowed = methods or ("GET", "HEAD")

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def let_in(response: HttpResponse, receipt: Receipt) -> HttpResponse:
    """Return the answer with the proof that this browser showed number and code; it lasts half an hour."""
    response.set_signed_cookie(
        COOKIE, f"{receipt.case.number}:{receipt.digest}", salt=COOKIE_SALT, max_age=COOKIE_SECONDS,
        path=COOKIE_PATH, httponly=True, samesite="Lax", secure=settings.INSTALLATION.https,
    )  # fmt: skip
    return response


def receipt_in(request: HttpRequest, number: str) -> Receipt | None:
    """Return the receipt that this browser opened, if it is that of *number*."""
    shown = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_SECONDS)
    known, _colon, digest = (shown or "").partition(":")
    if not known or known != number:
        return None
    try:
        return find_by_digest(number, digest)
    except CodeUnknownError:
        return None
