"""Load pack files into frozen objects; every refusal names file, line, place, what is allowed and the fix."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from zhenshu.ground.packs.findings import Finding
from zhenshu.ground.packs.problems import Problem, mark
from zhenshu.ground.packs.references import find_problems
from zhenshu.ground.packs.schema import LINES, LimitRule, Pack
from zhenshu.ground.packs.yaml_text import YamlProblem, compose, find_line, to_value

LARGEST = 1_000_000
# Keys that the loader writes and a pack may not; what is not named here is code and pack.
WRITTEN_BY_US: dict[type[BaseModel], tuple[str, ...]] = {Pack: (), LimitRule: ("category",)}
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PackFile:
    """One pack file as read: the pack when its shape is right, and what is wrong with it."""

    file: str
    text: str
    digest: str
    pack: Pack | None
    problems: tuple[Problem, ...] = ()
    shipped: bool = False

    @property
    def key(self) -> str:
        """The key of the pack, guessed from the file's name when the file cannot be read."""
        return self.pack.pack if self.pack else Path(self.file).stem.split("-")[0].split("_20")[0]

    @property
    def usable(self) -> bool:
        return self.pack is not None and not any(p.severity == "error" for p in self.problems)


@dataclass(frozen=True, slots=True)
class PackShelf:
    """The packs that others may refer to."""

    packs: Mapping[str, Pack]
    absent: frozenset[str] = frozenset()


def load_file(path: Path, *, shipped: bool = False) -> PackFile:
    """Return the pack in the file at *path*; never raises for what the file holds."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            return _broken(
                str(path), "", Problem(str(path), 1, "", "too_large", {"size": size, "most": LARGEST})
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return _broken(str(path), "", Problem(str(path), 1, "", "unreadable", {"reason": error}))
    return load_text(text, str(path), shipped=shipped)


@lru_cache(maxsize=128)
def load_text(text: str, file: str, *, shipped: bool = False) -> PackFile:
    """Return the pack that *text* declares, with the problems of its shape; *file* only names it.

    A text seen before is not read again: of thirty files usually one has changed.
    """
    try:
        root = compose(text)
        raw = to_value(root)
    except YamlProblem as error:
        return _broken(file, text, Problem(file, error.line, dotted(error.place), error.kind, error.facts))
    if not isinstance(raw, dict):
        return _broken(file, text, Problem(file, 1, "", "not_mapping", {"type": type(raw).__name__}))
    try:
        pack = Pack.model_validate(raw)
    except ValidationError as error:
        return _broken(file, text, *_shape_problems(error, root, raw, file))
    return PackFile(file, text, digest_of(text), pack, (), shipped)


def _broken(file: str, text: str, *problems: Problem) -> PackFile:
    return PackFile(file, text, digest_of(text), None, problems)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a pack's text, its identity as a version."""
    return hashlib.sha256(text.encode()).hexdigest()


def dotted(place: Iterable[str | int]) -> str:
    """Return a place as people read it: ``cases.visit.clocks.close.limit``, ``directory[2].office``."""
    words = ""
    for part in place:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else part
    return words


# ── references across packs ───────────────────────────────────────────────────────────────────────────


def check_files(files: Sequence[PackFile], day: date) -> list[PackFile]:
    """Return *files* with the problems of what they refer to; a broken pack never stops the others.

    A pack is looked at together with the versions of the others in force on *day*. What refers to a pack that
    is itself unusable is a warning: that part waits, the rest works.
    """
    refused: set[str] = set()
    while True:
        standing = [file for file in files if file.usable and file.file not in refused]
        shelf = shelf_of(standing, day)
        checked = [check_references(file, shelf) if file.pack and file.usable else file for file in files]
        newly = {file.file for file in checked if file.pack and not file.usable} - refused
        if not newly:
            return checked
        refused |= newly


def shelf_of(files: Iterable[PackFile], day: date) -> PackShelf:
    """Return the packs in force on *day* among *files*; every other business line counts as absent."""
    packs = {key: file.pack for key, file in in_force(files, day).items() if file.pack}
    return PackShelf(packs, frozenset(LINES) - packs.keys())


def in_force(files: Iterable[PackFile], day: date) -> dict[str, PackFile]:
    """Return for each pack the usable file with the latest effective day not after *day*.

    Of two files for the same day the data folder's wins over the shipped one.
    """
    chosen: dict[str, PackFile] = {}
    for file in files:
        if not file.usable or file.pack is None or file.pack.effective > day:
            continue
        standing = chosen.get(file.pack.pack)
        if standing is None or _rank(file) > _rank(standing):
            chosen[file.pack.pack] = file
    return chosen


def _rank(file: PackFile) -> tuple[date, bool]:
    assert file.pack is not None
    return file.pack.effective, not file.shipped


def check_references(file: PackFile, shelf: PackShelf) -> PackFile:
    """Return *file* with everything in it that points to nothing."""
    assert file.pack is not None
    own = PackShelf({**shelf.packs, file.pack.pack: file.pack}, shelf.absent)
    findings = list(find_problems(file.pack, own))
    if not findings:
        return file
    root = compose(file.text)
    return replace(file, problems=(*file.problems, *(_problem(found, root, file.file) for found in findings)))


