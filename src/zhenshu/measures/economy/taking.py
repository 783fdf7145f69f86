"""Take a warning up: it becomes a visit to be made, or a visit already made; once per subject and month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.economy_kinds import PanelWarning
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import PanelKind, RoundKind
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.economy.errors import PanelNotFoundError, WarningGoneError, WarningTakenError
from zhenshu.measures.economy.kinds import full_code
from zhenshu.measures.economy.models import TakenWarning
from zhenshu.measures.economy.months import in_words
from zhenshu.measures.economy.panel import Panel, panel_about
from zhenshu.measures.economy.warning import Figures, Warned, tests_of, values_of, warned_one
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.rounds import log_visit
from zhenshu.registers.cases.loop import Draft, open_case
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.visibility import find_dossier, require

KEPT = ("panel", "dossier_id", "month", "signs", "case_id", "record_id")


def taken_facts(taken: TakenWarning) -> dict[str, Any]:
    """Return what the ledger keeps of a warning that was taken up."""
    return {name: getattr(taken, name) for name in KEPT}


def open_visit(
    kind: PanelKind, dossier_id: int, month: str, *, by: Scope, at: datetime | None = None
) -> Case:
    """Return the visit opened for the warning of a month.

    Raises WarningTakenError where that month became something already, WarningGoneError where no warning
    holds, and what opening a matter refuses.
    """
    if not kind.raises:
        raise PanelNotFoundError(kind.full_code)
    found = _hold(kind, dossier_id, month, by)
    made: list[Case] = []

    def take() -> None:
        draft = _draft(kind, found, by)
        made.append(open_case(draft, by=by, at=at, also=lambda case: _store(kind, found, by, case=case)))

    _once(take, found)
    return made[0]


def keep_visit(kind: PanelKind, dossier_id: int, month: str, *, said: str, day: date, by: Scope) -> Record:
    """Return the record of a visit made because of the warning, kept under the round of the panel."""
    visits = library().kinds.get(full_code(kind, kind.round or ""))
    if not isinstance(visits, RoundKind):
        raise PanelNotFoundError(full_code(kind, kind.round or ""))
    found = _hold(kind, dossier_id, month, by)
    words = next((code for code, field in visits.fields.items() if field.type.value == "longtext"), None)
    made: list[Record] = []

    def take() -> None:
        note = _warning_words(found)
        fields = {words: said} if words else {}
        made.append(log_visit(visits, found.dossier, fields, day=day, by=by, note=note))
        _store(kind, found, by, kept=made[0])

    _once(take, found)
    return made[0]


def taken_of(kind: PanelKind, month: str) -> dict[int, TakenWarning]:
    """Return what became of the warnings of a month, by subject."""
    taken = TakenWarning.objects.filter(panel=kind.full_code, month=month).select_related("case", "record")
    return {one.dossier_id: one for one in taken}


def _hold(kind: PanelKind, dossier_id: int, month: str, by: Scope) -> Warned:
    """Return the warning as it holds now; refuse who may not act on the dossier."""
    dossier = find_dossier(dossier_id, by)
    require("correct", by, area_path=dossier.area.path, sensitive=dossier.sensitive)
    panel: Panel = panel_about(kind, dossier, last=month)
    held = warned_one(panel, dossier.pk, month, tests_of(kind)) if panel.subjects else None
    if held is None:
        raise WarningGoneError(dossier.title, in_words(month))
    return held


def _once(take: Callable[[], None], found: Warned) -> None:
    """Do an act once for a subject and month: the second of two at one moment is refused by the database."""
    try:
        with transaction.atomic():
            Dossier.objects.select_for_update().get(pk=found.dossier.pk)
            taken = TakenWarning.objects.filter(panel=found.panel.full_code, month=found.month)
            if taken.filter(dossier=found.dossier).exists():
                raise WarningTakenError(found.dossier.title, in_words(found.month))
            take()
    except IntegrityError as error:
        raise WarningTakenError(found.dossier.title, in_words(found.month)) from error


def _store(
    kind: PanelKind, found: Warned, by: Scope, *, case: Case | None = None, kept: Record | None = None
) -> None:
    taken = TakenWarning(
        panel=kind.full_code, dossier=found.dossier, month=found.month,
        signs=[one.code for one in found.warnings], case=case, record=kept, at=timezone.now(),
        by_id=by.user_id,
    )  # fmt: skip
    taken.save(force_insert=True)
    after = taken_facts(taken)
    record(by.actor, "warning.taken", taken, area_id=found.dossier.area_id, before=None, after=after)


def _draft(kind: PanelKind, found: Warned, by: Scope) -> Draft:
    declared = library().case_kind(full_code(kind, kind.raises or ""))
    sign = found.warnings[0].sign
    return Draft(
        kind=declared.full_code,
        title=f"{found.dossier.title}：{found.warnings[0].name}",
        description=_warning_words(found),
        area=found.dossier.area_id,
        subject=found.dossier.pk,
        channel="warning" if "warning" in declared.channels else "",
        fields={kind.sign: sign} if kind.sign and sign else {},
    )


def _warning_words(found: Warned) -> str:
    """Return which warnings hold and the figures they rest on, as the matter keeps them."""
    lines = [_("%(month)s: %(warnings)s.") % {
        "month": in_words(found.month), "warnings": "；".join(one.name for one in found.warnings),
    }]  # fmt: skip
    lines += [words for one in found.warnings if (words := figure_words(found, one))]
    return "\n".join(dict.fromkeys(lines))


def figure_words(found: Warned, warning: PanelWarning) -> str:
    """Return the figures a warning asked for: 用电量 12.3，同比 -41.0%."""
    return "；".join(
        words for name in values_of(warning) if (words := _value_words(found.figures, name, found.names))
    )


def _value_words(figures: Figures, name: str, names: Mapping[str, str]) -> str:
    value, growth = figures.get(name), figures.get(f"{name}.over_year")
    if value is None:
        return ""
    word = f"{names.get(name, name)} {value.normalize():f}"
    return word if growth is None else _("%(value)s, %(change)s %% on last year") % {
        "value": word, "change": f"{growth:+.1f}",
    }  # fmt: skip
