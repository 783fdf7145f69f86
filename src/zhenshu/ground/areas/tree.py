"""Change the area tree: create, rename, correct, move, close, merge, split, recode; and ask it.

Every act checks, changes and writes its ledger entry in one transaction. It first renews the tree's
revision, so that two acts never run through each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from zhenshu.ground.areas import rules
from zhenshu.ground.areas.errors import PlacementError, SuccessionError
from zhenshu.ground.areas.geometry import check_boundary, read_boundary, write_boundary
from zhenshu.ground.areas.models import (
    LEVEL_COLUMNS,
    Area,
    AreaSuccession,
    SuccessionKind,
)
from zhenshu.ground.areas.names import pinyin_initials, short_name_of
from zhenshu.ground.areas.revision import renew_revision
from zhenshu.ground.ledger.record import Actor, Change, record_many, subject_kind_of

State = dict[str, Any]

KEPT_IN_LEDGER = (
    "name", "short_name", "level", "parent_id", "path", "code", "valid_from", "valid_to",
    "households", "population", "boundary",
)  # fmt: skip
CORRECTABLE = ("short_name", "code", "boundary", "households", "population")


@dataclass(frozen=True, slots=True)
class AreaSeed:
    """An area still to be planted; *key* is how other seeds of the same planting call it."""

    key: str
    parent_key: str | None
    name: str
    level: int
    valid_from: date
    valid_to: date | None = None
    code: str | None = None
    short_name: str = ""
    boundary: Mapping[str, Any] | None = None
    households: int | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One of the areas that a split leaves, with the children it takes along."""

    name: str
    code: str | None = None
    child_ids: Collection[int] = field(default_factory=tuple)
    boundary: Mapping[str, Any] | None = None
    households: int | None = None
    population: int | None = None


# --- questions ----------------------------------------------------------------------------------------


def subtree_ids(area: Area) -> list[int]:
    """Return the identifiers of the area and of everything below it, closed ones included."""
    return list(Area.objects.under(area).order_by("id").values_list("id", flat=True))


def areas_on(day: date) -> QuerySet[Area]:
    """Return the areas that exist on a day."""
    return Area.objects.on(day)


def current_areas_of(area: Area, on: date) -> list[Area]:
    """Return what the area has become by a day: itself, its successors, or nothing."""
    found: dict[int, Area] = {}
    pending = [area]
    seen = {area.pk}
    while pending:
        here = pending.pop()
        if rules.exists_on(here, on):
            found[here.pk] = here
            continue
        following = here.successions.filter(on__lte=on).select_related("successor")
        pending += [step.successor for step in following if step.successor_id not in seen]
        seen |= {area.pk for area in pending}
    return sorted(found.values(), key=lambda area: area.pk)


def current_area_of(area: Area, on: date) -> Area | None:
    """Return the one area that stands for this one on a day.

    After a split that is the narrowest area around all parts; without a successor, the nearest
    ancestor still in force.
    """
    successors = current_areas_of(area, on)
    if len(successors) == 1:
        return successors[0]
    lines = [successor.ancestor_ids for successor in successors] or [area.ancestor_ids]
    shared = set(lines[0]).intersection(*lines[1:])
    around = Area.objects.on(on).filter(pk__in=shared).order_by("-level")
    return around.first()


# --- creating -----------------------------------------------------------------------------------------


def create_area(
    name: str,
    level: int,
    *,
    parent: Area | None,
    valid_from: date,
    by: Actor,
    code: str | None = None,
    short_name: str = "",
    boundary: Mapping[str, Any] | None = None,
    households: int | None = None,
    population: int | None = None,
) -> Area:
    """Return a new area under *parent*, or at the top for a district."""
    seed = AreaSeed(
        key="new",
        parent_key=None if parent is None else "parent",
        name=name,
        level=level,
        valid_from=valid_from,
        code=code,
        short_name=short_name,
        boundary=boundary,
        households=households,
        population=population,
    )
    return plant_areas([seed], by=by, standing={} if parent is None else {"parent": parent})["new"]


