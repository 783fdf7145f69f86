"""Who may open a page: one decorator in front of every view of the desk.

It turns away strangers, works out the scope of the person once, keeps out other roles, and answers the
refusals of the registers with a page of their own. The view finds ``request.scope`` ready.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from zhenshu.doors.desk.export_notes import note_export
from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.ground.people.models import Role, User
from zhenshu.ground.people.scope import HeldPost, Scope, scope_of
from zhenshu.registers.blocks.errors import RecordNotAllowedError, RecordNotFoundError
from zhenshu.registers.cases.errors import CaseNotFoundError, StepNotAllowedError
from zhenshu.registers.dossiers.errors import DossierNotAllowedError, DossierNotFoundError
from zhenshu.registers.exchanges.errors import ExchangeNotAllowedError, ExchangeNotFoundError
from zhenshu.registers.plans.errors import PlanNotAllowedError, PlanNotFoundError

# The key of the session under which the post chosen in the post switcher stands; absent: all posts.
POST_KEY = "post"
# The people of an outside company are let in only where a page names them.
EVERYBODY = frozenset(Role.values) - {Role.PROVIDER}
WITH_PROVIDERS = frozenset(Role.values)
READING = ("GET", "HEAD")
WRITING = ("POST",)
FORM = (*READING, *WRITING)

REFUSED = (
    StepNotAllowedError,
    NotAllowedError,
    DossierNotAllowedError,
    PlanNotAllowedError,
    RecordNotAllowedError,
    ExchangeNotAllowedError,
)


class DeskRequest(HttpRequest):
    """A request that passed the door: who asks, with which posts, and whether htmx asks."""

    user: User
    htmx: HtmxDetails
    scope: Scope  # of the post in use, or of all posts
    posts: tuple[HeldPost, ...]  # all posts, for the switcher


View = Callable[..., HttpResponseBase]


def page(
    *, roles: Iterable[str] = EVERYBODY, methods: Iterable[str] = READING, new_password: bool = False
) -> Callable[[View], View]:
    """Return a decorator that lets in logged-in persons who hold one of *roles*.

    *new_password* marks the one page that a person with a first password may open before choosing another.
    """
    wanted, allowed = frozenset(roles), tuple(methods)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            if not isinstance(request.user, User):
                return _to_log_in(request)
            if request.user.must_change_password and not new_password:
                return go_to(request, "desk:password")
            asked = enter(request, request.user)
            if not new_password and not asked.scope.has_role(wanted):
                raise PermissionDenied
            return _answer(view, asked, *args, **kwargs)

        return guarded

    return decorate


def enter(request: HttpRequest, user: User) -> DeskRequest:
    """Return the request with the scope of its person."""
    whole = scope_of(user, on=timezone.localdate())
    request.posts = whole.posts  # type: ignore[attr-defined]
    request.scope = _narrowed(whole, request.session.get(POST_KEY))  # type: ignore[attr-defined]
    return request  # type: ignore[return-value]


def _narrowed(whole: Scope, post_id: int | None) -> Scope:
    """Return the scope of the chosen post; a post that has ended leaves all others."""
    chosen = tuple(post for post in whole.posts if post.id == post_id)
    return replace(whole, posts=chosen) if chosen else whole


def _answer(view: View, request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        answer = view(request, *args, **kwargs)
    except (
        CaseNotFoundError,
        DossierNotFoundError,
        PlanNotFoundError,
        RecordNotFoundError,
        ExchangeNotFoundError,
    ) as error:
        raise Http404(str(error)) from error
    except REFUSED as error:
        raise PermissionDenied(str(error)) from error
    note_export(request, request.scope, answer)
    return answer


def _to_log_in(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        return go_to(request, "desk:log_in")
    return redirect_to_login(request.get_full_path(), login_url=resolve_url("desk:log_in"))


def go_to(request: HttpRequest, to: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """Redirect the window: by htmx where htmx asked, else in the ordinary way."""
    if getattr(request, "htmx", False):
        window: HttpResponse = HttpResponseClientRedirect(resolve_url(to, *args, **kwargs))
        return window
    return HttpResponseRedirect(resolve_url(to, *args, **kwargs))


def base_template(request: DeskRequest, usual: str = "desk/base.html") -> str:
    """Return what a page extends: the frame, or nothing but the content when htmx asks for a part."""
    return "desk/base_fragment.html" if request.htmx and not request.htmx.boosted else usual
