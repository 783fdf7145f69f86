"""An outside company sees what it was given, answers it, and is rated; it sees nothing else of the house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from tests.doors.desk.matters import Matters

from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.accounts import create_user
from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.ground.people.ledger_access import visible_entries
from zhenshu.registers.blocks.visibility import visible_records
from zhenshu.registers.cases.errors import CaseNotFoundError, StepError, StepNotAllowedError
from zhenshu.registers.cases.loop import Given, lawful_steps, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import may_see, visible_cases
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.visibility import visible_dossiers
from zhenshu.registers.plans.visibility import visible_items
from zhenshu.registers.portal.companies import rate_companies

pytestmark = pytest.mark.django_db

# Pages of the desk that an outside company is let in to, by name; all others turn its people away.
OPEN_PAGES = {
    "home", "home_map", "cases", "export_cases", "slips", "case", "like", "slip", "whole_file", "case_file",
    "step", "undo", "save_view", "drop_view", "notices", "read_notices", "open_notice", "password",
    "use_post", "ratings", "log_in", "log_out", "patrol_worker",
}  # fmt: skip


@pytest.fixture
def client(company, people, client_for):
    return client_for(people["provider"])


def give(matters: Matters, company, title: str = "自来水发黄", **more) -> Case:
    case = matters.report(title, **more)
    given = Given(office=company.pk)
    return matters.step(case, "dispatch", "dispatcher", given, at=more.get("at"))


def test_it_sees_the_shares_of_its_office_and_nothing_else(company, matters):
    own, foreign = give(matters, company), matters.dispatched("占道经营")
    waiting = matters.report("待派发")
    scope = matters.scope("provider")
    assert list(visible_cases(scope)) == [own]
    for case in (foreign, waiting):
        assert not may_see(Case.objects.prefetch_related("assignments").get(pk=case.pk), scope)
        with pytest.raises(CaseNotFoundError):
            take_step(case.pk, "comment", by=scope, given=Given(opinion="x"))


def test_a_share_that_was_taken_back_is_seen_no_more(company, matters):
    case = give(matters, company)
    matters.step(case, "take_back", "dispatcher", Given(opinion="派错"))
    assert not visible_cases(matters.scope("provider")).exists()


def test_no_register_opens_to_it(company, matters, town):
    kind = library().dossier_kind("hotline.estate")
    create_dossier(
        kind,
        {"name": "安居小区"},
        area=town.town,
        opened_on=timezone.localdate(),
        by=matters.scope("dispatcher"),
    )
    scope = matters.scope("provider")
    for seen in (visible_dossiers(scope), visible_records(scope), visible_items(scope)):
        assert not seen.exists()


def test_it_administers_nobody_and_reads_no_ledger(company, matters):
    with pytest.raises(NotAllowedError):
        create_user("x", "某", by=matters.scope("provider"), password="Chengjiang-2024")
    with pytest.raises(NotAllowedError):
        visible_entries(matters.scope("provider"))


def test_it_signs_answers_and_is_told_the_rest_is_not_its_own(company, matters):
    case = give(matters, company)
    scope = matters.scope("provider")
    case = take_step(case.pk, "accept", by=scope)
    assert case.handler_id == scope.user_id
    steps = (
        "verify",
        "close",
        "add_assist",
        "hand_over",
        "pause",
        "park",
        "correct",
        "merge",
        "supervise",
        "take_back",
    )
    for action in steps:
        with pytest.raises((StepNotAllowedError, StepError)):
            take_step(
                case.pk, action, by=scope, given=Given(opinion="x", office=company.pk, reason="weather")
            )
    case = take_step(case.pk, "answer", by=scope, given=Given(opinion="管道已冲洗"))
    assert (case.stage, case.answer) == ("answered", "管道已冲洗")


ALLOWED = {
    "accept",
    "contact",
    "answer",
    "reply_assist",
    "object",
    "ask_extension",
    "reply_supervision",
    "comment",
}


@pytest.mark.parametrize("stage", ["dispatched", "handling", "answered", "verified"])
def test_the_steps_offered_are_those_of_a_share(company, matters, stage):
    case = give(matters, company)
    steps = (
        ("handling", "accept", "provider", Given()),
        ("answered", "answer", "provider", Given(opinion="好了")),
        ("verified", "verify", "dispatcher", Given(opinion="属实")),
    )
    for name, action, who, given in steps if stage != "dispatched" else ():
        case = matters.step(case, action, who, given)
        if name == stage:
            break
    case = Case.objects.prefetch_related("assignments").get(pk=case.pk)
    offered = {step.action for step in lawful_steps(case, by=matters.scope("provider"))}
    assert offered <= ALLOWED
    assert ("accept" in offered) == (stage == "dispatched")


def desk_pages(patterns=None, namespace: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and an address of every page of the desk."""
    for one in patterns or get_resolver().url_patterns:
        if isinstance(one, URLResolver):
            yield from desk_pages(one.url_patterns, one.namespace or namespace)
        elif isinstance(one, URLPattern) and namespace == "desk" and one.name:
            yield one.name, one


