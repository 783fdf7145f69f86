"""Query codes: made from the mark of a form, kept as a digest, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

from zhenshu.ground.people.scope import PORTAL, Scope
from zhenshu.registers.portal.errors import CodeUnknownError
from zhenshu.registers.portal.models import Receipt

# Without 0 O 1 I L, which people confuse on paper.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH, SPOT_LENGTH = 10, 8
CONFUSED = str.maketrans("", "", " -－—　")
# Compared with where there is no receipt, so that an unknown number takes as long as a wrong code.
NO_DIGEST = "0" * 64


def code_of(mark: str) -> str:
    """Return the query code of a form: the same form sent twice is told the same code."""
    raw = hmac.new(settings.SECRET_KEY.encode(), f"portal-code:{mark}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(raw, "big")
    letters = []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(LETTERS))
        letters.append(LETTERS[rest])
    return "".join(letters)


def new_spot_code() -> str:
    """Return a code for a sign; it is public, but nobody can count through the signs of a township."""
    return "".join(secrets.choice(LETTERS) for _place in range(SPOT_LENGTH))


def digest_of(number: str, code: str) -> str:
    """Return what is kept of a code."""
    return hashlib.sha256(f"{number}:{code}".encode()).hexdigest()


def clean_code(code: str) -> str:
    """Return a code as it was given out, however it was typed."""
    return code.translate(CONFUSED).upper()[:40]


def written(code: str) -> str:
    """Return the code as people copy it: ABCDE-FGHJK."""
    return f"{code[:5]}-{code[5:]}"


def find_receipt(number: str, code: str) -> Receipt:
    """Return the receipt; raise CodeUnknownError, the same whether the number or the code is wrong."""
    return find_by_digest(number, digest_of(number.strip(), clean_code(code)))


def find_by_digest(number: str, digest: str) -> Receipt:
    """Return the receipt of a number whose code has this digest."""
    receipt = Receipt.objects.select_related("case").filter(case__number=number.strip()[:40]).first()
    known = receipt.digest if receipt is not None else NO_DIGEST
    if not hmac.compare_digest(known, digest) or receipt is None:
        raise CodeUnknownError
    return receipt


def scope_of_holder(case_id: int) -> Scope:
    """Return the scope of somebody who showed the number and the code of one matter."""
    return Scope(PORTAL.user_id, PORTAL.name, (), frozenset({case_id}))
