"""Issue a bearer token from the machine itself."""

from __future__ import annotations

import sys
from pathlib import Path

from zhenshu.commands.django_start import start_django


def run(username: str, data: Path | None, *, name: str, scopes: str, days: int) -> int:
    """Print a new token of the user on standard output, and nothing else there."""
    start_django(data)
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from zhenshu.ground.people.errors import PeopleError
    from zhenshu.ground.people.models import User
    from zhenshu.ground.people.scope import scope_of
    from zhenshu.ground.people.tokens import SCOPES, issue_token

    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        print(_("There is no active user “%(name)s”.") % {"name": username}, file=sys.stderr)
        return 1
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()] or list(SCOPES)
    try:
        token, text = issue_token(
            user, name, scopes=wanted, by=scope_of(user, on=timezone.localdate()), days=days
        )
    except PeopleError as error:
        print(error, file=sys.stderr)
        return 1
    print(text)
    print(_("Valid until %(day)s.") % {"day": timezone.localdate(token.expires_at)}, file=sys.stderr)
    return 0
