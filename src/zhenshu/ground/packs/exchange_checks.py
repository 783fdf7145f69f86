"""Check the exchanges of a pack: the shape they take in, the stages and columns they report."""

from __future__ import annotations

from collections.abc import Iterator

from zhenshu.ground.packs.exchange_kinds import REPORTABLE, ExchangeKind
from zhenshu.ground.packs.findings import Finding, Place
from zhenshu.ground.packs.measures import MeasureError, Shelf, find_kind
from zhenshu.ground.packs.schema import CaseKind, Pack


def check_exchanges(pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    """Yield what the exchanges of *pack* name that is not there."""
    for key, exchange in pack.exchanges.items():
        try:
            kind = find_kind(exchange.of, pack, shelf).kind
        except MeasureError:
            continue  # reported where the kind is named
        if isinstance(kind, CaseKind):
            yield from _check(exchange, kind, ("exchanges", key))


def _check(exchange: ExchangeKind, kind: CaseKind, place: Place) -> Iterator[Finding]:
    shape = kind.imports.get(exchange.takes)
    if shape is None:
        facts = {"shape": exchange.takes, "kind": kind.full_code, "allowed": list(kind.imports)}
        yield Finding((*place, "takes"), "unknown_import", facts)
    elif "number" not in shape.columns:
        yield Finding((*place, "takes"), "exchange_number", {"columns": exchange.takes})
    if "number" not in exchange.columns.values():
        yield Finding((*place, "columns"), "exchange_number", {"columns": "columns"})
    for stage in exchange.reports:
        if stage not in kind.stages:
            facts = {"stage": str(stage), "allowed": [str(one) for one in kind.stages]}
            yield Finding((*place, "reports", str(stage)), "exchange_stage", facts)
    yield from _check_columns(exchange, kind, place)


def _check_columns(exchange: ExchangeKind, kind: CaseKind, place: Place) -> Iterator[Finding]:
    allowed = [*REPORTABLE, *(f"fields.{key}" for key in kind.fields)]
    for heading, told in exchange.columns.items():
        if told not in allowed:
            yield Finding((*place, "columns", heading), "unknown_report", {"name": told, "allowed": allowed})
    told_columns = list(exchange.columns.values())
    for told in exchange.values:
        if told not in told_columns:
            facts = {"name": told, "allowed": told_columns}
            yield Finding((*place, "values", told), "unknown_report", facts)
