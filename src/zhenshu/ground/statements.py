"""Read and write single rows by statements that are composed once per process.

Django composes the text of a statement anew each time; for a row of sixty columns that takes longer than
the database needs to answer, and a step of a case runs a dozen of them. What is remembered here is the
text alone: values are converted by the same fields, errors are Django's, and the rows are ordinary ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache, cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
Convert = Callable[[Any, Any, Any], Any]
Field: TypeAlias = "models.Field[Any, Any]"  # subscripted in annotations only


class Select(Generic[Row]):
    """A question for rows of one model: ``Select(Clock, "case_id = %s", order="id").rows(7)``.

    *where* and *order* name columns. *lock* holds the rows until the transaction ends, where the database
    does not hold all of them anyway. Columns in *without* are left to be read when they are asked for.
    """

    def __init__(
        self,
        model: type[Row],
        where: str,
        *,
        order: str = "",
        lock: bool = False,
        without: Collection[str] = (),
    ) -> None:
        self.model, self._where, self._order, self._lock = model, where, order, lock
        self._fields = [field for field in model._meta.concrete_fields if field.attname not in without]
        self._names = [field.attname for field in self._fields]

    def rows(self, *values: Any) -> list[Row]:
        """Return the rows for which the condition holds with these values."""
        with connection.cursor() as cursor:
            cursor.execute(self._text, values)
            found = cursor.fetchall()
        return [self._row(list(row)) for row in found]

    def first(self, *values: Any) -> Row | None:
        """Return the first of the rows, None when there is none."""
        return next(iter(self.rows(*values)), None)

    def _row(self, values: list[Any]) -> Row:
        for place, converts, column in self._converters:
            for convert in converts:
                values[place] = convert(values[place], column, connection)
        return self.model.from_db(connection.alias, self._names, values)

    @cached_property
    def _text(self) -> str:
        text = f"SELECT {_listed(self._fields)} FROM {_table(self.model)} WHERE {self._where}"
        text += f" ORDER BY {self._order}" if self._order else ""
        return f"{text} FOR UPDATE" if self._lock and connection.features.has_select_for_update else text

    @cached_property
    def _converters(self) -> Sequence[tuple[int, Sequence[Convert], Any]]:
        """What turns a column as the database gives it into a value, for the columns that need it."""
        found = []
        for place, field in enumerate(self._fields):
            column = field.get_col(self.model._meta.db_table)
            converts = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
            if converts:
                found.append((place, converts, column))
        return found


def insert_row(row: models.Model) -> None:
    """Store a new row and give it its id."""
    fields = _own_fields(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(type(row)), values)
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def update_row(row: models.Model, names: Iterable[str] = ()) -> None:
    """Store the columns *names* (attributes such as ``office_id``) of a row; without names all of them."""
    model = type(row)
    chosen = tuple(names) or tuple(field.attname for field in _own_fields(model))
    fields, text = _update(model, chosen)
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(text, [*values, row.pk])
        if cursor.rowcount != 1:
            raise ObjectDoesNotExist(f"{model.__name__} {row.pk} is not there to be changed.")


@cache
def _own_fields(model: type[models.Model]) -> list[Field]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _insertion(model: type[models.Model]) -> str:
    fields = _own_fields(model)
    marks = ", ".join(["%s"] * len(fields))
    key = _quoted(model._meta.pk.column)
    return f"INSERT INTO {_table(model)} ({_listed(fields)}) VALUES ({marks}) RETURNING {key}"


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[list[Field], str]:
    by_name = {name: field for field in _own_fields(model) for name in (field.attname, field.name)}
    fields = [by_name[name] for name in names]
    changes = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    key = _quoted(model._meta.pk.column)
    return fields, f"UPDATE {_table(model)} SET {changes} WHERE {key} = %s"


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _listed(fields: Iterable[Field]) -> str:
    return ", ".join(_quoted(field.column) for field in fields)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))
