"""The rules of logging in, in one object, and the one sentence that tells the password rule.

The values follow what the classified protection scheme asks of a level-2 system: identity is checked
with a complex password, failed log-ins are limited, an idle connection ends
(参照 GB/T 22239—2019 第二级 身份鉴别).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zhenshu.ground.people.models import User


@dataclass(frozen=True, slots=True)
class LogInPolicy:
    """How often one may fail, how long one waits then, what a password must have."""

    failures_before_lock: int = 5
    lock: timedelta = timedelta(minutes=15)
    password_length: int = 10
    basis: str = "参照 GB/T 22239—2019 第二级 身份鉴别"


POLICY = LogInPolicy()


def password_rule(policy: LogInPolicy = POLICY) -> str:
    """Return the password rule as one sentence for the person who chooses one."""
    return _(
        "At least %(length)d characters with letters and digits, not like your name, and no common password."
    ) % {"length": policy.password_length}


def password_problems(password: str, user: User, *, policy: LogInPolicy = POLICY) -> list[str]:
    """Return one sentence per rule the password breaks; empty when it is good."""
    problems = []
    if len(password) < policy.password_length:
        problems.append(
            _("The password needs at least %(length)d characters.") % {"length": policy.password_length}
        )
    if not any(c.isalpha() for c in password) or not any(c.isdigit() for c in password):
        problems.append(_("The password needs letters and digits."))
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        problems += [message for message in error.messages if message not in problems]
    return problems
