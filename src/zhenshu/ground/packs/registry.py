"""The packs of this installation, ready to use: shipped files and the data folder's, by day and version.

Every process keeps one `Library`. The folders are looked at at most every two seconds by modification time,
so a pack file added to a running installation is usable without a restart.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhenshu.ground.ledger.record import SYSTEM, record
from zhenshu.ground.packs.loader import PackFile, check_files, in_force, load_file, load_text
from zhenshu.ground.packs.models import PackVersion
from zhenshu.ground.packs.problems import Problem
from zhenshu.ground.packs.schema import (
    LINES,
    CaseKind,
    DossierKind,
    ExchangeKind,
    IndicatorKind,
    Pack,
    Packed,
    PlanKind,
)
from zhenshu.ground.packs.versions import version_problems

SHIPPED = Path(__file__).resolve().parent / "library"
LOOK_AGAIN = 2.0  # seconds between two looks at the folders
Kind = TypeVar("Kind")
Stamp = tuple[tuple[str, int, int], ...]


class PackError(Exception):
    """A pack, or a kind in it, was asked for that is not there."""


class UnknownKindError(PackError):
    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"No pack in force declares {code}.")


class UnknownPackError(PackError):
    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"The pack {key} is not loaded.")


@dataclass(frozen=True)
class Library:
    """All packs in force on one day, with what is wrong with those that are not."""

    files: tuple[PackFile, ...]
    day: date

    @cached_property
    def chosen(self) -> dict[str, PackFile]:
        """The file in force for each pack, in the order of the business lines."""
        found = in_force(self.files, self.day)
        order = {line: place for place, line in enumerate(LINES)}
        return dict(sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))

    @cached_property
    def packs(self) -> dict[str, Pack]:
        return {key: file.pack for key, file in self.chosen.items() if file.pack}

    @cached_property
    def lines(self) -> dict[str, str]:
        """The names of all business lines: those every township has, then those that a pack adds."""
        return LINES | {pack.line: pack.name for pack in self.packs.values() if pack.line == pack.pack}

    @property
    def absent(self) -> frozenset[str]:
        """The business lines that no usable pack declares today; what refers to them waits."""
        return frozenset(LINES) - self.packs.keys()

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, errors first."""
        found = [problem for file in self.files for problem in file.problems]
        return tuple(sorted(found, key=lambda p: (p.severity != "error", p.file, p.line)))

    @cached_property
    def kinds(self) -> dict[str, Packed]:
        """Everything declared, by ``pack.code``."""
        return {kind.full_code: kind for pack in self.packs.values() for kind in pack.kinds().values()}

    @cached_property
    def case_kinds(self) -> dict[str, CaseKind]:
        return {kind.full_code: kind for pack in self.packs.values() for kind in pack.cases.values()}

    @cached_property
    def dossier_kinds(self) -> dict[str, DossierKind]:
        return {kind.full_code: kind for pack in self.packs.values() for kind in pack.dossiers.values()}

    @cached_property
    def plan_kinds(self) -> dict[str, PlanKind]:
        return {kind.full_code: kind for pack in self.packs.values() for kind in pack.plans.values()}

    @cached_property
    def exchanges(self) -> dict[str, ExchangeKind]:
        """Every exchange with a system above by ``pack.code``."""
        return {kind.full_code: kind for pack in self.packs.values() for kind in pack.exchanges.values()}

    @cached_property
    def indicators(self) -> dict[str, IndicatorKind]:
        """Every indicator by its code."""
        return {code: one for pack in self.packs.values() for code, one in pack.indicators.items()}

    def pack(self, key: str) -> Pack:
        return _named(self.packs, key, UnknownPackError)

    def kind(self, code: str) -> Packed:
        return _named(self.kinds, code, UnknownKindError)

    def case_kind(self, code: str) -> CaseKind:
        """Return the case kind ``pack.code`` in force; raise UnknownKindError when there is none."""
        return _named(self.case_kinds, code, UnknownKindError)

    def dossier_kind(self, code: str) -> DossierKind:
        return _named(self.dossier_kinds, code, UnknownKindError)

    def plan_kind(self, code: str) -> PlanKind:
        return _named(self.plan_kinds, code, UnknownKindError)

    def indicator(self, code: str) -> IndicatorKind:
        return _named(self.indicators, code, UnknownKindError)

    def kinds_for_new_case(self, roles: Iterable[str] | None = None) -> list[CaseKind]:
        """Return the case kinds that somebody with one of *roles* may open, in the order of the packs."""
        held = None if roles is None else set(roles)
        return [k for k in self.case_kinds.values() if held is None or held & set(k.opened_by)]

    def subjects_of(self, kind: CaseKind) -> DossierKind | None:
        """Return the dossier kind a case of *kind* is about; None when it has none or its pack is absent."""
        if kind.subject is None:
            return None
        code = kind.subject.dossier
        return self.dossier_kinds.get(code if "." in code else f"{kind.pack}.{code}")

    def on(self, day: date) -> Library:
        """Return the library as in force on another day."""
        return self if day == self.day else Library(self.files, day)


