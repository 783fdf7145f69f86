"""Ties between dossiers: relate and unrelate."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.errors import RelationError
from zhenshu.registers.dossiers.models import Dossier, Relation
from zhenshu.registers.dossiers.visibility import find_dossier, require


def relation_facts(relation: Relation) -> dict[str, Any]:
    """Return what the ledger keeps of a tie."""
    kept = ("source_id", "kind", "target_id", "since", "ended_on", "note")
    return {field: getattr(relation, field) for field in kept}


@transaction.atomic
def relate(
    source: Dossier,
    kind: DossierKind,
    relation: str,
    *,
    target: Dossier,
    by: Scope,
    since: date | None = None,
    note: str = "",
) -> Relation:
    """Return the new tie *relation*, as *kind* declares it, from one dossier to another."""
    source, target = find_dossier(source.pk, by), find_dossier(target.pk, by)
    require("relate", by, area_path=source.area.path, sensitive=source.sensitive)
    _refuse_misfit(source, kind, relation, target)
    made = Relation.objects.create(source=source, kind=relation, target=target, since=since, note=note[:200])
    after = relation_facts(made)
    record(by.actor, "dossier.related", made, area_id=source.area_id, before=None, after=after, note=note)
    return made


def _refuse_misfit(source: Dossier, kind: DossierKind, relation: str, target: Dossier) -> None:
    declared = kind.relations.get(relation)
    if declared is None:
        words = {"relation": relation, "known": "、".join(kind.relations) or "-"}
        raise RelationError(_("There is no relation “%(relation)s” here. Relations are: %(known)s.") % words)
    if target.kind not in (declared.to, f"{kind.pack}.{declared.to}"):
        raise RelationError(_("%(name)s points to another kind of dossier.") % {"name": declared.name})
    if source.pk == target.pk:
        raise RelationError(_("A dossier can't be tied to itself."))
    open_ties = source.relations.filter(kind=relation, ended_on=None)
    if open_ties.filter(target=target).exists():
        raise RelationError(_("These two dossiers are already tied in this way."))
    if not declared.many and open_ties.exists():
        raise RelationError(
            _("%(name)s can hold one dossier only; end the old tie first.") % {"name": declared.name}
        )


@transaction.atomic
def unrelate(relation: Relation, *, on: date, by: Scope, note: str = "") -> Relation:
    """Return the tie, ended on a day; it stays in the history."""
    source = find_dossier(relation.source_id, by)
    require("relate", by, area_path=source.area.path, sensitive=source.sensitive)
    relation = Relation.objects.select_for_update().get(pk=relation.pk)
    if relation.ended_on:
        raise RelationError(_("This tie has ended already."))
    before = relation_facts(relation)
    relation.ended_on = on
    relation.save(update_fields=["ended_on"])
    after = relation_facts(relation)
    record(
        by.actor, "dossier.unrelated", relation, area_id=source.area_id, before=before, after=after, note=note
    )
    return relation