def plant_areas(
    seeds: Sequence[AreaSeed], *, by: Actor, standing: Mapping[str, Area] | None = None
) -> dict[str, Area]:
    """Return new areas by key, a whole tree in a few statements; all are planted or none.

    *standing* names areas that exist already and that seeds call as parents.
    """
    rules.refuse_double_keys(seed.key for seed in seeds)
    for seed in seeds:
        rules.refuse_unknown_level(seed.name, seed.level)
    known: dict[str, Area] = dict(standing or {})
    planted: dict[str, Area] = {}
    with transaction.atomic():
        renew_revision()
        for level in LEVEL_COLUMNS:
            storey = [seed for seed in seeds if seed.level == level]
            planted |= _plant_storey(storey, {**known, **planted})
        changes = [_change("area.created", area, None) for area in planted.values()]
        _write(by, changes)
    return planted


def _plant_storey(seeds: Sequence[AreaSeed], known: Mapping[str, Area]) -> dict[str, Area]:
    if not seeds:
        return {}
    areas = [_grow(seed, known) for seed in seeds]
    rules.refuse_taken_codes(areas)
    rules.refuse_taken_names(areas)
    Area.objects.bulk_create(areas, batch_size=500)
    for area in areas:
        _settle(area)
    Area.objects.bulk_update(areas, ["path", *LEVEL_COLUMNS.values()], batch_size=100)
    return {seed.key: area for seed, area in zip(seeds, areas, strict=True)}


def _grow(seed: AreaSeed, known: Mapping[str, Area]) -> Area:
    """Return the unsaved area of a seed, refused if it can't stand where it is put."""
    if seed.parent_key is not None and seed.parent_key not in known:
        raise PlacementError(
            _("%(name)s names the parent %(parent)s, which doesn't exist.")
            % {"name": seed.name, "parent": seed.parent_key}
        )
    area = Area(
        name=seed.name.strip(),
        short_name=seed.short_name or short_name_of(seed.name.strip()),
        pinyin=pinyin_initials(seed.name),
        level=seed.level,
        parent=None if seed.parent_key is None else known[seed.parent_key],
        code=seed.code or None,
        valid_from=seed.valid_from,
        valid_to=seed.valid_to,
        boundary=seed.boundary,
        households=seed.households,
        population=seed.population,
    )
    rules.refuse_misfit(area)
    check_boundary(area.boundary)
    return area


def _settle(area: Area) -> None:
    """Fill the path and the level columns of an area that has its identifier and its parent."""
    parent = area.parent
    area.path = f"{parent.path if parent else '/'}{area.pk}/"
    for level, column in LEVEL_COLUMNS.items():
        inherited = getattr(parent, column) if parent and level < area.level else None
        setattr(area, column, area.pk if level == area.level else inherited)


# --- changing one area --------------------------------------------------------------------------------


@transaction.atomic
def rename_area(area: Area, name: str, *, by: Actor, note: str = "") -> Area:
    """Return the area under its new name; short form and initials follow."""
    renew_revision()
    area = Area.objects.get(pk=area.pk)
    before = state_of(area)
    area.name = name.strip()
    area.short_name, area.pinyin = short_name_of(area.name), pinyin_initials(area.name)
    rules.refuse_misfit(area)
    rules.refuse_taken_names([area])
    area.save(update_fields=["name", "short_name", "pinyin"])
    _write(by, [_change("area.renamed", area, before, note=note)])
    return area


@transaction.atomic
def correct_area(area: Area, *, by: Actor, note: str = "", **attributes: Any) -> Area:
    """Return the area with corrected attributes: short_name, code, boundary, households, population."""
    unknown = sorted(set(attributes) - set(CORRECTABLE))
    if unknown:
        raise PlacementError(
            _("%(names)s can't be corrected this way. Correctable are: %(allowed)s.")
            % {"names": ", ".join(unknown), "allowed": ", ".join(CORRECTABLE)}
        )
    renew_revision()
    area = Area.objects.get(pk=area.pk)
    before = state_of(area)
    for name, value in attributes.items():
        setattr(area, name, value)
    rules.refuse_misfit(area)
    rules.refuse_taken_codes([area])
    check_boundary(area.boundary)
    area.save(update_fields=list(attributes))
    _write(by, [_change("area.corrected", area, before, note=note)])
    return area


