"""The monthly panel: what the enterprises of a list returned, month by month, as far as one may see them.

The list is the one of today: an enterprise that came onto it later counts in its earlier months as well, so
that months are compared on one footing (同口径). Nothing here is stored; the readings are the record.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import DossierKind, FieldKind, PanelKind
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.economy.errors import PanelNotFoundError
from zhenshu.measures.economy.kinds import full_code, subject_kind
from zhenshu.measures.economy.months import moved
from zhenshu.registers.blocks.among import dossiers_of, fitting
from zhenshu.registers.dossiers.models import Dossier, Reading

Cells = Mapping[tuple[int, str], Mapping[str, Any]]
# A month tried for an estimate is compared with the one before it, and both with their last year.
MONTHS_TRIED = 13


@dataclass(frozen=True)
class Panel:
    """The subjects of a panel and the values of their months, by ``(subject, month)``."""

    kind: PanelKind
    of: DossierKind
    subjects: Mapping[int, Dossier]
    cells: Cells
    # The numbers of a value, turned into decimals once: comparisons ask for each of them many times.
    _columns: dict[str, dict[tuple[int, str], Decimal]] = dataclasses.field(
        default_factory=dict, repr=False, compare=False
    )

    def value(self, subject: int, month: str, name: str) -> Decimal | None:
        """Return what a subject returned for a month; None where it returned nothing."""
        if name not in self._columns:
            self._columns[name] = {
                key: number
                for key, values in self.cells.items()
                if (number := _number(values.get(name))) is not None
            }
        return self._columns[name].get((subject, month))

    def field(self, name: str) -> FieldKind:
        """Return what the pack says of a value."""
        return self.of.readings[self.kind.reading].fields[name]

    def asked(self, month: str) -> list[int]:
        """Return who should return a month: those on the list that stood by the end of it."""
        return [pk for pk, one in self.subjects.items() if f"{one.opened_on:%Y-%m}" <= month]

    def returned(self, month: str) -> list[int]:
        """Return who has returned a month."""
        return [pk for pk in self.subjects if (pk, month) in self.cells]

    def missing(self, month: str) -> list[int]:
        """Return who should have returned a month and has not."""
        return [pk for pk in self.asked(month) if (pk, month) not in self.cells]

    @cached_property
    def months(self) -> list[str]:
        """The months that anybody returned, oldest first."""
        return sorted({month for _pk, month in self.cells})


def _number(said: Any) -> Decimal | None:
    return Decimal(str(said)) if isinstance(said, int | float) and not isinstance(said, bool) else None


def read_panel(
    kind: PanelKind, scope: Scope, *, last: str, back: int | None = None, area: Area | None = None
) -> Panel:
    """Return the panel of the *back* months before *last* and of that month, with two questions.

    Without *back* it reaches as far as the trials of an estimate do.
    """
    of = subject_kind(kind, kind.of)
    found = dossiers_of(of.full_code, scope)
    if area is not None:
        found = found.filter(area__path__startswith=area.path)
    subjects = {one.pk: one for one in fitting(list(found), of, kind.among)}
    first = moved(last, -(kind.estimate.errors + MONTHS_TRIED if back is None else back))
    return Panel(kind, of, subjects, _cells(subjects, kind.reading, first, last))


def panel_about(kind: PanelKind, dossier: Dossier, *, last: str) -> Panel:
    """Return the panel of one subject alone; empty when it is not on the list."""
    of = subject_kind(kind, kind.of)
    if dossier.kind != of.full_code:
        raise PanelNotFoundError(full_code(kind, kind.of))
    subjects = {one.pk: one for one in fitting([dossier], of, kind.among)}
    longest = max((one.months for one in kind.warnings.values()), default=1)
    return Panel(kind, of, subjects, _cells(subjects, kind.reading, moved(last, -12 - longest), last))


def last_month(kind: PanelKind, scope: Scope) -> str | None:
    """Return the last month that anybody one may see returned; None when nobody ever did."""
    of = subject_kind(kind, kind.of)
    subjects = dossiers_of(of.full_code, scope).order_by().values("pk")
    found = Reading.objects.filter(dossier__in=subjects, series=kind.reading, replaced_by=None)
    return found.order_by("-period").values_list("period", flat=True).first()


def _cells(subjects: Iterable[int], series: str, first: str, last: str) -> Cells:
    wanted = set(subjects)
    rows = Reading.objects.filter(series=series, replaced_by=None, period__gte=first, period__lte=last)
    if len(wanted) == 1:
        rows = rows.filter(dossier_id__in=wanted)
    told = rows.order_by().values_list("dossier_id", "period", "values")
    return {(pk, period): values for pk, period, values in told.iterator() if pk in wanted}
