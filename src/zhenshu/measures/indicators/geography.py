"""Which tallies belong to which area: under the borders the records were filed under, or today's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from django.db.models import Q
from django.utils import timezone

from zhenshu.ground.areas.models import LEVEL_COLUMNS, Area, AreaSuccession, Level
from zhenshu.ground.areas.revision import TreeMemory
from zhenshu.measures.indicators.models import Place
from zhenshu.measures.indicators.sources import LEVELS, Source

Boundaries = Literal["then", "today"]
COLUMNS = tuple(LEVEL_COLUMNS[level] for level in Level)


@dataclass(frozen=True, slots=True)
class Node:
    """An area with the identifiers of its storeys, 0 below its own."""

    id: int
    level: int
    parent: int | None
    storeys: tuple[int, ...]
    valid_from: date
    valid_to: date | None

    def exists_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass
class Tree:
    """All areas, and who followed whom."""

    nodes: Mapping[int, Node]
    followed_by: Mapping[int, Sequence[tuple[int, date]]]
    _today: dict[tuple[int, date], Node | None] = field(default_factory=dict)

    def storeys(self, area_id: int) -> tuple[int, ...]:
        node = self.nodes.get(area_id)
        return node.storeys if node else (0,) * len(COLUMNS)

    def children(self, area_id: int, on: date) -> list[int]:
        """Return the areas right below one that exist on a day."""
        return [n.id for n in self.nodes.values() if n.parent == area_id and n.exists_on(on)]

    def today(self, area_id: int, on: date) -> Node | None:
        """Return the one area that stands for this one on a day; after a split, the area around its parts."""
        key = (area_id, on)
        if key not in self._today:
            self._today[key] = self._find_today(area_id, on)
        return self._today[key]

    def _find_today(self, area_id: int, on: date) -> Node | None:
        heirs = self._heirs(area_id, on)
        if len(heirs) == 1:
            return heirs[0]
        lines = [heir.storeys for heir in heirs] or [self.storeys(area_id)]
        for storey in range(len(COLUMNS) - 1, -1, -1):
            shared = {line[storey] for line in lines}
            around = self.nodes.get(shared.pop()) if len(shared) == 1 else None
            if around is not None and around.exists_on(on):
                return around
        return None

    def _heirs(self, area_id: int, on: date) -> list[Node]:
        found: dict[int, Node] = {}
        pending, seen = [area_id], {area_id}
        while pending:
            node = self.nodes.get(pending.pop())
            if node is not None and node.exists_on(on):
                found[node.id] = node
            elif node is not None:
                heirs = {heir for heir, day in self.followed_by.get(node.id, ()) if day <= on} - seen
                pending += heirs
                seen |= heirs
        return list(found.values())


def _read_tree() -> Tree:
    rows = Area.objects.values_list("id", "level", "parent_id", "valid_from", "valid_to", *COLUMNS)
    nodes = {
        pk: Node(pk, level, parent, tuple(storey or 0 for storey in storeys), since, until)
        for pk, level, parent, since, until, *storeys in rows.order_by("level", "id")
    }
    followed: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for before, after, on in AreaSuccession.objects.values_list("predecessor_id", "successor_id", "on"):
        followed[before].append((after, on))
    return Tree(nodes, followed)


_memory = TreeMemory(_read_tree)


def tree() -> Tree:
    """Return the areas as they stand now."""
    return _memory.current()


# ── tallies of areas ──────────────────────────────────────────────────────────────────────────────────

Share = tuple[int, int, int]  # place, area, +1 or -1


@dataclass(frozen=True)
class Layout:
    """Which places make up which areas: for sums, and for members (who count in their narrowest place).

    *own* are the places of records that name their storeys, *following* those of records that follow the
    tree; a quantity has tallies in one sort only.
    """

    own: Sequence[Share]
    following: Sequence[Share]
    members: Sequence[Share]


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    area: int
    storeys: tuple[int, int, int, int]
    follows: bool


def layout_of(area_ids: Iterable[int], boundaries: Boundaries = "then") -> Layout:
    """Return the places of each area, read in one query."""
    wanted = set(area_ids)
    rows = [
        _Row(pk, area, (district, town, village, grid), follows)
        for pk, area, district, town, village, grid, follows in Place.objects.values_list(
            "pk", "area_id", *LEVELS, "follows"
        )
    ]
    now = tree()
    shares = _shares_today(rows, now) if boundaries == "today" else _shares_then(rows, now)
    sums, members = ([one for one in some if one[1] in wanted] for some in shares)
    follows = {row.id for row in rows if row.follows}
    own = [one for one in sums if one[0] not in follows]
    return Layout(own, [one for one in sums if one[0] in follows], members)


def _shares_then(rows: Sequence[_Row], now: Tree) -> tuple[list[Share], list[Share]]:
    """Everything counts where it was filed."""
    sums: list[Share] = []
    members: list[Share] = []
    for row in rows:
        storeys = now.storeys(row.area) if row.follows else row.storeys
        members += [(row.id, area, 1) for area in storeys if area]
        if row.follows:
            sums += [(row.id, area, 1) for area in storeys if area]
        elif row.storeys[3]:
            sums.append((row.id, row.storeys[3], 1))
        else:
            sums += [(row.id, area, 1) for area in storeys if area]
    return sums, members


def _shares_today(rows: Sequence[_Row], now: Tree) -> tuple[list[Share], list[Share]]:
    """What was filed under areas that have gone counts for those that stand in their place.

    A village's place holds its grids' records too. Where a grid now belongs elsewhere, its records are taken
    from the village's heir and given to the grid's.
    """
    day = timezone.localdate()
    sums: list[Share] = []
    members: list[Share] = []
    for row in rows:
        heirs = _storeys_today(now, row.area, day)
        members += [(row.id, area, 1) for area in heirs if area]
        if row.follows or not row.storeys[3]:
            sums += [(row.id, area, 1) for area in heirs if area]
            continue
        above = _storeys_today(now, row.storeys[2] or row.storeys[1] or row.storeys[0], day)
        sums += [(row.id, area, 1) for area in heirs[3:] if area]
        for mine, theirs in zip(heirs[:3], above[:3], strict=True):
            if mine != theirs:
                sums += [(row.id, area, sign) for area, sign in ((mine, 1), (theirs, -1)) if area]
    return sums, members


def _storeys_today(now: Tree, area_id: int, day: date) -> tuple[int, ...]:
    heir = now.today(area_id, day)
    return heir.storeys if heir else (0,) * len(COLUMNS)


# ── records of areas ──────────────────────────────────────────────────────────────────────────────────


def records_in(source: Source, area_id: int, boundaries: Boundaries = "then") -> Q:
    """Return which records lie in an area, as a condition on the database."""
    if boundaries == "today":
        return _records_in_today(source, area_id)
    column = LEVEL_COLUMNS[tree().nodes[area_id].level]
    if source.levels:
        return Q(**{"area_id" if column == COLUMNS[-1] else column: area_id})
    prefix = source.area.removesuffix("_id")
    return Q(**{f"{prefix}__{column}": area_id})


def _records_in_today(source: Source, area_id: int) -> Q:
    now, day = tree(), timezone.localdate()
    inside = [pk for pk in now.nodes if area_id in _storeys_today(now, pk, day)]
    if not source.levels:
        return Q(**{f"{source.area}__in": inside})
    found = Q(grid_id__in=[pk for pk in inside if now.nodes[pk].level == Level.GRID])
    for deeper, level in (
        (Level.GRID, Level.VILLAGE),
        (Level.VILLAGE, Level.TOWN),
        (Level.TOWN, Level.DISTRICT),
    ):
        here = [pk for pk in inside if now.nodes[pk].level == level]
        found |= Q(**{f"{LEVEL_COLUMNS[level]}__in": here, f"{LEVEL_COLUMNS[deeper]}__isnull": True})
    return found
