"""The exchanges that packs declare, found by code or by the source their tickets carry."""

from __future__ import annotations

from functools import lru_cache

from zhenshu.ground.packs.registry import Library, library
from zhenshu.ground.packs.schema import CaseKind, ExchangeKind, ImportShape
from zhenshu.registers.exchanges.errors import ExchangeNotFoundError


def find_exchange(code: str) -> ExchangeKind:
    """Return the exchange ``pack.code`` in force; raise ExchangeNotFoundError when no pack declares it."""
    found = library().exchanges.get(code)
    if found is None or found.kind_code not in library().case_kinds:
        raise ExchangeNotFoundError(code)
    return found


def case_kind_of_exchange(exchange: ExchangeKind) -> CaseKind:
    """Return the kind its tickets become."""
    return library().case_kind(exchange.kind_code)


def shape_of(exchange: ExchangeKind) -> ImportShape:
    """Return the columns its tickets come in."""
    return case_kind_of_exchange(exchange).imports[exchange.takes]


def exchanges_of(kind: str, source: str) -> tuple[ExchangeKind, ...]:
    """Return the exchanges that want to hear of matters of *kind* that came from *source*."""
    return _by_source(library()).get((kind, source), ())


class _Same:
    """A library as a key: the same object is the same library."""

    __slots__ = ("library",)

    def __init__(self, held: Library) -> None:
        self.library = held

    def __hash__(self) -> int:
        return id(self.library)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.library is self.library


def _by_source(held: Library) -> dict[tuple[str, str], tuple[ExchangeKind, ...]]:
    return _grouped(_Same(held))


@lru_cache(maxsize=2)
def _grouped(held: _Same) -> dict[tuple[str, str], tuple[ExchangeKind, ...]]:
    found: dict[tuple[str, str], tuple[ExchangeKind, ...]] = {}
    for exchange in held.library.exchanges.values():
        key = (exchange.kind_code, exchange.source)
        found[key] = (*found.get(key, ()), exchange)
    return found
