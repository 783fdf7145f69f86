"""From what a room refuses to an answer of the kind ``application/problem+json`` (RFC 9457).

ApiError
├── ScopeMissingError         the token was not issued for this
├── KeyReusedError            an idempotency key came with another request
├── KeyMalformedError
├── CursorError               a cursor that this list did not hand out
├── PageMissingError          no such address
├── BodyTooLargeError
├── BatchEmptyError           a batch without a line
└── WebhookError              a webhook cannot be set up like this
    └── WebhookNotFoundError
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic_core import to_json

from zhenshu.ground.areas.errors import AreaError
from zhenshu.ground.packs.registry import PackError
from zhenshu.ground.people.errors import NotAllowedError, PeopleError, TokenError
from zhenshu.papers.publishing.errors import ReportNotFoundError
from zhenshu.registers.blocks import errors as blocks
from zhenshu.registers.cases import errors as cases
from zhenshu.registers.dossiers import errors as dossiers
from zhenshu.registers.exchanges import errors as exchanges

MEDIA_TYPE = "application/problem+json"
URN = "urn:zhenshu:problem:"


class ApiError(Exception):
    """Base of what this door itself refuses; its text is a sentence for the person."""


class ScopeMissingError(ApiError):
    """The token was not issued for this."""

    def __init__(self, wanted: str) -> None:
        super().__init__(_("This token was not issued for %(scope)s.") % {"scope": wanted})


class KeyReusedError(ApiError):
    """An idempotency key came with another request than the first time."""

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key was used for another request. Take a new key for each act."))


class KeyMalformedError(ApiError):
    """The idempotency key is empty, too long or not plain text."""

    def __init__(self) -> None:
        super().__init__(_("An Idempotency-Key has 1 to 100 visible ASCII characters."))


class CursorError(ApiError):
    """A cursor that this list did not hand out."""

    def __init__(self) -> None:
        super().__init__(_("This cursor does not belong to this list. Start again without one."))


class PageMissingError(ApiError):
    """No such address."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing at this address."))


class BodyTooLargeError(ApiError):
    """More was sent than fits."""

    def __init__(self, megabytes: int) -> None:
        super().__init__(_("At most %(megabytes)d MB fit here.") % {"megabytes": megabytes})


class BatchEmptyError(ApiError):
    """A batch without a line."""

    def __init__(self) -> None:
        super().__init__(_("Send one matter per line."))


