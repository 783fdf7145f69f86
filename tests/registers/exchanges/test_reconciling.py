"""Three lists held against each other: every number in exactly one standing, every difference settled."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.models import Case
from zhenshu.registers.exchanges.errors import (
    ExchangeInvalidError,
    ExchangeNotAllowedError,
    ExchangeStateError,
)
from zhenshu.registers.exchanges.kinds import find_exchange
from zhenshu.registers.exchanges.models import Item, Standing, State
from zhenshu.registers.exchanges.reconciling import (
    EVEN,
    Side,
    Span,
    answer_line_again,
    explain_line,
    read_list,
    read_theirs,
    reconcile,
    standing_of,
    take_line_in,
)

MAY = Span(date(2023, 5, 1), date(2023, 5, 31))


@pytest.fixture
def both(exchange):
    exchange.set_up("out", "api")
    return exchange


def compare(exchange, *rows, span=MAY, by="dispatcher"):
    listed = [{"工单编号": number, "状态": state} for number, state in rows]
    return reconcile(
        exchange.code, listed, span, area=exchange.town.town, by=exchange.scopes[by], at=exchange.now
    )


def standings(balance):
    return {line.number: line.standing for line in balance.lines.all()}


def line_of(balance, number):
    return balance.lines.select_related("reconciliation__area", "item__channel__area", "case").get(
        number=number
    )


# ── the oracle ────────────────────────────────────────────────────────────────────────────────────────

SIDES = st.builds(
    Side,
    listed=st.booleans(),
    taken=st.booleans(),
    refused_here=st.booleans(),
    answer=st.none() | st.sampled_from([str(state) for state in State]),
    concluded=st.booleans(),
    there=st.booleans(),
)


def claims(side: Side) -> list[Standing]:
    """Say each standing by itself, as a person would read the three lists; exactly one must be true."""
    here = side.taken and side.listed
    silent = here and side.answer is None and not side.there
    said = here and side.answer is not None and not side.there
    true = {
        Standing.NOT_TAKEN: not side.taken and not side.refused_here,
        Standing.REFUSED_HERE: not side.taken and side.refused_here,
        Standing.UNKNOWN_THERE: side.taken and not side.listed,
        Standing.AGREED: here and side.answer is not None and (side.there or side.answer == "acknowledged"),
        Standing.ANSWERED_THERE: here and side.answer is None and side.there,
        Standing.UNANSWERED: silent and side.concluded,
        Standing.OPEN: silent and not side.concluded,
        Standing.NOT_SENT: said and side.answer in ("waiting", "failed"),
        Standing.UNCONFIRMED: said and side.answer == "sent",
        Standing.REFUSED_THERE: said and side.answer == "refused",
    }
    return [standing for standing, holds in true.items() if holds]


@given(SIDES)
def test_every_number_has_exactly_the_standing_that_is_true(side):
    assert [standing_of(side)] == claims(side)


@pytest.mark.django_db
@given(
    st.lists(
        st.tuples(st.sampled_from(["S1", "S2", "S3", "", "2549.0"]), st.sampled_from(["已办结", "办理中"]))
    )
)
def test_a_list_is_read_once_per_number(rows):
    exchange = find_exchange("above.city")
    raw = [{"工单编号": number, "状态": state} for number, state in rows]
    numbers = [number.removesuffix(".0") for number, _state in rows if number]
    if not numbers:
        with pytest.raises(ExchangeInvalidError):
            read_theirs(exchange, raw)
        return
    found, repeated = read_theirs(exchange, raw)
    assert found.keys() == set(numbers)
    assert repeated == len(numbers) - len(found)
    answered = {number.removesuffix(".0") for number, state in rows if number and state == "已办结"}
    assert {number for number, one in found.items() if one.answered} == answered


# ── lists as they meet ────────────────────────────────────────────────────────────────────────────────

pytestmark = pytest.mark.django_db


@pytest.fixture
def month(both):
    """Tickets that stand differently: taken, confirmed, silent, refused, given up, ours only, broken."""
    both.ticket("OPEN")
    for number in ("DONE", "SILENT", "BACK", "LOST"):
        both.live(both.ticket(number))
    Item.objects.filter(number="DONE").update(state="acknowledged", sent_at=both.now)
    Item.objects.filter(number="SILENT").update(state="sent", sent_at=both.now)
    Item.objects.filter(number="BACK", stage="verified").update(state="refused", sent_at=both.now)
    Item.objects.filter(number="LOST", stage="verified").update(state="failed", tries=3)
    both.ticket("OURS")
    both.send(both.row("BROKEN", 等级="怪"))
    return both


LISTED = [
    ("OPEN", "办理中"), ("DONE", "已办结"), ("SILENT", "办理中"), ("BACK", "办理中"), ("LOST", "办理中"),
    ("BROKEN", "办理中"), ("NEW", "办理中"),
]  # fmt: skip


def test_each_ticket_stands_where_it_should(month):
    balance = compare(month, *LISTED, ("NEW", "办理中"))
    assert standings(balance) == {
        "OPEN": "open", "DONE": "agreed", "SILENT": "unconfirmed", "BACK": "refused_there",
        "LOST": "not_sent", "OURS": "unknown_there", "BROKEN": "refused_here", "NEW": "not_taken",
    }  # fmt: skip
    assert balance.repeated == 1
    assert sum(balance.counts.values()) == balance.lines.count() == 8
    assert Entry.objects.filter(action="exchange.reconciled").count() == 1


def test_their_list_confirms_what_we_had_given_up(month):
    balance = compare(month, ("LOST", "已办结"))
    assert standings(balance)["LOST"] == "agreed"
    item = Item.objects.get(number="LOST", stage="verified")
    assert (item.state, bool(item.note)) == ("acknowledged", True)


def test_a_second_answer_that_never_left_is_not_confirmed_by_the_first(month):
    Item.objects.filter(number="LOST", stage="verified").update(state="waiting", tries=0)
    assert standings(compare(month, ("LOST", "已办结")))["LOST"] == "not_sent"


def test_tickets_outside_the_span_are_not_asked_for(month):
    balance = compare(month, ("NEW", "办理中"), span=Span(date(2023, 6, 1), date(2023, 6, 30)))
    assert standings(balance) == {"NEW": "not_taken"}


def test_a_missing_ticket_is_taken_in_from_their_list(month):
    listed = [month.row("NEW", 状态="办理中")]
    keeper = month.scopes["dispatcher"]
    balance = reconcile(month.code, listed, MAY, area=month.town.town, by=keeper, at=month.now)
    line = take_line_in(line_of(balance, "NEW"), by=keeper, at=month.now)
    assert (line.settled, line.case.source_number) == ("taken_in", "NEW")
    with pytest.raises(ExchangeStateError):
        take_line_in(line, by=keeper, at=month.now)
    assert Case.objects.filter(source_number="NEW").count() == 1


@pytest.mark.parametrize("number", ["SILENT", "BACK", "LOST"])
def test_an_answer_goes_again(month, number):
    balance = compare(month, *LISTED)
    line = answer_line_again(line_of(balance, number), by=month.scopes["dispatcher"], at=month.now)
    assert (line.settled, line.item.__class__.objects.get(pk=line.item_id).state) == (
        "answered_again",
        "waiting",
    )


def test_an_answer_that_never_went_is_reported_first(both):
    both.live(both.ticket("EARLY"))
    Item.objects.filter(number="EARLY", channel__direction="out").delete()
    balance = compare(both, ("EARLY", "办理中"))
    assert standings(balance)["EARLY"] == "unanswered"
    answer_line_again(line_of(balance, "EARLY"), by=both.scopes["dispatcher"], at=both.now)
    assert [item.stage for item in both.items()] == ["verified"]


def test_a_reason_holds_until_the_standing_changes(month):
    keeper = month.scopes["dispatcher"]
    first = compare(month, *LISTED)
    with pytest.raises(ExchangeInvalidError):
        explain_line(line_of(first, "OURS"), " ", by=keeper)
    explain_line(line_of(first, "OURS"), "对方已删除", by=keeper)
    again = line_of(compare(month, *LISTED), "OURS")
    assert (again.settled, again.reason) == ("explained", "对方已删除")
    other = line_of(compare(month, *LISTED, ("OURS", "办理中")), "OURS")
    assert (other.standing, other.settled) == ("open", "")


def test_what_agrees_needs_no_reason_and_strangers_give_none(month):
    balance = compare(month, *LISTED)
    assert set(EVEN) == {Standing.AGREED, Standing.OPEN}
    with pytest.raises(ExchangeStateError):
        explain_line(line_of(balance, "DONE"), "不必", by=month.scopes["dispatcher"])
    with pytest.raises(ExchangeNotAllowedError):
        explain_line(line_of(balance, "OURS"), "我说的", by=month.scopes["officer"])
    with pytest.raises(ExchangeNotAllowedError):
        compare(month, *LISTED, by="leader")


def test_another_list_is_refused_with_the_headings_it_needs(both):
    with pytest.raises(ExchangeInvalidError, match="工单编号"):
        reconcile(both.code, [{"姓名": "某人"}], MAY, area=both.town.town, by=both.scopes["dispatcher"])
    with pytest.raises(ExchangeInvalidError):
        compare(both, ("S1", ""), span=Span(date(2023, 6, 1), date(2023, 5, 1)))


def test_a_list_comes_as_a_file(both):
    rows = read_list(find_exchange(both.code), "清单\n工单编号,状态\nS1,已办结\n".encode())
    assert [dict(row) for row in rows] == [{"工单编号": "S1", "状态": "已办结"}]
