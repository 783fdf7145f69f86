"""The township's own pack of reported figures: what its reports state and no other pack declares.

The pack is a file like any other in the ``packs`` folder of the data folder; people may edit it. Figures are
only ever added here, and the new text is checked before it takes the place of the old one.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.packs.loader import load_text
from zhenshu.ground.packs.registry import PackError, forget_library, library, version_id

PACK = "local_figures"
FILE = f"{PACK}.yaml"
HEAD = """# 本单位工作报告里有、其他业务包没有定义的上报指标。可以手工修改；新指标加在文件末尾。
pack: {pack}
name: 本单位上报指标
line: economy
effective: {day}
basis: 本单位政府工作报告

indicators:
"""


@dataclass(frozen=True, slots=True)
class LocalFigure:
    """A reported indicator to be declared: *slug* is its code within the pack, *line* its business line."""

    slug: str
    name: str
    unit: str
    line: str

    @property
    def code(self) -> str:
        return f"{PACK}.{self.slug}"


class LocalFiguresError(PackError):
    """The pack cannot take the figures as it stands; its text is a sentence for the person."""


def declare_figures(figures: Sequence[LocalFigure]) -> list[str]:
    """Return the codes that were added to the pack; those it has already are left as they are.

    Must run in the transaction of the act that needs them: the new version is stored with it.
    """
    path = Path(settings.INSTALLATION.packs) / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        forget_library()
        known = library().indicators
        missing = [one for one in {one.code: one for one in figures}.values() if one.code not in known]
        if missing:
            _write(path, _with(_text_of(path), missing))
    if missing:
        forget_library()
        version_id(PACK)
    return [one.code for one in missing]


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from adding at the same time."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _text_of(path: Path) -> str:
    if path.exists():
        return path.read_text(encoding="utf-8").rstrip("\n") + "\n"
    return HEAD.format(pack=PACK, day=timezone.localdate().replace(month=1, day=1))


def _with(text: str, figures: Sequence[LocalFigure]) -> str:
    """Return the pack's text with figures added at its end; refuse when that makes no sound pack."""
    added = text + "".join(f"  {one.code}: {_declaration(one)}\n" for one in figures)
    checked = load_text(added, FILE)
    wrong = [problem for problem in checked.problems if problem.severity == "error"]
    if wrong or checked.pack is None or not {one.code for one in figures} <= checked.pack.indicators.keys():
        told = wrong[0].message if wrong else _("the indicators do not stand at its end")
        raise LocalFiguresError(
            _("Nothing can be added to the pack file %(file)s: %(problem)s. Correct it by hand, then repeat.")
            % {"file": FILE, "problem": told.rstrip("。.")}
        )
    return added


def _declaration(one: LocalFigure) -> str:
    """Return a declaration on one line; JSON's strings are YAML's too."""
    name, unit = (json.dumps(words, ensure_ascii=False) for words in (one.name, one.unit))
    return f"{{name: {name}, unit: {unit}, reported: true, every: year, line: {one.line}}}"


def _write(path: Path, text: str) -> None:
    """Put the new text in place in one step, so that no process ever reads half of it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)
