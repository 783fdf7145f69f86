"""Users: who may create them, what a password must have, how a log-in is refused, locked and recorded."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import override_settings
from django.utils import timezone

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.accounts import (
    change_password,
    correct_user,
    create_user,
    deactivate_user,
    log_in,
    log_out,
    reactivate_user,
    set_password,
)
from zhenshu.ground.people.errors import (
    LockedError,
    NotAllowedError,
    PeopleError,
    UsernameTakenError,
    WeakPasswordError,
    WrongPasswordError,
)
from zhenshu.ground.people.models import Role, User
from zhenshu.ground.people.policy import LogInPolicy, password_rule
from zhenshu.ground.people.scope import NOBODY, scope_of

pytestmark = pytest.mark.django_db

PASSWORD = "Chengjiang-2023"
NEW = "jiangbian42chuan"
NOON = datetime(2023, 5, 6, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
POLICY = LogInPolicy(failures_before_lock=3, lock=timedelta(minutes=10))


def actions():
    return list(
        Entry.objects.filter(subject_kind="people.user").order_by("seq").values_list("action", flat=True)
    )


@pytest.fixture
def administrator(people, scope_for):
    return scope_for(people["administrator"])


def fail(times, *, at=NOON):
    for _ in range(times):
        with pytest.raises((WrongPasswordError, LockedError)):
            log_in("officer", "wrong-1234567", at=at, policy=POLICY)


class TestCreating:
    def test_an_administrator_creates_a_user_who_must_change_the_password(self, administrator):
        user = create_user(" he.min ", "何敏", by=administrator, password=NEW)
        assert (user.username, user.initials, user.must_change_password) == ("he.min", "hm", True)
        assert user.check_password(NEW)
        entry = Entry.objects.get(action="user.created", subject_id=user.pk)
        assert entry.actor_name == "管维"
        assert NEW not in str(entry.changes)

    @pytest.mark.parametrize(
        "role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.PROVIDER)]
    )
    def test_no_other_role_may(self, people, scope_for, role):
        with pytest.raises(NotAllowedError):
            create_user("x", "某", by=scope_for(people[role]), password=NEW)
        assert not User.objects.filter(username="x").exists()

    def test_nobody_may(self, people):
        with pytest.raises(NotAllowedError):
            create_user("x", "某", by=NOBODY, password=NEW)

    def test_a_name_is_taken_once(self, administrator):
        with pytest.raises(UsernameTakenError):
            create_user("officer", "另一人", by=administrator, password=NEW)

    def test_a_user_has_a_name(self, administrator):
        with pytest.raises(PeopleError):
            create_user("x", " ", by=administrator, password=NEW)

    @pytest.mark.parametrize("weak", ["short1", "onlyletters", "12345678901", "password123", "he.min2023"])
    def test_a_weak_password_is_refused_with_its_problems(self, administrator, weak):
        with pytest.raises(WeakPasswordError) as refusal:
            create_user("he.min2023", "何敏", by=administrator, password=weak)
        assert refusal.value.problems
        assert password_rule()

    def test_passwords_are_kept_with_argon2(self, administrator):
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
            user = create_user("he.min", "何敏", by=administrator, password=NEW)
            assert identify_hasher(user.password).algorithm == "argon2"
            assert log_in("he.min", NEW, at=NOON) == user


class TestLoggingIn:
    def test_the_right_password_lets_in_and_leaves_a_line(self, people):
        assert log_in("officer", PASSWORD, at=NOON, origin="10.0.0.7") == people["officer"]
        entry = Entry.objects.get(action="user.logged_in")
        assert (entry.actor_id, entry.note) == (people["officer"].pk, "10.0.0.7")

    @pytest.mark.parametrize("name", ["officer", "nobody.here"])
    def test_a_wrong_name_and_a_wrong_password_look_the_same(self, people, name):
        with pytest.raises(WrongPasswordError) as refusal:
            log_in(name, "wrong-1234567", at=NOON)
        assert str(refusal.value) == str(WrongPasswordError())
        assert actions() == ["user.log_in_failed"]

    def test_what_was_typed_as_a_name_is_not_kept(self, people):
        with pytest.raises(WrongPasswordError):
            log_in("my-secret-1234", "officer", at=NOON)
        assert "my-secret" not in str(Entry.objects.filter(subject_kind="people.user").values())

    def test_failures_in_a_row_lock_even_the_right_password_out(self, people):
        fail(POLICY.failures_before_lock)
        with pytest.raises(LockedError) as refusal:
            log_in("officer", PASSWORD, at=NOON + timedelta(minutes=9), policy=POLICY)
        assert refusal.value.until == NOON + POLICY.lock
        assert actions() == ["user.log_in_failed"] * 2 + ["user.locked", "user.log_in_refused"]

    def test_the_lock_opens_by_itself(self, people):
        fail(POLICY.failures_before_lock)
        assert log_in("officer", PASSWORD, at=NOON + timedelta(minutes=11), policy=POLICY)

    def test_a_success_clears_the_count(self, people):
        fail(POLICY.failures_before_lock - 1)
        log_in("officer", PASSWORD, at=NOON, policy=POLICY)
        fail(POLICY.failures_before_lock - 1)
        assert log_in("officer", PASSWORD, at=NOON, policy=POLICY)

    def test_a_deactivated_user_is_shut_out_and_sees_nothing(self, people, administrator):
        user = deactivate_user(people["officer"], by=administrator, note="离职")
        with pytest.raises(WrongPasswordError):
            log_in("officer", PASSWORD, at=NOON)
        assert scope_of(user, on=NOON.date()) == NOBODY
        reactivate_user(user, by=administrator)
        assert log_in("officer", PASSWORD, at=NOON)

    def test_deactivation_ends_a_session_at_once(self, clients, people, administrator, rf):
        session = clients["officer"].session
        assert session["_auth_user_id"] == str(people["officer"].pk)
        deactivate_user(people["officer"], by=administrator)
        request = rf.get("/")
        request.session = session
        from django.contrib.auth import get_user

        assert get_user(request).is_anonymous

    def test_logging_out_leaves_a_line(self, people):
        log_out(people["officer"])
        assert actions() == ["user.logged_out"]


class TestPasswords:
    def test_users_change_their_own_with_the_old_one(self, people):
        user = change_password(people["officer"], PASSWORD, NEW)
        assert user.check_password(NEW)
        assert user.must_change_password is False

    def test_the_old_one_must_be_right(self, people):
        with pytest.raises(WrongPasswordError):
            change_password(people["officer"], "wrong", NEW)
        assert actions() == []

    def test_an_administrator_sets_one_and_unlocks(self, people, administrator):
        fail(POLICY.failures_before_lock)
        user = set_password(people["officer"], NEW, by=administrator)
        assert log_in("officer", NEW, at=NOON) == user
        assert user.must_change_password

    def test_only_an_administrator_of_all_areas_of_the_user(self, town, offices, people, scope_for):
        people["administrator"].posts.update(area=town.villages[0])
        village_administrator = scope_for(people["administrator"])
        set_password(people["grid_worker"], NEW, by=village_administrator)
        with pytest.raises(NotAllowedError):
            set_password(people["leader"], NEW, by=village_administrator)


def test_correcting_a_user_keeps_before_and_after(people, administrator):
    correct_user(people["officer"], by=administrator, name="韩立", phone="13800001234")
    changes = Entry.objects.get(action="user.corrected").changes
    assert changes == {"name": ["韩立行", "韩立"], "phone": ["", "13800001234"]}


def test_a_scope_holds_the_posts_of_the_day(people):
    user, today = people["officer"], timezone.localdate()
    user.posts.update(ended_on=today)
    assert scope_of(user, on=today - timedelta(days=1)).roles == {"officer"}
    assert scope_of(user, on=today).roles == frozenset()
