"""The rows behind quantities and places: each process remembers their ids once they are committed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from zhenshu.measures.indicators.definitions import Catalogue, Quantity, catalogue, definition_of
from zhenshu.measures.indicators.models import Part, Place

# district, town, village, grid; the area itself first; last whether it follows the tree.
PlaceKey = tuple[int, int, int, int, int, bool]


@dataclass
class _Memory:
    """What this process knows of committed rows."""

    catalogue: Catalogue | None = None
    parts: dict[str, int] = field(default_factory=dict)
    places: dict[PlaceKey, int] = field(default_factory=dict)


_memory = _Memory()


def forget() -> None:
    """Let the next call read the rows again."""
    _memory.catalogue = None
    _memory.parts, _memory.places = {}, {}


def part_ids() -> Mapping[str, int]:
    """Return the id of every quantity of the packs in force; new ones get their row.

    When the packs have changed, parts that no indicator asks for any more are marked as not counted: while
    they rest they are not kept up, and would be wrong if they came back.
    """
    now = catalogue()
    if _memory.catalogue is now:
        return _memory.parts
    known = dict(Part.objects.values_list("digest", "pk"))
    missing = [one for digest, one in now.quantities.items() if digest not in known]
    if missing:
        # Two processes may meet a new pack at the same moment; both end with the same rows.
        Part.objects.bulk_create([_part(one) for one in missing], ignore_conflicts=True)
        known = dict(Part.objects.values_list("digest", "pk"))
    resting = [pk for digest, pk in known.items() if digest not in now.quantities]
    if resting:
        Part.objects.filter(pk__in=resting, built_at__isnull=False).update(built_at=None)
    ids = {digest: known[digest] for digest in now.quantities}

    def remember() -> None:
        _memory.catalogue, _memory.parts = now, ids

    transaction.on_commit(remember)
    return ids


def _part(quantity: Quantity) -> Part:
    definition = definition_of(quantity.counted, quantity.posting)
    return Part(digest=quantity.digest, kind=quantity.counted.full_code, definition=definition)


def place_ids(keys: Iterable[PlaceKey]) -> dict[PlaceKey, int]:
    """Return the id of each place; new ones get their row."""
    wanted = set(keys)
    found = {key: _memory.places[key] for key in wanted if key in _memory.places}
    new = {key: _store_place(key) for key in sorted(wanted - found.keys())}
    if new:
        transaction.on_commit(lambda: _memory.places.update(new))
    return found | new


def _store_place(key: PlaceKey) -> int:
    area, district, town, village, grid, follows = key
    columns: dict[str, Any] = {
        "area_id": area,
        "district_id": district,
        "town_id": town,
        "village_id": village,
        "grid_id": grid,
        "follows": follows,
    }
    return Place.objects.get_or_create(**columns)[0].pk


def case_places(levels: tuple[int | None, ...]) -> tuple[PlaceKey, ...]:
    """Return where a record with its own storeys counts: at its village or above, and in its grid."""
    district, town, village, grid = (level or 0 for level in levels)
    above = (village or town or district, district, town, village, 0, False)
    return (above, (grid, district, town, village, grid, False)) if grid else (above,)


def following_place(area_id: int) -> PlaceKey:
    """Return where a record counts that only names its area."""
    return (area_id, 0, 0, 0, 0, True)
