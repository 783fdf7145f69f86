"""How often one address may do something at the portal, counted in the database so that every process
knows, and the question that a person answers in passing.

The address itself is kept nowhere: a digest that changes with the day and the installation stands for it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.registers.portal.errors import NotAPersonError, TooOftenError
from zhenshu.registers.portal.models import Knock


@dataclass(frozen=True, slots=True)
class PortalPolicy:
    """How often one address may act within an hour, and how long a form may take.

    Many phones share one address of a mobile network: the numbers leave room for a whole village.
    """

    hourly: Mapping[str, int] = field(
        default_factory=lambda: {"report": 30, "wrong_code": 20, "rating": 30, "act": 60}
    )
    quickest: timedelta = timedelta(seconds=2)
    slowest: timedelta = timedelta(hours=12)


POLICY = PortalPolicy()
HOUR, KEPT = timedelta(hours=1), timedelta(days=1)
SALT = "zhenshu.portal.form"


def digest_of(address: str, day: datetime) -> str:
    """Return what stands for an address on a day; nobody can get the address back from it."""
    key = f"{settings.SECRET_KEY}{timezone.localdate(day)}".encode()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()


def refuse_too_often(act: str, address: str, *, at: datetime, policy: PortalPolicy = POLICY) -> None:
    """Raise TooOftenError when this address did *act* as often as an hour allows."""
    recent = Knock.objects.filter(act=act, who=digest_of(address, at), at__gt=at - HOUR)
    times = list(recent.order_by("-at").values_list("at", flat=True)[: policy.hourly[act]])
    if len(times) >= policy.hourly[act]:
        wait = times[-1] + HOUR - at
        raise TooOftenError(max(1, round(wait / timedelta(minutes=1))))


def knock(act: str, address: str, *, at: datetime, policy: PortalPolicy = POLICY) -> None:
    """Count that this address did *act*; raise TooOftenError when an hour allows no more.

    Counting comes first and the lines are read back, so that two at once cannot both be the last allowed.
    """
    who = digest_of(address, at)
    with transaction.atomic():
        Knock.objects.filter(at__lt=at - KEPT).delete()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                number = int(hashlib.sha256(f"{act}{who}".encode()).hexdigest()[:15], 16)
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        refuse_too_often(act, address, at=at, policy=policy)
        Knock.objects.create(act=act, who=who, at=at)


# ── the question ──────────────────────────────────────────────────────────────────────────────────────

DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Question:
    """A sum in words, and the signed token that the form brings back with its answer."""

    words: str
    token: str


def ask(*, at: datetime) -> Question:
    """Return a new question; its token is the mark of the form too."""
    first, second = secrets.randbelow(8) + 1, secrets.randbelow(8) + 1
    told = {"a": first, "b": second, "at": at.timestamp(), "mark": secrets.token_hex(16)}
    words = _("%(first)s plus %(second)s is (in digits)") % {"first": DIGITS[first], "second": DIGITS[second]}
    return Question(words, signing.dumps(told, salt=SALT))


def ask_again(token: str, *, at: datetime) -> Question:
    """Return the question of a form that is shown again, so that sending it twice stays one matter."""
    try:
        told = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return ask(at=at)
    if at - _moment(told) > POLICY.slowest:
        return ask(at=at)
    first, second = DIGITS[told["a"]], DIGITS[told["b"]]
    return Question(_("%(first)s plus %(second)s is (in digits)") % {"first": first, "second": second}, token)


def check_answer(token: str, answer: str, trap: str, *, at: datetime, policy: PortalPolicy = POLICY) -> str:
    """Return the mark of the form; raise NotAPersonError when a program filled it in.

    *trap* is a field no person sees. A form sent within two seconds was not typed.
    """
    try:
        told = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise NotAPersonError(_("Please open the page again and send the form once more.")) from error
    age = at - _moment(told)
    if trap or age < policy.quickest:
        raise NotAPersonError(_("That was too quick. Please send the form once more."))
    if age > policy.slowest:
        raise NotAPersonError(_("The page lay open for too long. Please answer the question once more."))
    if answer.strip().translate(FULL_WIDTH) != str(told["a"] + told["b"]):
        raise NotAPersonError(_("The sum is not right. Please answer the question once more."))
    return str(told["mark"])


FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)}


def _moment(told: Mapping[str, float]) -> datetime:
    return datetime.fromtimestamp(told["at"], tz=timezone.get_current_timezone())
