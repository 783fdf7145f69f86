"""Compare the versions of a pack: two files for one day, and fields that a later version lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from zhenshu.ground.packs.loader import PackFile
from zhenshu.ground.packs.problems import Problem
from zhenshu.ground.packs.schema import Pack
from zhenshu.ground.packs.terms import fields_of
from zhenshu.ground.packs.yaml_text import compose, find_line


def version_problems(files: Sequence[PackFile]) -> list[PackFile]:
    """Return *files* with what is wrong between the versions of each pack."""
    checked: list[PackFile] = []
    for file in files:
        found = list(_same_day(file, checked)) if file.pack else []
        found += _lost_fields(file, [other for other in files if other is not file])
        checked.append(replace(file, problems=(*file.problems, *found)) if found else file)
    return checked


def _same_day(file: PackFile, before: Iterable[PackFile]) -> Iterator[Problem]:
    """Yield a problem when a file before this one gives the same pack for the same day."""
    for other in before:
        if not (other.usable and _names_same_version(file, other)):
            continue
        kind, severity = (
            ("shipped_replaced", "warning")
            if other.shipped and not file.shipped
            else ("same_version", "error")
        )
        assert file.pack is not None
        facts = {"pack": file.pack.pack, "effective": file.pack.effective, "other": other.file}
        line = find_line(compose(file.text), ("effective",))
        yield Problem(
            file.file, line, "effective", kind, facts, "warning" if severity == "warning" else "error"
        )


def _names_same_version(one: PackFile, other: PackFile) -> bool:
    assert one.pack is not None
    assert other.pack is not None
    return one.pack.pack == other.pack.pack and one.pack.effective == other.pack.effective


def _lost_fields(file: PackFile, others: Iterable[PackFile]) -> Iterator[Problem]:
    """Yield a warning for each field that the version before this one had."""
    before = _version_before(file, others)
    if before is None or file.pack is None:
        return
    root = compose(file.text)
    for block in ("cases", "dossiers", "plans"):
        for key, kind in getattr(file.pack, block).items():
            old = getattr(before, block).get(key)
            for field in fields_of(old).keys() - fields_of(kind).keys() if old else ():
                place = (block, key, "fields")
                facts = {"field": field, "kind": kind.full_code, "before": before.effective}
                line = find_line(root, place)
                yield Problem(file.file, line, ".".join(place), "field_gone", facts, "warning")


def _version_before(file: PackFile, others: Iterable[PackFile]) -> Pack | None:
    earlier = [
        other.pack
        for other in others
        if file.pack and other.usable and other.pack and other.pack.pack == file.pack.pack
        and other.pack.effective < file.pack.effective
    ]  # fmt: skip
    return max(earlier, key=lambda pack: pack.effective, default=None)
