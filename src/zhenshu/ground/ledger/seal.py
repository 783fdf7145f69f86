"""Seal runs of entries into a chained Merkle root, and verify the chain.

Writers never wait for a hash: they only insert. The worker seals what has been written since the last
seal, every minute. `verify` recomputes all and names the first entry that is not what was sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.models import Entry, Seal

ALGORITHM = "sha256"
RUN_LIMIT = 10_000
FIRST_LINK = "0" * 64


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where the ledger is not what was sealed."""

    seq: int
    reason: str


def digest_entry(entry: Entry, algorithm: str = ALGORITHM) -> bytes:
    """Return the digest of everything an entry says, in one canonical spelling."""
    content = [
        entry.seq,
        entry.at.astimezone(timezone.get_default_timezone()).isoformat(),
        entry.actor_id,
        entry.actor_name,
        entry.actor_office,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.area_id,
        entry.changes,
        entry.note,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.new(algorithm, text.encode()).digest()


def merkle_root(leaves: Sequence[bytes], algorithm: str = ALGORITHM) -> str:
    """Return the hex root over *leaves*; a level with an odd end carries its last node up unchanged."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [
            hashlib.new(algorithm, a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)
        ]
        level = pairs + (level[-1:] if len(level) % 2 else [])
    return level[0].hex()


def chain_link(previous: str, root: str, first: int, last: int, algorithm: str = ALGORITHM) -> str:
    return hashlib.new(algorithm, f"{previous}|{root}|{first}|{last}".encode()).hexdigest()


def seal_entries() -> int:
    """Seal all entries written so far and return how many were sealed; 0 when writers are busy."""
    horizon = _settled_horizon()
    sealed = 0
    while horizon is not None:
        count = _seal_run(horizon)
        if not count:
            return sealed
        sealed += count
    return sealed


def _settled_horizon() -> int | None:
    """Return the last seq below which no transaction can still commit an entry, or None to try later.

    PostgreSQL hands out numbers before commit. A SHARE lock waits for the transactions that hold numbers
    and keeps new ones out for that instant; it gives up quickly rather than make writers queue.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
                cursor.execute("LOCK TABLE ledger_entry IN SHARE MODE")
            cursor.execute("SELECT max(seq) FROM ledger_entry")
            row = cursor.fetchone()
    except OperationalError:
        return None
    return int(row[0]) if row and row[0] is not None else None


def _seal_run(horizon: int) -> int:
    with transaction.atomic():
        last = Seal.objects.order_by("-last_seq").first()
        start = last.last_seq if last else 0
        run = list(Entry.objects.filter(seq__gt=start, seq__lte=horizon).order_by("seq")[:RUN_LIMIT])
        if not run:
            return 0
        leaves = [digest_entry(entry) for entry in run]
        root = merkle_root(leaves)
        previous = last.chain if last else FIRST_LINK
        first_seq, last_seq = run[0].seq, run[-1].seq
        Seal.objects.create(
            first_seq=first_seq,
            last_seq=last_seq,
            count=len(run),
            algorithm=ALGORITHM,
            leaves=b"".join(leaves),
            root=root,
            chain=chain_link(previous, root, first_seq, last_seq),
            at=timezone.now(),
        )
    return len(run)


def verify(progress: Callable[[int], None] = lambda count: None) -> Fault | None:
    """Return the first fault of the sealed ledger, or None; *progress* hears how many were checked."""
    previous = FIRST_LINK
    reached = 0
    for seal in Seal.objects.order_by("last_seq").iterator(chunk_size=50):
        fault = _verify_link(seal, previous) or _verify_run(seal, reached)
        if fault:
            return fault
        previous, reached = seal.chain, seal.last_seq
        progress(seal.count)
    return None


def _verify_link(seal: Seal, previous: str) -> Fault | None:
    leaves = list(_split(bytes(seal.leaves), seal.algorithm))
    if merkle_root(leaves, seal.algorithm) != seal.root or len(leaves) != seal.count:
        return Fault(seal.first_seq, _("the seal itself was changed: its digests do not add up to its root"))
    if chain_link(previous, seal.root, seal.first_seq, seal.last_seq, seal.algorithm) != seal.chain:
        return Fault(seal.first_seq, _("the chain is broken: a seal before this one was removed or changed"))
    return None


def _verify_run(seal: Seal, reached: int) -> Fault | None:
    entries = list(Entry.objects.filter(seq__gt=reached, seq__lte=seal.last_seq).order_by("seq"))
    leaves = list(_split(bytes(seal.leaves), seal.algorithm))
    for entry, leaf in zip(entries, leaves, strict=False):
        if digest_entry(entry, seal.algorithm) != leaf:
            return Fault(entry.seq, _reason(entries, leaves, seal))
    if len(entries) < len(leaves):
        missing = {"count": len(leaves) - len(entries)}
        return Fault(seal.last_seq, _("%(count)d entries of this run are missing") % missing)
    if len(entries) > len(leaves):
        return Fault(entries[len(leaves)].seq, _("this entry was slipped in after the run was sealed"))
    return None


def _reason(entries: Sequence[Entry], leaves: Sequence[bytes], seal: Seal) -> str:
    if len(entries) < len(leaves):
        return _("an entry before this one was removed")
    if len(entries) > len(leaves):
        return _("an entry was slipped in here")
    return _("this entry is not what was sealed on %(time)s") % {"time": f"{seal.at:%Y-%m-%d %H:%M}"}


def _split(leaves: bytes, algorithm: str) -> Iterator[bytes]:
    size = hashlib.new(algorithm).digest_size
    marks = [*range(0, len(leaves), size), len(leaves)]
    return (leaves[a:b] for a, b in pairwise(marks))