class WebhookError(ApiError):
    """A webhook cannot be set up like this; *problems* maps a field to a sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class WebhookNotFoundError(ApiError):
    def __init__(self) -> None:
        super().__init__(_("You have no such webhook."))


class Kind(NamedTuple):
    """What a family of refusals is called to a program and to a person, and its HTTP status."""

    status: int
    slug: str
    title: str | Promise


NOT_ALLOWED = Kind(403, "not-allowed", gettext_lazy("Not allowed"))
NOT_FOUND = Kind(404, "not-found", gettext_lazy("Not found"))
CHANGED = Kind(409, "changed", gettext_lazy("Changed meanwhile"))
INVALID = Kind(422, "invalid", gettext_lazy("Not valid"))
TOO_LARGE = Kind(413, "too-large", gettext_lazy("Too large"))
UNREADABLE = Kind(400, "unreadable", gettext_lazy("Not readable"))

# The nearest class of an error's ancestry decides.
KINDS: Mapping[type[Exception], Kind] = {
    AuthenticationError: Kind(401, "not-authenticated", gettext_lazy("Not authenticated")),
    TokenError: Kind(401, "not-authenticated", gettext_lazy("Not authenticated")),
    ScopeMissingError: Kind(403, "scope-missing", gettext_lazy("Not allowed")),
    NotAllowedError: NOT_ALLOWED,
    cases.StepNotAllowedError: NOT_ALLOWED,
    dossiers.DossierNotAllowedError: NOT_ALLOWED,
    blocks.RecordNotAllowedError: NOT_ALLOWED,
    cases.CaseNotFoundError: NOT_FOUND,
    dossiers.DossierNotFoundError: NOT_FOUND,
    blocks.RecordNotFoundError: NOT_FOUND,
    exchanges.ExchangeNotAllowedError: NOT_ALLOWED,
    exchanges.ExchangeNotFoundError: NOT_FOUND,
    WebhookNotFoundError: NOT_FOUND,
    PageMissingError: NOT_FOUND,
    ReportNotFoundError: NOT_FOUND,
    PackError: NOT_FOUND,
    Http404: NOT_FOUND,
    cases.StepNotLawfulError: Kind(409, "step-not-lawful", gettext_lazy("Not possible now")),
    cases.CaseChangedError: CHANGED,
    dossiers.DossierChangedError: CHANGED,
    blocks.RecordChangedError: CHANGED,
    blocks.RecordStateError: Kind(409, "record-state", gettext_lazy("Not possible now")),
    cases.AlreadyTakenInError: Kind(409, "already-taken-in", gettext_lazy("Already taken in")),
    dossiers.DoubleDossierError: Kind(409, "double", gettext_lazy("Already here")),
    cases.StepIncompleteError: Kind(422, "step-incomplete", gettext_lazy("The step must carry more")),
    cases.AttachmentRefusedError: Kind(422, "attachment-refused", gettext_lazy("Attachment refused")),
    KeyReusedError: Kind(422, "key-reused", gettext_lazy("Idempotency key reused")),
    BodyTooLargeError: TOO_LARGE,
    RequestDataTooBig: TOO_LARGE,
    SuspiciousOperation: UNREADABLE,
    ValidationError: INVALID,
    cases.CaseError: INVALID,
    dossiers.DossierError: INVALID,
    blocks.RecordTakenError: Kind(409, "double", gettext_lazy("Already here")),
    blocks.BlockError: INVALID,
    exchanges.ExchangeError: INVALID,
    PeopleError: INVALID,
    AreaError: INVALID,
    BatchEmptyError: UNREADABLE,
    ApiError: INVALID,
}

# What a validation of shapes found, in words for people; other findings keep the words of pydantic.
SHAPE_SENTENCES: Mapping[str, str | Promise] = {
    "missing": gettext_lazy("This is needed."),
    "extra_forbidden": gettext_lazy("There is no such field here."),
    "string_type": gettext_lazy("This must be a text."),
    "int_type": gettext_lazy("This must be a whole number."),
    "int_parsing": gettext_lazy("This must be a whole number."),
    "float_type": gettext_lazy("This must be a number."),
    "bool_type": gettext_lazy("This must be true or false."),
    "dict_type": gettext_lazy("This must be an object."),
    "model_attributes_type": gettext_lazy("This must be an object."),
    "list_type": gettext_lazy("This must be a list."),
}


def answer_problem(kind: Kind, detail: str, **more: Any) -> HttpResponse:
    """Return a problem answer; *more* are further facts a program may use."""
    facts = {
        "type": URN + kind.slug,
        "title": str(kind.title),
        "status": kind.status,
        "detail": detail,
        **{key: value for key, value in more.items() if value},
    }
    response = HttpResponse(to_json(facts), status=kind.status, content_type=MEDIA_TYPE)
    if kind.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def kind_of(error: Exception) -> Kind | None:
    """Return the family of *error*; None for one that nobody foresaw."""
    return next((KINDS[base] for base in type(error).__mro__ if base in KINDS), None)


def answer_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the problem answer for anything foreseen; raise the rest again."""
    kind = kind_of(error)
    if kind is None:
        raise error
    problems = shape_problems(error.errors) if isinstance(error, ValidationError) else problems_of(error)
    return answer_problem(
        kind, describe(error, kind, problems), problems=problems, number=getattr(error, "number", "")
    )


def problems_of(error: Exception) -> dict[str, str]:
    return {str(key): str(sentence) for key, sentence in getattr(error, "problems", {}).items()}


def describe(error: Exception, kind: Kind, problems: Mapping[str, str]) -> str:
    """Return one sentence that says it all."""
    if isinstance(error, AuthenticationError):
        return _("Send a bearer token, or log in to the desk.")
    if isinstance(error, (ValidationError, Http404, SuspiciousOperation)):
        return " ".join(f"{key}: {sentence}" for key, sentence in problems.items()) or str(kind.title)
    return str(error)


def shape_problems(errors: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return one sentence per field from the findings of pydantic, keyed ``fields.people``."""
    found: dict[str, str] = {}
    for finding in errors:
        # The first part says query, path or body; in a body the second is the name of our own argument.
        place = finding["loc"][2 if finding["loc"][0] == "body" else 1 :]
        sentence = SHAPE_SENTENCES.get(finding["type"], finding["msg"])
        found.setdefault(".".join(str(part) for part in place) or "body", str(sentence))
    return found


def answer_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what ninja itself refuses, such as a body that is not JSON."""
    if error.status_code == 400:
        return answer_problem(UNREADABLE, _("The body is not JSON, or its text is broken."))
    if error.status_code == 403:
        return answer_problem(NOT_ALLOWED, _("The security token of the page is missing or wrong."))
    return answer_problem(Kind(error.status_code, "refused", str(error)), str(error))


def add_handlers(api: NinjaAPI) -> None:
    """Let every foreseen refusal leave as a problem."""
    handlers: dict[type[Exception], Any] = dict.fromkeys(KINDS, answer_error) | {HttpError: answer_http_error}
    for family, handler in handlers.items():
        api.add_exception_handler(family, handler)
