"""``zhenshu packs check [FILE…]``: load packs, run their tests, print what is wrong; no database needed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from zhenshu.ground.packs.loader import PackFile, check_files, load_file, shelf_of
from zhenshu.ground.packs.pack_tests import run_file
from zhenshu.ground.packs.problems import Problem, mark, translate
from zhenshu.ground.packs.versions import version_problems

SHIPPED = Path(__file__).resolve().parent / "library"


def run(files: Sequence[Path] = (), *, out: TextIO = sys.stdout, day: date | None = None) -> int:
    """Check *files* together with the shipped packs (alone when none is given); return 1 if one is broken."""
    checked = check_paths(files, day or date.today())
    tested, failed = run_pack_tests(checked, files)
    problems = [problem for file in checked for problem in file.problems] + failed
    for problem in problems:
        print(render(problem), file=out)
    errors = [problem for problem in problems if problem.severity == "error"]
    print(_summary(checked, tested, errors=len(errors), warnings=len(problems) - len(errors)), file=out)
    return 1 if errors else 0


def check_paths(files: Sequence[Path], day: date) -> list[PackFile]:
    """Return the files that were asked for, checked against each other and against the shipped packs."""
    asked = {path.resolve() for path in files}
    shipped = [path for path in sorted(SHIPPED.glob("*.yaml")) if path not in asked]
    loaded = [load_file(path, shipped=True) for path in shipped] + [load_file(path) for path in files]
    checked = version_problems(check_files(loaded, day))
    return checked[len(shipped) :] if files else checked


def run_pack_tests(checked: Iterable[PackFile], files: Sequence[Path]) -> tuple[int, list[Problem]]:
    """Run the tests in the folder ``tests`` beside each pack; return how many there were and what failed."""
    everything = check_paths((), date.today()) if files else list(checked)
    shelf = shelf_of([*everything, *checked], date.today())
    tested = 0
    failed: list[Problem] = []
    for file in checked:
        beside = Path(file.file).parent / "tests" / Path(file.file).name
        if file.pack is None or not beside.exists():
            continue
        count, problems = run_file(beside, file.pack, shelf)
        tested += count
        failed += problems
    return tested, failed


def render(problem: Problem) -> str:
    """Return *problem* as a compiler would print it: place first, then what is wrong, allowed, fix."""
    head = f"{problem.file}:{problem.line}: {translate(SEVERITIES[problem.severity])}"
    lines = [f"{head}: {problem.place}" if problem.place else head, f"    {problem.message}"]
    if problem.allowed:
        listed = translate(mark("Allowed: %(allowed)s.")) % {"allowed": ", ".join(problem.allowed)}
        lines.append(f"    {listed}")
    return "\n".join([*lines, f"    {problem.fix}"])


SEVERITIES = {"error": mark("error"), "warning": mark("warning")}


def _summary(checked: Sequence[PackFile], tested: int, *, errors: int, warnings: int) -> str:
    sentence = mark("%(packs)s packs, %(tests)s tests: %(errors)s errors, %(warnings)s warnings.")
    facts = {"packs": len(checked), "tests": tested, "errors": errors, "warnings": warnings}
    return translate(sentence) % facts


if __name__ == "__main__":
    sys.exit(run([Path(name) for name in sys.argv[1:]]))
