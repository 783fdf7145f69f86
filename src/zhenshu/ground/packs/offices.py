"""The offices that packs send matters to, and those of them that this township does not have."""

from __future__ import annotations

from collections.abc import Iterator

from zhenshu.ground.packs.loader import PackFile, dotted
from zhenshu.ground.packs.problems import Problem
from zhenshu.ground.packs.registry import Library
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.packs.yaml_text import compose, find_line
from zhenshu.ground.people.models import Office

Place = tuple[str | int, ...]


def offices_named(kind: CaseKind) -> Iterator[tuple[Place, str]]:
    """Yield every office key that *kind* sends matters to, with its place in the kind."""
    for i, line in enumerate(kind.directory):
        for key in (line.office, *line.assist):
            yield ("directory", i), key
    if kind.portal is not None and kind.portal.office:
        yield ("portal", "office"), kind.portal.office
    for path, category in kind.category_paths():
        if category.office:
            yield ("categories", *"/children/".join(path.split("/")).split("/"), "office"), category.office


def office_keys(library: Library) -> set[str]:
    """Return the keys of all offices that the packs in force send matters to."""
    return {key for kind in library.case_kinds.values() for _, key in offices_named(kind)}


def missing_offices(library: Library) -> list[Problem]:
    """Return a warning for each office key that no open office has; such matters wait for the dispatcher."""
    known = set(Office.objects.filter(closed_on=None).exclude(key="").values_list("key", flat=True))
    if office_keys(library) <= known:
        return []
    return [problem for file in library.chosen.values() for problem in _missing_in(file, known)]


def _missing_in(file: PackFile, known: set[str]) -> Iterator[Problem]:
    root = compose(file.text)
    told: set[str] = set()
    for kind in file.pack.cases.values() if file.pack else ():
        for below, key in offices_named(kind):
            if key in known or key in told:
                continue
            told.add(key)
            place = ("cases", kind.code, *below)
            line = find_line(root, place)
            yield Problem(file.file, line, dotted(place), "office_absent", {"office": key}, "warning")
