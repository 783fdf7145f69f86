"""The same request again gets the same answer: the answer is stored in the transaction of the change."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from zhenshu.doors.api.answers import JSON, Answer
from zhenshu.doors.api.authentication import caller_of
from zhenshu.doors.api.errors import KINDS, KeyMalformedError, KeyReusedError
from zhenshu.doors.api.models import StoredAnswer
from zhenshu.ground.statements import insert_row

HEADER = "Idempotency-Key"
REPLAY = "Idempotent-Replay"
KEPT_FOR = timedelta(days=30)
# How a request fails whose act was done before, and many that are simply refused.
PERHAPS_AGAIN: tuple[type[Exception], ...] = (IntegrityError, *KINDS)
Keep = Callable[[Answer], None]
_SHAPE = re.compile(r"[\x21-\x7e]{1,100}")


def once(request: HttpRequest, act: Callable[[], Answer], *, content: bytes | None = None) -> HttpResponse:
    """Run *act* and answer; with an Idempotency-Key only the first time, afterwards the stored answer.

    Change and answer are stored in one transaction: of two requests with one key, one is undone and
    replays the other's answer. A refused act stores nothing, so it may be tried again under the same key.
    *content* stands for the body where that was a stream.
    """

    @transaction.atomic
    def together(keep: Keep) -> Answer:
        said = act()
        keep(said)
        return said

    return once_within(request, together, content=content)


def once_within(
    request: HttpRequest, act: Callable[[Keep], Answer], *, content: bytes | None = None
) -> HttpResponse:
    """Do as `once` does, for an act that itself calls *keep* with its answer inside its transaction."""
    key = request.headers.get(HEADER)
    if key is None:
        return act(_keep_nothing).response()
    if not _SHAPE.fullmatch(key):
        raise KeyMalformedError
    digest = digest_of(request, request.body if content is None else content)
    stored = StoredAnswer(user_id=caller_of(request).user.pk, key=key, digest=digest)
    try:
        return act(partial(_keep, stored)).response()
    except PERHAPS_AGAIN:
        # Most requests are first ones, so the stored answer is looked for only when this one failed:
        # because its answer is stored already, or because its change can't be made a second time.
        replay = _replay(stored)
        if replay is None:
            raise
        return replay


def _keep_nothing(said: Answer) -> None:
    """Keep no answer: the request carries no key."""


def _keep(stored: StoredAnswer, said: Answer) -> None:
    """Store the answer; the unique key undoes the act when there is one already."""
    stored.status, stored.body, stored.headers = said.status, said.body.decode(), said.headers
    stored.at = timezone.now()
    insert_row(stored)


def _replay(wanted: StoredAnswer) -> HttpResponse | None:
    """Return the stored answer to this request, None when there is none; refuse another one under its key."""
    stored = StoredAnswer.objects.filter(user_id=wanted.user_id, key=wanted.key).first()
    if stored is None:
        return None
    if stored.digest != wanted.digest:
        raise KeyReusedError
    headers = {**stored.headers, REPLAY: "true"}
    return HttpResponse(stored.body, status=stored.status, content_type=JSON, headers=headers)


def digest_of(request: HttpRequest, content: bytes) -> str:
    """Return what tells one request from another: method, address and body."""
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + content).hexdigest()


def forget_old_answers() -> int:
    """Every night: forget the answers that nobody will ask for again."""
    return forget_answers(timezone.now() - KEPT_FOR)


def forget_answers(before: datetime) -> int:
    """Delete the answers stored before a moment and return how many."""
    return StoredAnswer.objects.filter(at__lt=before).delete()[0]
