"""Check docs/systems.md against the shipped packs and the tests, and count what is not yet answered.

Each row says where a system lives and what proves it. A name in back-ticks ``pack.key`` must be a kind or
an indicator of the shipped packs; ``tests/….py::test_name`` must be a test of this tree; ``KEY.yaml``「name」
must be a test of the pack KEY. A row that starts with 未做 says what is lacking instead.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhenshu.ground.packs.loader import load_file

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "systems.md"
LIBRARY = ROOT / "src" / "zhenshu" / "ground" / "packs" / "library"
ROWS = 298  # systems that the reports describe
OPEN = "未做"
_SECTION = re.compile(r"^## ([a-z_]+) ", re.M)
_ROW = re.compile(r"^\| (?P<id>(?P<line>[a-z_]+)-(?P<number>\d\d)) \|(?P<cells>.*)\|$", re.M)
_NAME = re.compile(r"`([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)`")
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_PACK_TEST = re.compile(r"`([a-z_]+)\.yaml`「([^」]+)」")


@dataclass(frozen=True, slots=True)
class Row:
    """One system: its number, its business line, where it lives and what proves it."""

    id: str
    line: str
    where: str
    proof: str

    @property
    def open(self) -> bool:
        return self.where.startswith(OPEN)


def rows_in(text: str) -> Iterator[Row]:
    """Yield the rows of the table in order."""
    for found in _ROW.finditer(text):
        cells = [cell.strip() for cell in found["cells"].split("|")]
        if len(cells) == 3:
            yield Row(found["id"], found["line"], cells[1], cells[2])
        else:
            yield Row(found["id"], found["line"], "", "")


def names_shipped() -> set[str]:
    """Return everything that the shipped packs declare, as ``pack.key`` or as the code of an indicator."""
    packs = [file.pack for file in map(load_file, sorted(LIBRARY.glob("*.yaml"))) if file.pack]
    kinds = {kind.full_code for pack in packs for kind in pack.kinds().values()}
    return kinds | {code for pack in packs for code in pack.indicators}


def faults(text: str, known: set[str]) -> Iterator[str]:
    """Yield what is wrong with the table."""
    rows = list(rows_in(text))
    for id, times in Counter(row.id for row in rows).items():
        if times > 1:
            yield f"{id}: stands {times} times"
    if len({row.id for row in rows}) != ROWS:
        yield f"{len({row.id for row in rows})} systems, {ROWS} expected"
    sections = set(_SECTION.findall(text))
    for row in rows:
        if row.line not in sections:
            yield f"{row.id}: no section {row.line}"
        yield from _row_faults(row, known)


def _row_faults(row: Row, known: set[str]) -> Iterator[str]:
    if row.open:
        return
    named = [name for name in _NAME.findall(row.where) if not name.endswith(".yaml")]
    if not named:
        yield f"{row.id}: names nothing of a pack; write {OPEN} and what is lacking"
    for name in named:
        if name not in known:
            yield f"{row.id}: {name} is in no shipped pack"
    yield from _proof_faults(row)


def _proof_faults(row: Row) -> Iterator[str]:
    if not row.proof:
        yield f"{row.id}: no proof"
    for path, test in _TEST.findall(row.proof):
        file = ROOT / path
        if not file.exists():
            yield f"{row.id}: {path} does not exist"
        elif test and f"def {test}(" not in file.read_text(encoding="utf-8"):
            yield f"{row.id}: {path} has no {test}"
    for pack, name in _PACK_TEST.findall(row.proof):
        file = LIBRARY / "tests" / f"{pack}.yaml"
        if not file.exists() or f"name: {name}" not in file.read_text(encoding="utf-8"):
            yield f"{row.id}: {pack}.yaml has no test {name}"


def main() -> int:
    text = TABLE.read_text(encoding="utf-8")
    found = list(faults(text, names_shipped()))
    rows = list(rows_in(text))
    print("\n".join(found) or f"{len(rows)} systems, {sum(row.open for row in rows)} not yet answered")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