@transaction.atomic
def move_area(area: Area, parent: Area, *, by: Actor, note: str = "") -> Area:
    """Return the area under another parent, with everything below it."""
    renew_revision()
    area, parent = Area.objects.get(pk=area.pk), Area.objects.get(pk=parent.pk)
    change = _move(area, parent, note=note)
    _write(by, [change])
    return area


@transaction.atomic
def close_area(area: Area, *, on: date, by: Actor, note: str = "") -> Area:
    """Return the area ended on a day; refused while areas below it are open."""
    rules.refuse_future(on)
    renew_revision()
    area = Area.objects.get(pk=area.pk)
    rules.refuse_open_children(area)
    change = _close(area, on, "area.closed", note=note)
    _write(by, [change])
    return area


# --- one area following another -----------------------------------------------------------------------


@transaction.atomic
def merge_areas(
    areas: Sequence[Area], *, name: str, on: date, by: Actor, code: str | None = None, note: str = ""
) -> Area:
    """Return the area that takes over from two or more siblings; their children move to it.

    Boundary, households and population are put together. A child whose name another child already
    bears is told apart by the short name of its old parent.
    """
    renew_revision()
    old = _reload(areas)
    rules.refuse_unlike(old)
    seed = AreaSeed(
        key="merged",
        parent_key="parent",
        name=name,
        level=old[0].level,
        valid_from=on,
        code=code,
        boundary=_boundary_together(old),
        households=_sum_known(area.households for area in old),
        population=_sum_known(area.population for area in old),
    )
    merged = _replace(old, [seed], on=on, kind=SuccessionKind.MERGE, by=by, note=note)[0]
    children = Area.objects.open().filter(parent__in=old).select_related("parent").order_by("id")
    changes = _adopt(list(children), merged)
    _write(by, [*changes, _change("area.merged", merged, {}, note=note)])
    return merged


@transaction.atomic
def split_area(area: Area, parts: Sequence[Part], *, on: date, by: Actor, note: str = "") -> list[Area]:
    """Return the areas that an area was split into; each open child goes to exactly one of them."""
    renew_revision()
    old = _reload([area])[0]
    children = {child.pk: child for child in Area.objects.open().filter(parent=old)}
    rules.refuse_uneven_split([part.child_ids for part in parts], children)
    seeds = [
        AreaSeed(
            key=str(number),
            parent_key="parent",
            name=part.name,
            level=old.level,
            valid_from=on,
            code=part.code,
            boundary=part.boundary or _boundary_together([children[pk] for pk in part.child_ids]),
            households=part.households,
            population=part.population,
        )
        for number, part in enumerate(parts)
    ]
    new = _replace([old], seeds, on=on, kind=SuccessionKind.SPLIT, by=by, note=note)
    changes: list[Change] = []
    for part, successor in zip(parts, new, strict=True):
        changes += _adopt([children[pk] for pk in part.child_ids], successor)
    _write(by, [*changes, *(_change("area.split", successor, {}, note=note) for successor in new)])
    return new


@transaction.atomic
def recode_area(area: Area, *, code: str | None, on: date, by: Actor, name: str = "", note: str = "") -> Area:
    """Return the area that carries on under a new code, as when 东浦村 becomes 东浦社区."""
    renew_revision()
    old = _reload([area])[0]
    seed = AreaSeed(
        key="recoded",
        parent_key="parent" if old.parent_id else None,
        name=name or old.name,
        level=old.level,
        valid_from=on,
        code=code,
        boundary=old.boundary,
        households=old.households,
        population=old.population,
    )
    new = _replace([old], [seed], on=on, kind=SuccessionKind.RECODE, by=by, note=note)[0]
    changes = _adopt(list(Area.objects.open().filter(parent=old).order_by("id")), new)
    _write(by, [*changes, _change("area.recoded", new, {}, note=note)])
    return new