def test_every_other_page_of_the_desk_turns_it_away(company, client):
    """The table of pages is the whole desk: a page that somebody adds is closed until it is named here."""
    from django.urls import reverse

    wrong = {}
    for name, pattern in desk_pages():
        fillers = {
            key: 1 if "Int" in type(one).__name__ else "x" for key, one in pattern.pattern.converters.items()
        }
        address = reverse(f"desk:{name}", kwargs=fillers)
        status = client.get(address).status_code
        if name not in OPEN_PAGES and status not in (403, 405):
            wrong[name] = status
    assert wrong == {}


def test_its_own_pages_are_there(company, client, matters):
    case = give(matters, company)
    for address in ("/", "/cases/", f"/cases/{case.number}/", "/notices/", "/companies/", "/password/"):
        assert client.get(address).status_code == 200, address
    shown = client.get("/").content.decode()
    assert "/dossiers/" not in shown
    assert "zs-search" not in shown


def test_the_api_tells_it_no_more(company, client, matters):
    own, foreign = give(matters, company), matters.dispatched("占道经营")
    listed = client.get("/api/v1/cases").json()
    assert own.number in str(listed)
    assert foreign.number not in str(listed)
    assert client.get(f"/api/v1/cases/{foreign.number}").status_code == 404


def test_the_rating_counts_what_an_oracle_counts(company, matters):
    now = timezone.now()
    done = give(matters, company)
    for action, who, given in (
        ("accept", "provider", Given()), ("answer", "provider", Given(opinion="好了")),
        ("verify", "dispatcher", Given(opinion="属实")),
        ("call_back", "secretary", Given(solved="yes", satisfied="mostly")), ("close", "dispatcher", Given()),
    ):  # fmt: skip
        matters.step(done, action, who, given)
    give(matters, company, "水压低", at=now - timedelta(days=20))
    give(matters, company, "去年的", at=now - timedelta(days=400))
    matters.dispatched("别家的")
    ratings = rate_companies(
        matters.scope("dispatcher"), since=now - timedelta(days=90), until=now + timedelta(days=1)
    )
    assert [one.office for one in ratings] == [company]
    rating = ratings[0]
    assert (rating.received, rating.answered, rating.open, rating.late) == (2, 1, 1, 1)
    assert (rating.solved.part, rating.solved.whole) == (1, 1)
    assert (rating.satisfied.percent, rating.in_time.percent) == ("100.0", "100.0")


def test_each_company_sees_its_own_rating_only(company, matters, town, people):
    from zhenshu.ground.people.models import Office, Post, Role, User

    other = Office.objects.create(key="provider_gas", name="澄江燃气公司", area=town.town)
    user = User.objects.create(username="gas", name="燃气")
    Post.objects.create(user=user, role=Role.PROVIDER, office=other, area=town.town)
    span = {"since": timezone.now() - timedelta(days=90), "until": timezone.now()}
    assert [one.office for one in rate_companies(matters.scope("provider"), **span)] == [company]
    assert len(rate_companies(matters.scope("leader"), **span)) == 2
    assert rate_companies(matters.scope("officer"), **span) == []
