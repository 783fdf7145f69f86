"""Lines of a batch become matters: checked one by one, stored together, each taken in once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pydantic
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from pydantic_core import to_json

from zhenshu.doors.api.authentication import Caller
from zhenshu.doors.api.drafting import draft_from
from zhenshu.doors.api.errors import KeyReusedError, shape_problems
from zhenshu.doors.api.models import StoredAnswer
from zhenshu.doors.api.schemas.cases import BatchLineSchema, BatchResultSchema
from zhenshu.ground.rows import give_ids, insert_rows, new_row
from zhenshu.registers.cases.bulk import open_many
from zhenshu.registers.cases.drafts import Draft, Lookups
from zhenshu.registers.cases.errors import AlreadyTakenInError, CaseError, CaseInvalidError

CHUNK = 1000
LINE_LIMIT = 1024 * 1024
# Keys of lines live apart from keys of requests.
KEY_PREFIX = "line:"
TRIES = 3


class Lines(Protocol):
    """Where the lines come from: a request, or a file."""

    def readline(self, limit: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it came: its matter, or what is wrong with it."""

    number: int
    digest: str
    given: BatchLineSchema | None
    problems: dict[str, str]

    @property
    def key(self) -> str:
        return KEY_PREFIX + self.given.key if self.given and self.given.key else ""

    @property
    def names(self) -> set[str]:
        """What must not stand twice among lines that are stored together."""
        if self.given is None:
            return set()
        given = self.given
        foreign = f"source:{given.source}\n{given.source_number}" if given.source_number else ""
        return {self.key, foreign} - {""}


def results_of(lines: Lines, caller: Caller) -> Iterator[bytes]:
    """Yield one result per line as NDJSON; a result is sent after its matter is stored for good."""
    intake = _Intake(caller)
    # The answer is made after the language of the request was forgotten.
    with translation.override(translation.get_language()):
        for chunk in chunks_of(read_lines(lines)):
            yield b"".join(written(result) for result in intake.take_in(chunk))


def written(result: BatchResultSchema) -> bytes:
    return to_json(result, exclude_none=True) + b"\n"


def read_lines(lines: Lines) -> Iterator[Line]:
    """Yield the lines that hold something, numbered from 1; the first that has no end is the last."""
    number = 0
    while raw := lines.readline(LINE_LIMIT + 1):
        number += 1
        if len(raw) > LINE_LIMIT:
            sentence = _("A line has at most %(limit)d bytes; the rest of the batch was not read.")
            yield Line(number, "", None, {"line": sentence % {"limit": LINE_LIMIT}})
            return
        if raw.strip():
            yield read_line(number, raw)


def read_line(number: int, raw: bytes) -> Line:
    """Return one line as a matter, or with what is wrong with it."""
    digest = hashlib.sha256(raw.strip()).hexdigest()
    try:
        return Line(number, digest, BatchLineSchema.model_validate_json(raw), {})
    except pydantic.ValidationError as error:
        found = [{**finding, "loc": ("line", *finding["loc"])} for finding in error.errors(include_url=False)]
        return Line(number, digest, None, shape_problems(found))


def chunks_of(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield lines in chunks that are stored together; a key or foreign number stands in a chunk once."""
    chunk: list[Line] = []
    names: set[str] = set()
    for line in lines:
        if len(chunk) >= CHUNK or not names.isdisjoint(line.names):
            yield chunk
            chunk, names = [], set()
        chunk.append(line)
        names |= line.names
    if chunk:
        yield chunk


class _Intake:
    """Takes in the chunks of one batch and remembers what their lines pointed to."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.lookups = Lookups()
        self.codes: dict[str, int] = {}

    def take_in(self, chunk: Sequence[Line]) -> list[BatchResultSchema]:
        """Store the matters of a chunk in one transaction and return a result per line.

        When another batch takes in one of them at the same moment, the chunk is looked at again.
        """
        for _again in range(TRIES - 1):
            try:
                return self._take_in_once(chunk)
            except IntegrityError:
                continue
        return self._take_in_once(chunk)

    @transaction.atomic
    def _take_in_once(self, chunk: Sequence[Line]) -> list[BatchResultSchema]:
        keys = [line.key for line in chunk if line.key]
        known = StoredAnswer.objects.filter(user=self.caller.user, key__in=keys) if keys else ()
        stored = {row.key: row for row in known}
        results = {line.number: _known_result(line, stored) for line in chunk}
        fresh = [line for line in chunk if results[line.number] is None]
        made = self._open(fresh)
        at, user_id = timezone.now(), self.caller.user.pk
        answers = [
            _stored(line, made[line.number].number or "", user_id, at)
            for line in fresh
            if line.key and made[line.number].accepted
        ]
        give_ids(answers)
        insert_rows(answers)
        return [results[line.number] or made[line.number] for line in chunk]

    def _open(self, lines: Sequence[Line]) -> dict[int, BatchResultSchema]:
        """Return a result per line for lines that are new."""
        by, results = self.caller.scope, dict[int, BatchResultSchema]()
        drafts: list[Draft] = []
        numbers: list[int] = []
        for line in lines:
            try:
                drafts.append(draft_from(line.given, by, self.codes))  # type: ignore[arg-type]
                numbers.append(line.number)
            except CaseInvalidError as error:
                results[line.number] = refused_by(line.number, error)
        intake = open_many(drafts, by=by, lookups=self.lookups)
        for place, case in zip(intake.places, intake.cases, strict=True):
            results[numbers[place]] = BatchResultSchema(
                line=numbers[place], accepted=True, number=case.number
            )
        for reject in intake.rejects:
            results[numbers[reject.place]] = refused_by(numbers[reject.place], reject.error)
        return results


def _stored(line: Line, number: str, user_id: int, at: datetime) -> StoredAnswer:
    """Return what the next batch finds under the key of this line."""
    facts = {
        "user_id": user_id,
        "key": line.key,
        "digest": line.digest,
        "status": 201,
        "body": number,
        "at": at,
    }
    return new_row(StoredAnswer, {**facts, "headers": {}})


def _known_result(line: Line, stored: dict[str, StoredAnswer]) -> BatchResultSchema | None:
    """Return the result that needs no new matter: a broken line, or one taken in before."""
    if line.given is None:
        return refused(line.number, line.problems)
    answer = stored.get(line.key)
    if answer is None:
        return None
    if answer.digest != line.digest:
        return BatchResultSchema(line=line.number, accepted=False, detail=str(KeyReusedError()))
    return accepted(line.number, answer.body, replayed=True)


def accepted(line: int, number: str, *, replayed: bool = False) -> BatchResultSchema:
    return BatchResultSchema.model_construct(line=line, accepted=True, number=number, replayed=replayed)


def refused(number: int, problems: dict[str, str]) -> BatchResultSchema:
    detail = " ".join(f"{key}: {sentence}" for key, sentence in problems.items())
    return BatchResultSchema(line=number, accepted=False, detail=detail, problems=problems)


def refused_by(number: int, error: CaseError) -> BatchResultSchema:
    """Return the result for a matter that the register refused, or has already."""
    if isinstance(error, AlreadyTakenInError):
        return accepted(number, error.number, replayed=True)
    problems = {key: str(text) for key, text in getattr(error, "problems", {}).items()}
    return BatchResultSchema(line=number, accepted=False, detail=str(error), problems=problems or None)