def _replace(
    old: Sequence[Area], seeds: Sequence[AreaSeed], *, on: date, kind: SuccessionKind, by: Actor, note: str
) -> list[Area]:
    """Close the old areas, plant the new ones, and note who followed whom."""
    rules.refuse_future(on)
    # Closed first: a successor may carry on under the very name and code.
    changes = [_close(area, on, "area.closed", note=note) for area in old]
    standing = {"parent": old[0].parent} if old[0].parent else {}
    new = list(plant_areas(seeds, by=by, standing=standing).values())
    AreaSuccession.objects.bulk_create(
        AreaSuccession(predecessor=before, successor=after, on=on, kind=kind)
        for before in old
        for after in new
    )
    _write(by, changes)
    return new


def _adopt(children: Sequence[Area], parent: Area) -> list[Change]:
    """Move children under a parent, told apart by name where two would be called the same."""
    taken: set[str] = set()
    changes = []
    for child in children:
        before = state_of(child)
        if child.name in taken:
            former = child.parent
            child.name = f"{former.short_name or former.name if former else child.pk}{child.name}"
            child.pinyin = pinyin_initials(child.name)
            child.save(update_fields=["name", "pinyin"])
        taken.add(child.name)
        changes.append(_move(child, parent, before=before))
    return changes


def _move(area: Area, parent: Area, *, before: State | None = None, note: str = "") -> Change:
    """Put an area under a parent and carry path and level columns down its subtree in one statement."""
    before = before or state_of(area)
    if area.covers(parent):
        raise PlacementError(_("%(name)s can't be moved below itself.") % {"name": area.name})
    old_path = area.path
    area.parent = parent
    rules.refuse_misfit(area)
    rules.refuse_taken_names([area])
    _settle(area)
    columns = {column: getattr(area, column) for level, column in LEVEL_COLUMNS.items() if level < area.level}
    path = Concat(Value(area.path), Substr("path", len(old_path) + 1))
    Area.objects.under(area).update(path=path, **columns)
    area.save(update_fields=["parent"])
    return _change("area.moved", area, before, note=note)


def _close(area: Area, on: date, action: str, *, note: str) -> Change:
    rules.refuse_closed(area)
    before = state_of(area)
    area.valid_to = on
    rules.refuse_misfit(area)
    area.save(update_fields=["valid_to"])
    return _change(action, area, before, note=note)


def _reload(areas: Sequence[Area]) -> list[Area]:
    """Return the areas as they stand now, after the tree's revision is held."""
    rows = list(
        Area.objects.filter(pk__in=[area.pk for area in areas]).select_related("parent").order_by("id")
    )
    if len(rows) != len(areas):
        raise SuccessionError(_("An area is named twice or doesn't exist."))
    return rows


def _boundary_together(areas: Sequence[Area]) -> State | None:
    """Return the union of the boundaries, None unless every area has one."""
    if not areas or not all(area.boundary for area in areas):
        return None
    # shapely takes a moment to load its set operations; only a merge or a split needs them.
    from shapely import union_all

    return write_boundary(union_all([read_boundary(area.boundary) for area in areas]))


def _sum_known(values: Iterable[int | None]) -> int | None:
    numbers = [value for value in values if value is not None]
    return sum(numbers) if numbers else None


# --- the ledger's side --------------------------------------------------------------------------------


def state_of(area: Area) -> State:
    """Return the attributes of an area that the ledger keeps."""
    return {name: getattr(area, name) for name in KEPT_IN_LEDGER}


def _change(action: str, area: Area, before: State | None, *, note: str = "") -> Change:
    return Change(action, subject_kind_of(area), area.pk, area.pk, before, state_of(area), note)


def _write(by: Actor, changes: Sequence[Change]) -> None:
    if changes:
        record_many(by, changes)
