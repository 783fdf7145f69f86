"""From what a program asks to a list of matters: filters, order, cursor."""

from __future__ import annotations

import base64
import binascii
import re

from zhenshu.doors.api.errors import CursorError
from zhenshu.doors.api.schemas.cases import CaseQuerySchema
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.queries import FILTERS, Page, Query, page_of
from zhenshu.registers.cases.visibility import visible_cases

OWN = {"handled": "handler", "reported": "reporter"}
_MARK = re.compile(r"\d{4}-\d{2}-\d{2}T[0-9:.+]{8,30}~\d{1,18}")


def query_of(asked: CaseQuerySchema, by: Scope) -> Query:
    """Return the register's question for what was asked."""
    given = {name: getattr(asked, name, None) for name in FILTERS}
    filters = {name: _written(value) for name, value in given.items() if value is not None}
    if asked.mine is not None:
        filters[OWN[asked.mine]] = str(by.user_id or 0)
    return Query(filters=filters, state=asked.state, text=asked.text or "", sort=asked.sort)


def _written(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def find_page(asked: CaseQuerySchema, by: Scope) -> tuple[Page, str | None]:
    """Return one page and the cursor of the next, None at the end."""
    query = query_of(asked, by)
    head = f"{query.order.column}{'-' if query.order.descending else '+'}"
    page = page_of(by, query, after=read_mark(asked.cursor, head), size=asked.limit)
    return page, write_mark(page.after, head) if page.after else None


def write_mark(mark: str, head: str) -> str:
    """Return a mark of the register as an opaque cursor of one order."""
    return base64.urlsafe_b64encode(f"{head} {mark}".encode()).decode().rstrip("=")


def read_mark(cursor: str, head: str) -> str:
    """Return the mark in a cursor; raise CursorError for one of another list or order."""
    if not cursor:
        return ""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (ValueError, binascii.Error) as error:
        raise CursorError from error
    name, _, mark = text.partition(" ")
    if name != head or not _MARK.fullmatch(mark):
        raise CursorError
    return mark


def find_by_source(asked: CaseQuerySchema, by: Scope) -> list[Case]:
    """Return the matter that another system knows under a number, if the caller may see it."""
    found = visible_cases(by).filter(source=asked.source or "", source_number=asked.source_number)
    return list(found.select_related("area", "lead_office", "handler"))
