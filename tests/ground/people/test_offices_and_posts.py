"""Offices and posts: who answers for what, who stands above whom."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.bootstrap import create_first_administrator
from zhenshu.ground.people.duties import claimed_twice
from zhenshu.ground.people.errors import (
    NotAllowedError,
    OfficeError,
    PeopleError,
    PostError,
    WeakPasswordError,
)
from zhenshu.ground.people.models import Post, Role, User
from zhenshu.ground.people.offices import close_office, correct_office, create_office, find_office
from zhenshu.ground.people.posts import end_post, grant_post, line_above, place_under, posts_on
from zhenshu.ground.people.scope import scope_of

pytestmark = pytest.mark.django_db

DAY = date(2023, 5, 6)


@pytest.fixture
def administrator(people, scope_for):
    return scope_for(people["administrator"])


@pytest.fixture
def village_administrator(people, town, scope_for):
    people["administrator"].posts.update(area=town.villages[0])
    return scope_for(people["administrator"])


class TestFindingTheOffice:
    def test_the_deepest_office_with_the_key_answers(self, town, offices):
        grid = town.grids[0]
        assert find_office("village", grid.path) == offices["village0"]
        assert find_office("enforcement", grid.path) == offices["enforcement"]

    def test_none_outside_its_area_or_without_the_key(self, town, offices):
        assert find_office("village", town.town.path) is None
        assert find_office("no_such_key", town.grids[0].path) is None

    def test_a_closed_office_gives_way_to_the_one_above(self, town, offices, administrator):
        own = create_office("东浦中队", key="enforcement", area=town.villages[0], by=administrator)
        assert find_office("enforcement", town.grids[0].path) == own
        close_office(own, on=DAY, by=administrator)
        assert find_office("enforcement", town.grids[0].path) == offices["enforcement"]


class TestOffices:
    def test_creating_leaves_a_line(self, town, administrator):
        office = create_office(
            " 农业农村办公室 ", area=town.town, by=administrator, key="rural", duties=["grid.event"]
        )
        assert (office.name, office.initials) == ("农业农村办公室", "nyncbgs")
        assert Entry.objects.get(action="office.created").changes["key"] == [None, "rural"]

    @pytest.mark.parametrize("name", ["", "指挥中心"])
    def test_a_name_is_needed_and_used_once(self, town, administrator, name):
        with pytest.raises(OfficeError):
            create_office(name, area=town.town, by=administrator)

    def test_only_in_the_area_one_administers(self, town, village_administrator):
        assert create_office("东浦工作站", area=town.grids[0], by=village_administrator)
        with pytest.raises(NotAllowedError):
            create_office("孝丰工作站", area=town.villages[1], by=village_administrator)

    def test_a_correction_says_before_and_after(self, offices, administrator):
        correct_office(offices["safety"], by=administrator, name="应急消防管理办公室", phone="0571-12345678")
        changes = Entry.objects.get(action="office.corrected").changes
        assert changes["name"] == ["应急管理办公室", "应急消防管理办公室"]

    def test_an_office_never_stands_below_itself(self, offices, administrator):
        above = correct_office(offices["safety"], by=administrator, parent=offices["party"])
        with pytest.raises(OfficeError):
            correct_office(offices["party"], by=administrator, parent=above)

    def test_an_unknown_attribute_is_named(self, offices, administrator):
        with pytest.raises(OfficeError, match="colour"):
            correct_office(offices["party"], by=administrator, colour="red")

    def test_an_office_with_posts_or_offices_below_does_not_close(self, town, offices, administrator):
        with pytest.raises(OfficeError):
            close_office(offices["enforcement"], on=DAY, by=administrator)
        create_office("信访窗口", area=town.town, by=administrator, parent=offices["petitions"])
        with pytest.raises(OfficeError):
            close_office(offices["petitions"], on=DAY, by=administrator)
        closed = close_office(offices["services"], on=DAY, by=administrator)
        with pytest.raises(OfficeError):
            close_office(closed, on=DAY, by=administrator)


class TestPosts:
    def grant(self, people, offices, by, **rest):
        place = {"office": offices["safety"], "area": offices["safety"].area} | rest
        return grant_post(people["officer"], Role.OFFICER, by=by, **place)

    def test_a_granted_post_widens_the_scope(self, people, offices, administrator, scope_for):
        self.grant(people, offices, administrator, sensitive=True)
        scope = scope_for(people["officer"])
        assert scope.office_ids == {offices["enforcement"].pk, offices["safety"].pk}
        assert scope.sensitive

    def test_a_post_is_held_once_and_may_be_granted_again_after_its_end(self, people, offices, administrator):
        post = self.grant(people, offices, administrator)
        with pytest.raises(PostError):
            self.grant(people, offices, administrator)
        end_post(post, on=DAY, by=administrator)
        assert self.grant(people, offices, administrator).pk != post.pk

    def test_the_database_keeps_that_too(self, people, offices, administrator):
        post = self.grant(people, offices, administrator)
        post.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            post.save(force_insert=True)

    def test_an_ended_post_is_out_of_scope_from_that_day(self, people, administrator):
        post = end_post(people["officer"].posts.get(), on=DAY, by=administrator, note="调岗")
        assert scope_of(people["officer"], on=DAY).posts == ()
        assert scope_of(people["officer"], on=DAY - timedelta(days=1)).posts != ()
        assert post not in posts_on(DAY)
        with pytest.raises(PostError):
            end_post(post, on=DAY, by=administrator)

    def test_an_unknown_role_and_a_closed_office_are_refused(self, people, offices, administrator):
        with pytest.raises(PostError, match="emperor"):
            grant_post(
                people["officer"],
                "emperor",
                office=offices["safety"],
                area=offices["safety"].area,
                by=administrator,
            )
        closed = close_office(offices["services"], on=DAY, by=administrator)
        with pytest.raises(PostError):
            self.grant(people, offices, administrator, office=closed)

    def test_only_the_administrator_of_the_area_grants(self, people, offices, town, village_administrator):
        assert self.grant(people, offices, village_administrator, area=town.grids[1])
        with pytest.raises(NotAllowedError):
            self.grant(people, offices, village_administrator, area=town.villages[1])

    def test_the_post_switcher_narrows_the_scope(self, people, offices, administrator):
        post = self.grant(people, offices, administrator)
        scope = scope_of(people["officer"], on=DAY, post_id=post.pk)
        assert [held.id for held in scope.posts] == [post.pk]


class TestLineOfSuperiors:
    def test_goes_up_to_the_leader(self, people):
        officer, leader = people["officer"].posts.get(), people["leader"].posts.get()
        assert list(line_above(officer)) == [leader]
        assert list(line_above(officer, itself=True)) == [officer, leader]

    def test_nobody_stands_above_themselves(self, people, administrator):
        officer, leader = people["officer"].posts.get(), people["leader"].posts.get()
        with pytest.raises(PostError):
            place_under(leader, officer, by=administrator)
        assert place_under(officer, None, by=administrator).supervisor is None

    def test_a_circle_in_old_data_ends_the_walk(self, people):
        officer, leader = people["officer"].posts.get(), people["leader"].posts.get()
        Post.objects.filter(pk=leader.pk).update(supervisor=officer)
        assert [post.pk for post in line_above(Post.objects.get(pk=officer.pk))] == [leader.pk, officer.pk]


class TestScope:
    def test_the_widest_overseen_path_counts(self, people, offices, town, administrator, scope_for):
        user = people["viewer"]
        grant_post(user, Role.VIEWER, office=offices["party"], area=town.town, by=administrator)
        assert scope_for(user).overseen_paths() == (town.town.path,)

    def test_a_grid_worker_walks_and_an_officer_oversees_nothing(self, people, town, scope_for):
        assert scope_for(people["grid_worker"]).walked_paths() == (town.grids[0].path,)
        assert scope_for(people["grid_worker"]).overseen_paths() == ()
        assert scope_for(people["officer"]).overseen_paths() == ()


class TestFirstAdministrator:
    def test_can_grant_everything_in_the_town(self, town, scope_for):
        user = create_first_administrator(
            "admin", "管理员", password="Jiangbian-42", area=town.town, office_name="党政综合办公室"
        )
        scope = scope_for(user)
        office = create_office("综合执法队", area=town.town, by=scope)
        assert grant_post(user, Role.LEADER, office=office, area=town.villages[0], by=scope)
        assert user.must_change_password

    def test_there_is_only_one_first(self, town, people):
        with pytest.raises(PeopleError):
            create_first_administrator(
                "x", "某", password="Jiangbian-42", area=town.town, office_name="办公室"
            )

    def test_has_a_good_password(self, town):
        with pytest.raises(WeakPasswordError):
            create_first_administrator("x", "某", password="admin", area=town.town, office_name="办公室")
        assert not User.objects.exists()


class TestListsOfDuties:
    def test_what_two_offices_of_one_area_claim_is_said_for_both(self, town, administrator):
        one = create_office("甲所", area=town.town, duties=["safety.hazard"], by=administrator)
        other = create_office("乙所", area=town.town, duties=["safety", "grid.event"], by=administrator)
        claims = claimed_twice()
        assert [(claim.duty, claim.offices) for claim in claims] == [("safety.hazard", (one, other))]
        assert "甲所、乙所" in claims[0].sentence
        assert claimed_twice(one) == claimed_twice(other) == claims

    def test_villages_claim_the_same_each_for_its_own_ground(self, town, administrator):
        for village in town.villages[:2]:
            create_office(f"{village.name}网格站", area=village, duties=["grid.event"], by=administrator)
        assert claimed_twice() == []

    def test_a_closed_office_claims_nothing(self, town, administrator):
        create_office("甲所", area=town.town, duties=["grid.event"], by=administrator)
        other = create_office("乙所", area=town.town, duties=["grid.event"], by=administrator)
        close_office(other, on=DAY, by=administrator)
        assert claimed_twice() == []
