"""What the area tree refuses, each with the sentence that says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.errors import CodeError, PlacementError, SuccessionError
from zhenshu.ground.areas.models import CODE_LENGTHS, Area, Level

LONGEST_NAME = 100


def exists_on(area: Area, day: date) -> bool:
    """Whether the area exists on a day; the day it ends is outside."""
    return area.valid_from <= day and (area.valid_to is None or day < area.valid_to)


def refuse_misfit(area: Area) -> None:
    """Refuse an area whose own attributes, or whose place under its parent, can't be."""
    _refuse_name(area.name)
    refuse_unknown_level(area.name, area.level)
    if area.valid_to is not None and area.valid_to <= area.valid_from:
        raise PlacementError(
            _("%(name)s would end on %(end)s, not after it began on %(begin)s.")
            % {"name": area.name, "end": area.valid_to, "begin": area.valid_from}
        )
    _refuse_negative(area)
    _refuse_code_shape(area)
    _refuse_parent(area)


def _refuse_name(name: str) -> None:
    if not name.strip():
        raise PlacementError(_("An area needs a name."))
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise PlacementError(
            _("The name %(name)s… is longer than %(most)d characters or holds unprintable ones.")
            % {"name": name[:20].strip("\x00"), "most": LONGEST_NAME}
        )


def _refuse_negative(area: Area) -> None:
    if min(area.households or 0, area.population or 0) < 0:
        raise PlacementError(_("%(name)s can't have fewer than no people.") % {"name": area.name})


def _refuse_code_shape(area: Area) -> None:
    if area.code is None:
        return
    digits = CODE_LENGTHS[area.level]
    if len(area.code) != digits or not (area.code.isascii() and area.code.isdigit()):
        raise CodeError(
            _("The code %(code)s of %(name)s isn't %(digits)d digits, as a %(level)s has.")
            % {"code": area.code, "name": area.name, "digits": digits, "level": Level(area.level).label}
        )


def _refuse_parent(area: Area) -> None:
    parent = area.parent
    if (parent is None) != (area.level == Level.DISTRICT):
        raise PlacementError(
            _("%(name)s: a district stands alone, every other area has a parent.") % {"name": area.name}
        )
    if parent is None:
        return
    if parent.level >= area.level:
        raise PlacementError(
            _("%(name)s (%(level)s) can't lie in %(parent)s (%(parent_level)s).")
            % {
                "name": area.name,
                "level": Level(area.level).label,
                "parent": parent.name,
                "parent_level": Level(parent.level).label,
            }
        )
    if area.valid_to is None and parent.valid_to is not None:
        raise PlacementError(
            _("%(parent)s ended on %(end)s and takes no new areas.")
            % {"parent": parent.name, "end": parent.valid_to}
        )


def refuse_taken_codes(areas: Sequence[Area]) -> None:
    """Refuse codes that two open areas would carry."""
    open_ones = [area for area in areas if area.code and area.valid_to is None]
    codes = Counter(area.code for area in open_ones)
    own = [area.pk for area in open_ones if area.pk]
    standing = Area.objects.open().filter(code__in=list(codes)).exclude(pk__in=own)
    taken = {
        **dict(standing.values_list("code", "name")),
        **{c: "" for c, times in codes.items() if times > 1},
    }
    for area in open_ones:
        if area.code in taken:
            raise CodeError(
                _("The code %(code)s of %(name)s is already carried by another area %(other)s.")
                % {"code": area.code, "name": area.name, "other": taken[area.code]}
            )


def refuse_taken_names(areas: Sequence[Area]) -> None:
    """Refuse a name that an open sibling already bears."""
    open_ones = [area for area in areas if area.valid_to is None]
    wanted = Counter((area.parent_id, area.name) for area in open_ones)
    own = [area.pk for area in open_ones if area.pk]
    siblings = Area.objects.open().filter(parent_id__in={parent for parent, _name in wanted if parent})
    taken = set(siblings.exclude(pk__in=own).values_list("parent_id", "name"))
    if any(area.parent_id is None for area in open_ones):
        tops = Area.objects.open().filter(parent=None).exclude(pk__in=own)
        taken |= set(tops.values_list("parent_id", "name"))
    for area in open_ones:
        if (area.parent_id, area.name) in taken or wanted[(area.parent_id, area.name)] > 1:
            raise PlacementError(
                _("%(parent)s already has an area called %(name)s.")
                % {"parent": area.parent or _("The top of the tree"), "name": area.name}
            )


def refuse_double_keys(keys: Iterable[str]) -> None:
    """Refuse a planting in which two seeds go by one key."""
    doubles = [key for key, times in Counter(keys).items() if times > 1]
    if doubles:
        raise PlacementError(_("These areas are named twice: %(keys)s.") % {"keys": ", ".join(doubles)})


def refuse_unknown_level(name: str, level: int) -> None:
    """Refuse a level that the tree doesn't have."""
    if level not in Level.values:
        raise PlacementError(
            _("%(name)s has the level %(level)s; levels go from 1 (district) to 5 (micro-grid).")
            % {"name": name, "level": level}
        )


def refuse_closed(area: Area) -> None:
    """Refuse an act on an area that has ended."""
    if area.valid_to is not None:
        raise SuccessionError(
            _("%(name)s already ended on %(end)s.") % {"name": area.name, "end": area.valid_to}
        )


def refuse_open_children(area: Area) -> None:
    """Refuse to close an area while others lie open below it."""
    count = Area.objects.open().filter(parent=area).count()
    if count:
        raise SuccessionError(
            _("%(name)s still holds %(count)d open areas; close, move or merge them first.")
            % {"name": area.name, "count": count}
        )


def refuse_future(day: date) -> None:
    """Refuse a day to come: a change of the tree is entered when it takes effect, not before."""
    if day > timezone.localdate():
        raise SuccessionError(
            _("%(day)s lies in the future; enter the change on the day it takes effect.") % {"day": day}
        )


def refuse_unlike(areas: Sequence[Area]) -> None:
    """Refuse to merge fewer than two areas, or areas of different parents or levels."""
    if len(areas) < 2:
        raise SuccessionError(_("A merge takes at least two areas."))
    if len({(area.parent_id, area.level) for area in areas}) > 1 or areas[0].parent_id is None:
        raise SuccessionError(_("Only areas of one level under one parent can be merged."))


def refuse_uneven_split(shares: Sequence[Collection[int]], children: Collection[int]) -> None:
    """Refuse a split that isn't into two or more, or that loses, doubles or invents a child."""
    if len(shares) < 2:
        raise SuccessionError(_("A split leaves at least two areas."))
    given = Counter(pk for share in shares for pk in share)
    if set(given) != set(children) or any(times > 1 for times in given.values()):
        raise SuccessionError(_("Each open area below must go to exactly one part."))
