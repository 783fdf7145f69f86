"""Check everything in a pack that points elsewhere: kinds, fields, steps, roles, conditions, figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zhenshu.ground.packs import blocks, case_kinds, exchange_kinds, measure_kinds, schema
from zhenshu.ground.packs.base import Declared, FieldKind
from zhenshu.ground.packs.case_checks import check_case
from zhenshu.ground.packs.economy_checks import ECONOMY_POINTERS, check_economy
from zhenshu.ground.packs.exchange_checks import check_exchanges
from zhenshu.ground.packs.figure_checks import check_indicator, check_words
from zhenshu.ground.packs.findings import Finding, Place, check_condition, known_fields, severity_of, walk
from zhenshu.ground.packs.measures import MeasureError, Shelf, find_kind
from zhenshu.ground.packs.schema import KINDS, LINES, Pack
from zhenshu.ground.packs.score_checks import check_cards
from zhenshu.ground.packs.terms import facts_of, fields_of

# Which attributes of which declared thing name a kind, and in which blocks that kind may stand.
POINTERS: dict[type[Declared], dict[str, tuple[str, ...]]] = {
    FieldKind: {"of": ("dossiers",)},
    schema.RelationKind: {"to": ("dossiers",)},
    schema.PlanKind: {"subject": ("dossiers",)},
    case_kinds.SubjectRule: {"dossier": ("dossiers",)},
    case_kinds.CaseKind: {"raises": ("cases",)},
    case_kinds.PortalRule: {"items": ("dossiers",)},
    measure_kinds.ScorecardKind: {"dossier": ("dossiers",)},
    measure_kinds.ScaleKind: {"rounds": ("rounds",)},
    blocks.ChecklistKind: {"of": ("dossiers",), "raises": ("cases",)},
    blocks.CheckItem: {"raises": ("cases",)},
    blocks.RoundKind: {"of": ("dossiers",), "raises": ("cases",), "checklist": ("checklists",)},
    blocks.ContractKind: {"of": ("dossiers",), "party": ("dossiers",), "raises": ("cases",)},
    blocks.PayoutKind: {"of": ("dossiers",)},
    blocks.BookingKind: {"of": ("dossiers",)},
    blocks.MeetingKind: {"decides": ("plans",), "raises": ("cases",)},
    blocks.ThresholdKind: {"of": ("dossiers",), "raises": ("cases",)},
    blocks.SurveyKind: {"of": ("dossiers",)},
    blocks.CoverageKind: {"points": ("dossiers",), "of": ("dossiers",)},
    blocks.PointsKind: {"of": ("dossiers",)},
    blocks.DutyKind: {"of": ("dossiers",), "raises": ("cases",)},
    blocks.SupplyKind: {"of": ("dossiers",), "raises": ("cases",)},
    blocks.DrawKind: {"of": ("dossiers",), "checklist": ("checklists",), "raises": ("cases",)},
    blocks.MatchKind: {"need": ("dossiers", "cases"), "offer": ("dossiers",), "raises": ("cases",)},
    blocks.TieKind: {"of": ("dossiers",), "round": ("rounds",)},
    blocks.LadderKind: {"of": ("dossiers",)},
    blocks.Step: {"raises": ("cases",)},
    blocks.BallotKind: {"candidates": ("plans", "cases"), "becomes": ("plans",)},
    blocks.FundKind: {"of": ("dossiers",), "raises": ("cases",)},
    **ECONOMY_POINTERS,
    exchange_kinds.ExchangeKind: {"of": ("cases",)},
}


def find_problems(pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    """Yield everything in *pack* that points to nothing, in the order of the file."""
    yield from _same_keys(pack)
    if pack.line and pack.line not in (*LINES, pack.pack):  # a pack may be a business line of its own
        yield Finding(("line",), "unknown_line", {"line": pack.line, "allowed": list(LINES)})
    for place, thing in walk(pack):
        yield from _pointers(place, thing, pack, shelf)
        yield from _former_keys(place, getattr(thing, "fields", None))
    for kind in pack.cases.values():
        yield from check_case(kind, ("cases", kind.code))
    for dossier in pack.dossiers.values():
        yield from known_fields(("dossiers", dossier.code, "title"), [dossier.title], dossier.fields, dossier)
        yield from known_fields(
            ("dossiers", dossier.code, "identity"), dossier.identity, dossier.fields, dossier
        )
    yield from check_exchanges(pack, shelf)
    yield from _block_conditions(pack, shelf)
    yield from _block_fields(pack, shelf)
    yield from check_economy(pack, shelf)
    for code, indicator in pack.indicators.items():
        yield from check_indicator(indicator, ("indicators", code), pack, shelf)
    yield from check_words(pack, shelf)
    yield from check_cards(pack, shelf)


def _same_keys(pack: Pack) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for block in KINDS:
        for key in getattr(pack, block):
            if key in seen:
                yield Finding((block, key), "same_key", {"key": key, "first": seen[key], "second": block})
            seen[key] = block


def _former_keys(place: Place, fields: object) -> Iterator[Finding]:
    """A former key must be free: what is held under it would otherwise belong to two fields."""
    if not isinstance(fields, dict):
        return
    taken = dict.fromkeys(fields, "")
    for key, field in fields.items():
        for former in getattr(field, "formerly", ()):
            if former in taken:
                facts = {"field": key, "former": former, "other": taken[former] or former}
                yield Finding((*place, "fields", key, "formerly"), "former_key", facts)
            taken[former] = key


def _pointers(place: Place, thing: Declared, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    for attribute, allowed in POINTERS.get(type(thing), {}).items():
        named = getattr(thing, attribute)
        texts = (
            named.values() if isinstance(named, dict) else (named,) if isinstance(named, str) else named or ()
        )
        for text in texts:
            yield from _pointer((*place, attribute), text, allowed, pack, shelf)


def _pointer(
    place: Place, text: str, allowed: tuple[str, ...], pack: Pack, shelf: Shelf
) -> Iterator[Finding]:
    """Yield a finding when *text* names no kind of the *allowed* blocks."""
    block = " / ".join(allowed)
    try:
        found = find_kind(text, pack, shelf)
    except MeasureError as error:
        yield Finding(place, error.problem, {**error.facts, "block": block}, severity_of(error.problem))
        return
    if found.rest or found.block not in allowed:
        kinds = [key for one in allowed for key in getattr(pack, one)]
        yield Finding(place, "unknown_kind", {"code": text, "block": block, "allowed": kinds})


def _block_conditions(pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    for place, text, where in _conditions_over_dossiers(pack):
        try:
            found = find_kind(text, pack, shelf)
        except MeasureError:
            continue  # reported where the kind is named
        yield from check_condition(place, where, found.kind)


def _conditions_over_dossiers(pack: Pack) -> Iterator[tuple[Place, str, Mapping[str, Any]]]:
    """Yield every condition that is asked of a dossier: its place, the kind as named, and the condition."""
    for block, name in (("rounds", "among"), ("payouts", "entitled"), ("draws", "among")):
        for key, kind in getattr(pack, block).items():
            yield (block, key, name), kind.of, getattr(kind, name)
    for key, kind in pack.rounds.items():
        for i, rule in enumerate(kind.every_by):
            yield ("rounds", key, "every_by", i, "when"), kind.of, rule.when
    for place, text, things in _conditioned(pack):
        for thing in things.values():
            yield (*place, thing.code, "when"), text, thing.when


def _conditioned(pack: Pack) -> Iterator[tuple[Place, str, Mapping[str, Any]]]:
    """Yield the mappings whose things each have a ``when`` over the dossiers of their block."""
    for key, payout in pack.payouts.items():
        yield ("payouts", key, "rates"), payout.of, payout.rates
    for key, match in pack.matches.items():
        yield ("matches", key, "clauses"), match.need, match.clauses
    for key, ladder in pack.ladders.items():
        for step in ladder.steps.values():
            yield ("ladders", key, "steps", step.code, "criteria"), ladder.of, step.criteria


# ── fields of dossiers that blocks name ───────────────────────────────────────────────────────────────


def _block_fields(pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    for place, text, names in _named_fields(pack):
        try:
            kind = find_kind(text, pack, shelf).kind
        except MeasureError:
            continue  # reported where the kind is named
        allowed = (*fields_of(kind), *facts_of(kind))
        yield from known_fields(place, [name for name in names if name], allowed, kind)


def _named_fields(pack: Pack) -> Iterator[tuple[Place, str, Iterable[str]]]:
    """Yield each place that names fields of a dossier kind, the kind as named, and the names."""
    for key, match in pack.matches.items():
        yield ("matches", key, "on"), match.need, match.on
        if match.offer:
            yield ("matches", key, "on"), match.offer, match.on.values()
    for key, coverage in pack.coverage.items():
        yield ("coverage", key, "weight"), coverage.of, [coverage.weight]
    for key, draw in pack.draws.items():
        yield ("draws", key, "by"), draw.of, [draw.by]
    for key, threshold in pack.thresholds.items():
        name = f"{threshold.reading}.{threshold.value}"
        yield ("thresholds", key, "value"), threshold.of, [name]
    for key, ladder in pack.ladders.items():
        yield ("ladders", key, "field"), ladder.of, [ladder.field]
    for key, payout in pack.payouts.items():
        for rate in payout.rates.values():
            yield ("payouts", key, "rates", rate.code, "field"), payout.of, [rate.field]