def _named(found: Mapping[str, Kind], code: str, error: Callable[[str], PackError]) -> Kind:
    if code not in found:
        raise error(code)
    return found[code]


def read_library(folders: Iterable[Path], day: date) -> Library:
    """Return the library of all pack files in *folders*; the first folder is the shipped one."""
    files: list[PackFile] = []
    with _collector_at_rest():
        for place, folder in enumerate(folders):
            files.extend(load_file(path, shipped=place == 0) for path in sorted(folder.glob("*.yaml")))
        return _library_of(_Files(files), day)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Pause the collector of cycles, which would walk the many small objects of the packs again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Files(tuple[PackFile, ...]):
    """Pack files that are the same when their names and texts are."""

    __slots__ = ()

    def _texts(self) -> tuple[tuple[str, str, bool], ...]:
        return tuple((file.file, file.digest, file.shipped) for file in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Files) and self._texts() == other._texts()

    def __hash__(self) -> int:
        return hash(self._texts())


@lru_cache(maxsize=4)
def _library_of(files: _Files, day: date) -> Library:
    """Return the library of *files*; one that was read before is the same one, with all it remembers."""
    return Library(tuple(version_problems(check_files(files, day))), day)


# ── one library per process ───────────────────────────────────────────────────────────────────────────


@dataclass
class _Held:
    """What this process holds, when it last looked, and what the folders looked like then."""

    library: Library | None = None
    stamp: Stamp = ()
    looked_at: float = float("-inf")


_held = _Held()
_version_ids: dict[str, int] = {}
_lock = threading.Lock()


def library() -> Library:
    """Return the packs in force today; files that were added or changed are seen within two seconds."""
    today = timezone.localdate()
    held = _held.library
    if held is not None and held.day == today and time.monotonic() - _held.looked_at < LOOK_AGAIN:
        return held
    with _lock:
        return _look(today)


def _look(today: date) -> Library:
    folders = (SHIPPED, settings.INSTALLATION.packs)
    stamp = _stamp(folders)
    if _held.library is None or stamp != _held.stamp:
        _held.library, _held.stamp = read_library(folders, today), stamp
    elif _held.library.day != today:
        _held.library = _held.library.on(today)
    _held.looked_at = time.monotonic()
    return _held.library


def _stamp(folders: Iterable[Path]) -> Stamp:
    found = (path for folder in folders for path in sorted(folder.glob("*.yaml")))
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path in found if (stat := path.stat()))


def forget_library() -> None:
    """Let the next call read the folders again."""
    _held.library, _held.looked_at = None, float("-inf")
    pack_of_version.cache_clear()
    _version_ids.clear()


# ── versions ──────────────────────────────────────────────────────────────────────────────────────────


def version_id(pack: str) -> int:
    """Return the id of the stored version of *pack* in force, storing its text at first sight."""
    chosen = library().chosen
    if pack not in chosen:
        raise UnknownPackError(pack)
    return _version_id_of_digest(chosen[pack].digest, pack)


def _version_id_of_digest(digest: str, pack: str) -> int:
    if digest in _version_ids:
        return _version_ids[digest]
    found = PackVersion.objects.filter(digest=digest).values_list("pk", flat=True).first()
    version = found if found is not None else _store(library().chosen[pack])
    # Only what is committed may be remembered: a rolled-back case takes a new version with it.
    transaction.on_commit(lambda: _version_ids.__setitem__(digest, version))
    return version


def _store(file: PackFile) -> int:
    """Store the text of *file* as a version; two processes that meet here end with the same row."""
    assert file.pack is not None
    pack = file.pack
    with transaction.atomic():
        version, created = PackVersion.objects.get_or_create(
            digest=file.digest,
            defaults={
                "pack": pack.pack,
                "effective": pack.effective,
                "basis": pack.basis,
                "source": file.text,
            },
        )
        if created:
            after = {
                "pack": pack.pack,
                "effective": pack.effective,
                "basis": pack.basis,
                "digest": file.digest,
            }
            record(SYSTEM, "pack.loaded", version, area_id=None, before=None, after=after)
    return version.pk


@lru_cache(maxsize=256)
def pack_of_version(version: int, key: str) -> Pack:
    """Return the pack *key* as it stood in a stored version."""
    stored = PackVersion.objects.get(pk=version, pack=key)
    loaded = load_text(stored.source, f"{stored.pack} {stored.effective}")
    if loaded.pack is None:
        raise PackError(f"The stored version {stored} can no longer be read: {loaded.problems[0]}")
    return loaded.pack


def case_kind_of(version: int, code: str) -> CaseKind:
    """Return the case kind ``pack.code`` as it was in the version a case was opened under."""
    key, _, kind = code.partition(".")
    return _named(pack_of_version(version, key).cases, kind, lambda _: UnknownKindError(code))
