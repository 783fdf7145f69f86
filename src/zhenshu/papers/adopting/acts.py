"""Take proposals over into the registers, and withdraw what was taken over. Each is one act.

What the form says wins over what was proposed; a row that cannot be taken over refuses the whole act with
a sentence at that row, so that nothing is half done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.local_figures import LocalFiguresError, declare_figures
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.indicators.errors import IndicatorError
from zhenshu.measures.indicators.models import Target
from zhenshu.measures.indicators.reported import report_value
from zhenshu.measures.indicators.targets import end_target, set_target
from zhenshu.papers.adopting.errors import AdoptionRefusedError, SourceStateError
from zhenshu.papers.adopting.figures import declarations
from zhenshu.papers.adopting.models import Adoption, SourceReport
from zhenshu.papers.adopting.proposals import propose
from zhenshu.papers.adopting.shapes import ItemProposal, Proposals, TargetProposal, ValueProposal
from zhenshu.papers.adopting.sources import hold_source
from zhenshu.registers.plans.acts import cancel_item, create_item
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.errors import PlanRegisterError
from zhenshu.registers.plans.models import PlanItem, State

FIRST_VERSION = 1
KEPT = ("source_id", "items", "targets", "values", "declared", "withdrawn_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a row says instead of what was proposed; None leaves the proposal."""

    title: str | None = None
    kind: str | None = None
    office: int | None = None
    due: date | None = None
    value: Decimal | None = None
    unit: str | None = None
    bound: str | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of an adoption that was withdrawn; *kept* names what somebody worked on meanwhile."""

    items: int
    targets: int
    values: int
    kept: tuple[str, ...]


@dataclass
class _Taking:
    """One adoption while it is made: what was made so far, and what went wrong at which row."""

    source: SourceReport
    by: Scope
    at: datetime
    chosen: Mapping[str, Edit]
    signer: str
    made: dict[str, list[Any]] = field(
        default_factory=lambda: {"items": [], "targets": [], "values": [], "declared": []}
    )
    problems: dict[str, str] = field(default_factory=dict)

    def attempt(self, key: str, act: Callable[[], int], to: str) -> None:
        """Make one record, or keep the sentence that says why not."""
        try:
            with transaction.atomic():
                self.made[to].append(act())
        except (PlanRegisterError, IndicatorError) as error:
            self.problems[key] = str(error)

    def settle(self) -> None:
        if self.problems:
            raise AdoptionRefusedError(self.problems)


@transaction.atomic
def adopt(
    source: SourceReport,
    chosen: Mapping[str, Edit],
    *,
    by: Scope,
    signer: str = "",
    at: datetime | None = None,
) -> Adoption | None:
    """Return what was taken over: the proposals whose keys are *chosen*; None when all of it was there.

    Raises AdoptionRefusedError with a sentence per row; then nothing at all was taken over.
    """
    held = hold_source(source.pk, by)
    proposals = propose(held)
    taking = _Taking(held, by, at or timezone.now(), chosen, signer)
    items, targets, values = _chosen(proposals, taking)
    for item in items:
        taking.attempt(item.key, partial(_make_item, item, taking), "items")
    _take_figures(taking, targets, values, declared=False)
    taking.settle()  # before anything is written into a pack
    figures: list[TargetProposal | ValueProposal] = [*targets, *values]
    _declare(taking, [one for one in figures if one.declares])
    _take_figures(taking, targets, values, declared=True)
    taking.settle()
    return _store(taking) if any(taking.made.values()) else None


def _chosen(
    proposals: Proposals, taking: _Taking
) -> tuple[list[ItemProposal], list[TargetProposal], list[ValueProposal]]:
    """Return what is still to be made; say of each row that cannot be, why."""
    chosen = taking.chosen
    for key in chosen.keys() - proposals.keys():
        taking.problems[key] = _("The report proposes no such thing any more; open it again.")
    items = [one for one in proposals.items if one.key in chosen and one.item is None]
    targets = [one for one in proposals.targets if one.key in chosen and one.target is None]
    values = [one for one in proposals.values if one.key in chosen and one.standing is None]
    for target in targets:
        edited = chosen[target.key]
        if target.refusal and edited.unit in (None, target.unit) and edited.value in (None, target.value):
            taking.problems[target.key] = target.refusal
    taking.problems |= {one.key: one.refusal for one in values if one.refusal}
    if values and not taking.signer.strip():
        taking.problems["signer"] = _("A reported value needs a signer who answers for it.")
    taking.settle()
    return items, targets, values


def _make_item(proposal: ItemProposal, taking: _Taking) -> int:
    edit = taking.chosen[proposal.key]
    due = edit.due or proposal.due
    draft = PlanDraft(
        kind=edit.kind or proposal.kind,
        title=proposal.title if edit.title is None else edit.title,
        area=taking.source.area_id,
        category=proposal.category,
        lead_office=proposal.office if edit.office is None else edit.office or None,
        # The lamp needs both ends: a year's promise is worked on from the first day of that year.
        start=date(due.year, 1, 1),
        due=due,
        promised=due,
        source_report=taking.source.pk,
        source_place=proposal.place,
        source_quote=proposal.quote,
    )
    return create_item(draft, by=taking.by, at=taking.at, note=taking.source.title).pk


def _take_figures(
    taking: _Taking, targets: Iterable[TargetProposal], values: Iterable[ValueProposal], *, declared: bool
) -> None:
    """Set targets and values of indicators that were known, or of those just *declared*."""
    for target in targets:
        if (target.declares is not None) == declared:
            taking.attempt(target.key, partial(_make_target, target, taking), "targets")
    for value in values:
        if (value.declares is not None) == declared:
            taking.attempt(value.key, partial(_make_value, value, taking), "values")


def _make_target(proposal: TargetProposal, taking: _Taking) -> int:
    edit = taking.chosen[proposal.key]
    return set_target(
        proposal.code,
        taking.source.area,
        proposal.year,
        proposal.value if edit.value is None else edit.value,
        unit=proposal.unit if edit.unit is None else edit.unit,
        by=taking.by,
        bound=edit.bound or proposal.bound,
        measured=proposal.measured,
        report_id=taking.source.pk,
        place=proposal.place,
        quote=proposal.quote,
    ).pk


def _make_value(proposal: ValueProposal, taking: _Taking) -> int:
    return report_value(
        proposal.code,
        taking.source.area,
        str(proposal.year),
        proposal.value,
        signer=taking.signer,
        by=taking.by,
        unit=proposal.unit,
        source=taking.source.title,
        note=proposal.quote[:200],
        at=taking.at,
    ).pk


def _declare(taking: _Taking, proposals: list[TargetProposal | ValueProposal]) -> None:
    """Define the indicators that are missing; a pack that can't take them refuses the rows that need them."""
    if not proposals:
        return
    try:
        taking.made["declared"] = declare_figures(list(declarations(proposals)))
    except LocalFiguresError as error:
        raise AdoptionRefusedError({one.key: str(error) for one in proposals}) from error


