"""Bearer tokens: shown once, kept as a digest, narrow, expiring, revocable."""

from datetime import timedelta

import pytest
from django.utils import timezone

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people import tokens
from zhenshu.ground.people.errors import NotAllowedError, TokenError
from zhenshu.ground.people.models import Token
from zhenshu.ground.people.tokens import SCOPES, authenticate_token, issue_token, revoke_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(people, scope_for):
    return issue_token(
        people["officer"], "热线接口", scopes=["intake"], by=scope_for(people["officer"]), days=30
    )


@pytest.fixture(autouse=True)
def _forget_tokens():
    yield
    tokens._seen.clear()


def test_a_token_names_its_user_and_scopes(people, issued):
    user, scopes = authenticate_token(issued[1], at=timezone.now())
    assert (user, scopes) == (people["officer"], frozenset({"intake"}))


def test_the_clear_text_is_kept_nowhere(issued):
    token, text = issued
    kept = str(Token.objects.filter(pk=token.pk).values()) + str(Entry.objects.values())
    assert text not in kept
    assert token.digest not in str(Entry.objects.values())
    assert text.startswith(token.prefix)


@pytest.mark.parametrize("text", ["", "zs_", "zs_unknown", "𠮷"])
def test_an_unknown_token_is_refused(db, text):
    with pytest.raises(TokenError):
        authenticate_token(text, at=timezone.now())


def test_an_expired_token_is_refused_even_when_seen_before(issued):
    now = timezone.now()
    assert authenticate_token(issued[1], at=now)
    with pytest.raises(TokenError):
        authenticate_token(issued[1], at=now + timedelta(days=30))


def test_a_revoked_token_is_refused_at_once_where_it_was_revoked(people, issued, scope_for):
    now = timezone.now()
    authenticate_token(issued[1], at=now)
    revoke_token(issued[0], by=scope_for(people["administrator"]))
    with pytest.raises(TokenError):
        authenticate_token(issued[1], at=now)
    assert Entry.objects.filter(action="token.revoked").count() == 1


def test_a_token_of_a_deactivated_user_is_refused(people, issued):
    people["officer"].is_active = False
    people["officer"].save()
    with pytest.raises(TokenError):
        authenticate_token(issued[1], at=timezone.now())


def test_the_second_look_asks_no_database(issued, django_assert_num_queries):
    now = timezone.now()
    authenticate_token(issued[1], at=now)
    with django_assert_num_queries(0):
        authenticate_token(issued[1], at=now)


def test_use_is_noted_but_not_at_every_call(issued):
    now = timezone.now()
    for minutes in (0, 5):
        tokens._seen.clear()
        authenticate_token(issued[1], at=now + timedelta(minutes=minutes))
    assert Token.objects.get(pk=issued[0].pk).last_used_at == now


@pytest.mark.parametrize("scopes", [[], ["everything"], ["intake", "root"]])
def test_only_known_scopes_are_issued(people, scope_for, scopes):
    with pytest.raises(TokenError, match="intake"):
        issue_token(people["officer"], "x", scopes=scopes, by=scope_for(people["officer"]))


def test_for_somebody_else_only_an_administrator_issues(people, scope_for):
    with pytest.raises(NotAllowedError):
        issue_token(people["leader"], "x", scopes=list(SCOPES), by=scope_for(people["officer"]))
    assert issue_token(people["leader"], "x", scopes=list(SCOPES), by=scope_for(people["administrator"]))