def _problem(found: Finding, root: yaml.Node, file: str) -> Problem:
    return Problem(
        file, find_line(root, found.place), dotted(found.place), found.kind, found.facts, found.severity
    )


# ── pydantic's findings in our words ──────────────────────────────────────────────────────────────────

EXPECTED: dict[str, str] = {
    "string": mark("text"),
    "int": mark("a whole number"),
    "float": mark("a number"),
    "bool": mark("true or false"),
    "dict": mark("a mapping of keys"),
    "model": mark("a mapping of keys"),
    "tuple": mark("a list"),
    "list": mark("a list"),
    "date": mark("a day such as 2024-01-01"),
}


def _shape_problems(error: ValidationError, root: yaml.Node, raw: Any, file: str) -> list[Problem]:
    problems: dict[tuple[str, str], Problem] = {}
    for found in error.errors(include_url=False):
        place, branch = real_place(found["loc"], raw)
        if branch and _other_branch(branch, value_at(raw, place)):
            continue
        place += tuple(found.get("ctx", {}).get("below", ()))
        kind, facts = _translate(found, place)
        problem = Problem(file, find_line(root, place), dotted(place), kind, facts)
        problems.setdefault((problem.place, kind), problem)
    return sorted(problems.values(), key=lambda problem: problem.line)


def real_place(location: Sequence[str | int], raw: Any) -> tuple[Place, str]:
    """Return the part of pydantic's *location* that stands in the file, and the branch of a union it took."""
    place: list[str | int] = []
    branch = ""
    node = raw
    for i, part in enumerate(location):
        last = i == len(location) - 1
        inside = (isinstance(node, dict) and part in node) or (
            isinstance(node, list) and isinstance(part, int) and part < len(node)
        )
        if inside:
            node = node[part]
            place.append(part)
        elif part == "str" or "Measure" in str(part):
            branch = "str" if part == "str" else "Measure"
        elif last and part != "[key]":
            place.append(part)
    return tuple(place), branch


def _other_branch(branch: str, value: Any) -> bool:
    """Tell whether a finding speaks of the branch of a union that the file did not mean."""
    return (branch == "str") == isinstance(value, dict)


def value_at(raw: Any, place: Place) -> Any:
    """Return what stands at *place*, or at the nearest place above it."""
    node = raw
    for part in place:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return node


def _translate(found: Any, place: Place) -> tuple[str, dict[str, Any]]:
    """Return the kind and facts of one of pydantic's findings."""
    kind, written = found["type"], found.get("input")
    context = found.get("ctx", {})
    if kind.startswith("pack_"):
        return context["kind"], context["facts"]
    if kind == "extra_forbidden":
        return "unknown_key", {"key": place[-1], "allowed": allowed_keys(place[:-1])}
    if kind == "missing":
        return "missing_key", {"key": place[-1]}
    if kind in ("literal_error", "enum"):
        return "not_allowed", {"value": written, "allowed": _listed(context.get("expected", ""))}
    if kind == "string_pattern_mismatch":
        return "pattern", {"value": written}
    if kind.startswith(("greater", "less", "too_")):
        return "out_of_range", {"value": written, "reason": _bounds(context) or found["msg"]}
    expected = EXPECTED.get(kind.split("_")[0])
    if expected:
        return "wrong_type", {"value": _short(written), "expected": expected}
    return "other", {"reason": found["msg"]}


BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def _bounds(context: Mapping[str, Any]) -> str:
    return ", ".join(f"{BOUNDS[key]} {value:g}" for key, value in context.items() if key in BOUNDS)


def _listed(expected: str) -> list[str]:
    return [part.strip(" '") for part in expected.replace(" or ", ",").split(",") if part.strip()]


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def allowed_keys(place: Place) -> list[str]:
    """Return the keys that may stand at *place* of a pack, found by walking the schema."""
    model = model_at(place)
    if model is None:
        return []
    names = (field.alias or name for name, field in model.model_fields.items())
    return [name for name in names if name not in WRITTEN_BY_US.get(model, ("code", "pack"))]


def model_at(place: Place) -> type[BaseModel] | None:
    """Return the declared class at *place* of a pack."""
    annotation: Any = Pack
    for part in place:
        annotation = _inside(annotation, part)
    return _model_in(annotation)


def _inside(annotation: Any, part: str | int) -> Any:
    """Return the type below *annotation* at *part*."""
    model = _model_in(annotation)
    if model is not None:
        field = model.model_fields.get(str(part))
        return field.annotation if field else None
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return arguments[1]
    if origin is tuple and arguments:
        return (
            arguments[part]
            if isinstance(part, int) and part < len(arguments) and ... not in arguments
            else arguments[0]
        )
    if origin in (Union, UnionType):
        inner = (_inside(one, part) for one in arguments)
        return next((one for one in inner if one is not None), None)
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the declared class that *annotation* is, alone or in a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType):
        return next((model for one in get_args(annotation) if (model := _model_in(one))), None)
    return None
