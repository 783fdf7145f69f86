"""The commands about figures print what is promised and end with the right status."""

from __future__ import annotations

import io
import json

import pytest
from tests.measures.indicators.conftest import Records

from zhenshu.measures.command import indicator, tallies_check, tallies_rebuild
from zhenshu.measures.indicators.models import Tally
from zhenshu.measures.indicators.tallies import build_missing


@pytest.fixture
def ask(records: Records) -> object:
    records.matter("2023-05-16", channel="web")
    records.matter("2023-05-17", channel="phone")

    def run(code: str, **more: object) -> tuple[int, str]:
        out = io.StringIO()
        words = {"area": records.town.town.code, "period": "2023", **more}
        return indicator(code, out=out, **words), out.getvalue()

    return run


def test_one_value_as_json(ask) -> None:
    status, text = ask("counts.matters.web_share", jsonl=True)
    told = json.loads(text)
    assert status == 0
    assert (told["value"], told["numerator"], told["denominator"], told["n"]) == (50, 1, 2, 2)
    assert (told["code"], told["period"], told["unit"]) == ("counts.matters.web_share", "2023", "%")


def test_explained_each_record_is_a_line(ask) -> None:
    _, text = ask("counts.matters", jsonl=True, explained=True)
    kinds = [json.loads(line)["type"] for line in text.splitlines()]
    assert kinds == ["value", "record", "record"]


def test_in_words(ask) -> None:
    _, text = ask("counts.matters", explained=True)
    assert "事项数" in text
    assert "2023年" in text
    assert "2件" in text
    assert text.count("路灯不亮") == 2


@pytest.mark.parametrize(
    ("code", "more", "said"),
    [
        ("counts.mattters", {}, "counts.matters"),
        ("counts.matters", {"period": "2023-13"}, "2023-13"),
        ("counts.matters", {"area": "000000"}, "000000"),
    ],
)
def test_what_cannot_be_answered_ends_with_two(ask, capsys, code, more, said) -> None:
    status, text = ask(code, **more)
    assert (status, text) == (2, "")
    assert said in capsys.readouterr().err


def test_the_township_is_the_default_area(ask, records: Records) -> None:
    assert ask("counts.matters", area="", jsonl=True)[1].count(str(records.town.town.code)) == 1


def test_checking_names_deviations_and_rebuilding_mends_them(ask, records: Records) -> None:
    build_missing()
    assert tallies_check(out=io.StringIO()) == 0
    Tally.objects.filter(part__kind="counts.matter").update(n=9)
    out = io.StringIO()
    assert tallies_check(jsonl=True, out=out) == 1
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert told
    assert {one["month"] for one in told} == {"2023-05"}
    assert tallies_rebuild(out=io.StringIO()) == 0
    assert tallies_check(out=io.StringIO()) == 0
