"""Common problems (共性问题, 每月一题): like matters of a month, proposed as one; a person groups them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import visible_cases

AT_LEAST = 3  # so many like matters are proposed
ALIKE = 0.4  # share of character pairs in common; "路灯不亮" and "路灯又不亮了" have one half
LOOKED_AT = 20_000  # the newest of the stretch; a township has some four thousand a month
WORDS = 5

Pairs = frozenset[str]


@dataclass(frozen=True, slots=True)
class Common:
    """A proposal: like matters of one kind and place, the oldest first, with the words they share."""

    kind: str
    village_id: int | None
    category: str
    cases: tuple[int, ...]
    titles: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(slots=True)
class _Heap:
    """Matters that are like the first of them."""

    pairs: Pairs
    members: list[tuple[int, str]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)


def propose_common_problems(
    scope: Scope, *, since: datetime, until: datetime, at_least: int = AT_LEAST
) -> list[Common]:
    """Return the like matters among those that *scope* sees, the largest group first.

    Matters already in a group, and parents of groups, are left out.
    """
    seen = visible_cases(scope).filter(
        opened_at__gte=since, opened_at__lt=until, parent=None, merged_into=None, children=None
    )
    columns = ("kind", "village_id", "category", "pk", "title", "description")
    places: dict[tuple[str, int | None, str], list[tuple[int, str, str]]] = defaultdict(list)
    for kind, village, category, pk, title, text in seen.order_by("-opened_at").values_list(*columns)[
        :LOOKED_AT
    ]:
        places[kind, village, category.partition("/")[0]].append((pk, title, text))
    found = [
        _common(place, heap)
        for place, rows in places.items()
        if len(rows) >= at_least
        for heap in _heaps(reversed(rows))
        if len(heap.members) >= at_least
    ]
    return sorted(found, key=lambda common: (-len(common.cases), common.cases))


def _heaps(rows: Iterable[tuple[int, str, str]]) -> list[_Heap]:
    """Put each matter to the first heap it is like, or begin a new one."""
    heaps: list[_Heap] = []
    for pk, title, text in rows:
        pairs = pairs_of(f"{title} {text[:100]}")
        heap = next((heap for heap in heaps if alike(pairs, heap.pairs) >= ALIKE), None)
        if heap is None:
            heap = _Heap(pairs)
            heaps.append(heap)
        heap.members.append((pk, title))
        heap.seen.update(pairs)
    return heaps


def pairs_of(text: str) -> Pairs:
    """Return the pairs of neighbouring characters, without digits, spaces and marks."""
    return frozenset(_pairs(text))


def _pairs(text: str) -> Iterator[str]:
    for left, right in zip(text, text[1:], strict=False):
        if left.isalpha() and right.isalpha():
            yield left + right


def alike(one: Pairs, other: Pairs) -> float:
    """Return the share of pairs in common, by the shorter of both."""
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0


def _common(place: tuple[str, int | None, str], heap: _Heap) -> Common:
    kind, village_id, category = place
    words = [pair for pair, number in heap.seen.most_common(WORDS) if number > 1]
    ids, titles = zip(*heap.members, strict=True)
    return Common(kind, village_id, category, ids, titles, tuple(words))


def parent_for(common: Common) -> Case:
    """Return the matter under which the others would go: the oldest."""
    return Case.objects.get(pk=common.cases[0])