def _store(taking: _Taking) -> Adoption:
    adoption = Adoption.objects.create(
        source=taking.source, at=taking.at, by_name=taking.by.name, **taking.made
    )
    _record(adoption, "source.adopted", None, taking.by, at=taking.at)
    return adoption


# ── take back ─────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def withdraw(adoption: Adoption, *, by: Scope, at: datetime | None = None) -> Withdrawal:
    """Return what was taken back: items cancelled and targets ended that nobody has touched since.

    Reported values stay: a figure that was signed is corrected, never removed.
    """
    source, moment = hold_source(adoption.source_id, by), at or timezone.now()
    held = Adoption.objects.select_for_update(of=("self",)).get(pk=adoption.pk)
    if held.withdrawn_at is not None:
        raise SourceStateError(_("This was withdrawn already."))
    before = adoption_facts(held)
    reason = _("Withdrawn: taken over from %(title)s") % {"title": source.title}
    items = list(PlanItem.objects.filter(pk__in=held.items).exclude(state=State.CANCELLED))
    free = [item for item in items if _untouched(item)]
    for item in free:
        cancel_item(item, reason=reason, version=item.version, by=by, at=moment)
    standing = list(Target.objects.filter(pk__in=held.targets, ended=False))
    ended = [target for target in standing if target.version == FIRST_VERSION]
    for target in ended:
        end_target(target, version=target.version, by=by, reason=reason)
    held.withdrawn_at = moment
    held.save(update_fields=["withdrawn_at"])
    _record(held, "source.withdrawn", before, by, at=moment)
    kept = [item.title for item in items if item not in free]
    kept += [target.quote for target in standing if target not in ended]
    return Withdrawal(len(free), len(ended), len(held.values), tuple(kept))


def _untouched(item: PlanItem) -> bool:
    """Tell whether an item still is as it was made: nothing edited, reported, ordered or hung below it."""
    worked_on = item.entries.exists() or item.case_links.exists()
    return (
        item.version == FIRST_VERSION and not worked_on and not PlanItem.objects.filter(parent=item).exists()
    )


def adoption_facts(adoption: Adoption) -> dict[str, Any]:
    """Return what the ledger keeps of an adoption."""
    return {name: getattr(adoption, name) for name in KEPT}


def _record(
    adoption: Adoption, action: str, before: dict[str, Any] | None, by: Scope, *, at: datetime
) -> None:
    area = adoption.source.area_id
    after = adoption_facts(adoption)
    record(by.actor, action, adoption, area_id=area, before=before, after=after, at=at)
