"""Which office a commitment is for: by the words of its business line, then by the dispatch directories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.offices import offices_named
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import Office


class OfficeFinder:
    """Suggests one of the offices that work for an area itself today."""

    def __init__(self, area: Area) -> None:
        rows = Office.objects.filter(closed_on=None, area=area).order_by("pk")
        self.offices: Sequence[Office] = list(rows)

    def suggest(self, line: str, words: Iterable[str]) -> int | None:
        """Return the office whose name has one of *words*, else the one its line mostly sends matters to."""
        for word in words:
            for office in self.offices:
                if word in office.name or word in office.short_name:
                    return office.pk
        return self._by_directory.get(line)

    @cached_property
    def _by_directory(self) -> dict[str, int]:
        """Return the office each line sends most of its matters to, where the township has that office."""
        counted: dict[str, Counter[str]] = {}
        for kind in library().case_kinds.values():
            pack = library().pack(kind.pack)
            named = (key for _place, key in offices_named(kind))
            counted.setdefault(pack.line or pack.pack, Counter()).update(named)
        keys = {office.key: office.pk for office in reversed(self.offices) if office.key}
        first = {line: offices.most_common(1)[0][0] for line, offices in counted.items() if offices}
        return {line: keys[key] for line, key in first.items() if key in keys}
