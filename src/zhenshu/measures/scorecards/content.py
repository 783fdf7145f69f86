"""The frozen scores of an edition as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from zhenshu.ground.ledger.record import plain
from zhenshu.ground.packs.schema import ScorecardKind
from zhenshu.measures.scorecards.models import AppealState, Scorecard
from zhenshu.measures.scorecards.standing import Item, Result, Rules, Score, Unit, correct, stand

NUMBERS = frozenset({"points", "value", "numerator", "denominator", "target", "was", "full"})


def freeze(result: Result, card: ScorecardKind) -> dict[str, Any]:
    """Return everything that is published: card, items, and each unit with its scores and place."""
    return {
        "name": card.name,
        "of": card.of,
        "by": card.by,
        "basis": card.basis,
        "appeal_days": card.appeal_days,
        "flags": result.rules.flags,
        "least": plain(result.rules.least),
        "as_of": plain(result.as_of),
        "items": [plain(asdict(item)) for item in result.items],
        "units": [
            {
                **plain(asdict(one.unit)),
                "total": plain(one.total),
                "score": plain(one.score),
                "place": one.place,
                "scores": {code: _kept(score) for code, score in one.scores.items()},
            }
            for one in result.units
        ],
    }


def _kept(score: Score) -> dict[str, Any]:
    said = plain(asdict(score))
    return {name: value for name, value in said.items() if value not in (None, "", False, 0)}


def result_of(content: Mapping[str, Any]) -> Result:
    """Return the scores as they were frozen; totals follow from the points by the one rule."""
    items = [Item(**_numbers(one)) for one in content["items"]]
    scores = [
        (
            Unit(one["id"], one["name"], one["area_id"]),
            {code: _score(code, said) for code, said in one["scores"].items()},
        )
        for one in content["units"]
    ]
    rules = Rules(content["flags"], Decimal(content["least"]))
    return stand(items, scores, as_of=datetime.fromisoformat(content["as_of"]), rules=rules)


def _score(code: str, said: Mapping[str, Any]) -> Score:
    known = {one.name for one in fields(Score)}
    return Score(**{"points": None, **_numbers({k: v for k, v in said.items() if k in known}), "item": code})


def _numbers(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(str(value)) if name in NUMBERS and value is not None else value
        for name, value in said.items()
    }


def standing_of(scorecard: Scorecard) -> Result:
    """Return the scores of a published edition as they stand: as frozen, with upheld objections beside."""
    upheld = scorecard.appeals.filter(state=AppealState.UPHELD)
    corrections = {
        (one.unit_id, one.item): (one.points, f"{one.answer}（{one.answered_by}）")
        for one in upheld
        if one.points is not None
    }
    return correct(result_of(scorecard.content), corrections)
