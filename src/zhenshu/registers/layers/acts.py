"""Acts on layers: take a version in, keep a test about a dossier. Each leaves its line in the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from zhenshu.ground.areas.geometry import write_boundary
from zhenshu.ground.areas.models import Area
from zhenshu.ground.areas.surface import square_metres
from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind, LayerKind
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.acts import correct_dossier
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import find_dossier, require
from zhenshu.registers.layers.errors import LayerInvalidError, LayerNotAllowedError, LayerNotFoundError
from zhenshu.registers.layers.measuring import Hit, measure_ground, polygons_of
from zhenshu.registers.layers.models import GroundTest, Layer, Shape
from zhenshu.registers.layers.reading import Drawn

# Who takes layers in; each within the areas of the posts.
KEEPERS = frozenset({Role.OFFICER, Role.SECRETARY, Role.ADMINISTRATOR})
KEPT = ("kind", "area_id", "version_on", "source", "count", "square_metres", "digest", "ended_on")
TEST_KEPT = ("dossier_id", "square_metres", "hits", "current")
NO_LIMIT = "none"  # the option of a marked field that says a ground meets no layer


@dataclass(frozen=True, slots=True)
class Met:
    """A layer and what it says of a piece of ground."""

    layer: Layer
    kind: LayerKind
    hit: Hit

    def as_json(self, ground: float) -> dict[str, Any]:
        """Return what is kept of it; *ground* is the size of the piece."""
        return {
            "layer": self.layer.pk,
            "kind": self.kind.full_code,
            "name": self.kind.name,
            "version_on": self.layer.version_on.isoformat(),
            "source": self.layer.source,
            "digest": self.layer.digest,
            "touched": self.hit.touched,
            "square_metres": round(self.hit.square_metres, 2),
            "share": round(100 * self.hit.square_metres / ground, 2) if ground else None,
        }


# ── layers ────────────────────────────────────────────────────────────────────────────────────────────


def layer_kinds() -> list[LayerKind]:
    """Return the layers that packs in force declare, in the order of the business lines."""
    return [kind for kind in library().kinds.values() if isinstance(kind, LayerKind)]


def find_layer_kind(code: str) -> LayerKind:
    """Return the kind ``pack.code`` in force; raise LayerNotFoundError otherwise."""
    found = library().kinds.get(code)
    if not isinstance(found, LayerKind):
        raise LayerNotFoundError(code)
    return found


@transaction.atomic
def take_in(
    kind: LayerKind, drawn: Sequence[Drawn], *, area: Area, version_on: date, source: str, by: Scope
) -> Layer:
    """Return the new version of a layer in an area; it takes the place of the one before from today on."""
    if not by.covers(area.path, KEEPERS):
        raise LayerNotAllowedError
    today = timezone.localdate()
    problems = {} if source.strip() else {"source": _("Say where the layer comes from.")}
    if version_on > today:
        problems["version_on"] = _("This day has not come yet.")
    Area.objects.select_for_update().get(pk=area.pk)  # two versions of one layer queue here
    before = Layer.objects.filter(kind=kind.full_code, area=area, ended_on=None).first()
    if before is not None and before.version_on > version_on:
        words = {"day": f"{before.version_on:%Y-%m-%d}"}
        problems["version_on"] = _("The version in force is later: %(day)s.") % words
    if problems:
        raise LayerInvalidError(problems)
    if before is not None:
        _end(before, today, by)
    return _store(
        Layer(kind=kind.full_code, area=area, version_on=version_on, source=source.strip()), drawn, by
    )


def _end(layer: Layer, on: date, by: Scope) -> None:
    before = layer_facts(layer)
    layer.ended_on = on
    layer.save()
    record(by.actor, "layer.replaced", layer, area_id=layer.area_id, before=before, after=layer_facts(layer))


def _store(layer: Layer, drawn: Sequence[Drawn], by: Scope) -> Layer:
    written = [write_boundary(one.geometry) for one in drawn]
    sizes = [square_metres(one.geometry) for one in drawn]
    text = json.dumps(written, separators=(",", ":"))
    layer.count, layer.square_metres = len(drawn), sum(sizes)
    layer.digest = hashlib.sha256(text.encode()).hexdigest()
    layer.made_at, layer.by_id = timezone.now(), by.user_id
    layer.save(force_insert=True)
    Shape.objects.bulk_create(
        [
            Shape(layer=layer, place=place, name=one.name, geometry=geometry, square_metres=size)
            for place, (one, geometry, size) in enumerate(zip(drawn, written, sizes, strict=True), start=1)
        ],
        batch_size=500,
    )
    record(by.actor, "layer.taken_in", layer, area_id=layer.area_id, before=None, after=layer_facts(layer))
    return layer


def layer_facts(layer: Layer) -> dict[str, Any]:
    """Return what the ledger keeps of a layer; the digest stands for its polygons."""
    return {name: getattr(layer, name) for name in KEPT}


def visible_layers(scope: Scope) -> QuerySet[Layer]:
    """Return the layers of areas that hold, or lie in, the areas of one's posts."""
    rule = Q(pk__in=[])
    for post in scope.posts:
        above = [int(part) for part in post.area_path.strip("/").split("/") if part]
        rule |= Q(area__path__startswith=post.area_path) | Q(area_id__in=above)
    codes = [kind.full_code for kind in layer_kinds()]
    return Layer.objects.filter(rule, kind__in=codes).select_related("area", "by")


# ── tests ─────────────────────────────────────────────────────────────────────────────────────────────


def lay_over(ground: BaseGeometry, *, by: Scope) -> list[Met]:
    """Return what each layer in force that one may see says of a piece of ground; nothing is kept."""
    layers = visible_layers(by).filter(ended_on=None).order_by("kind", "pk")
    kinds = {kind.full_code: kind for kind in layer_kinds()}
    order = list(kinds)
    found = [_meet(layer, kinds[layer.kind], ground) for layer in layers]
    return sorted(found, key=lambda met: (order.index(met.layer.kind), met.layer.pk))


def _meet(layer: Layer, kind: LayerKind, ground: BaseGeometry) -> Met:
    return Met(layer, kind, measure_ground(ground, polygons_of(layer), kind))


def tested_kinds() -> list[DossierKind]:
    """Return the kinds of dossiers that any layer is for."""
    kinds = library().dossier_kinds
    codes = dict.fromkeys(_full(kind, code) for kind in layer_kinds() for code in kind.of)
    return [kinds[code] for code in codes if code in kinds]


def _full(kind: LayerKind, code: str) -> str:
    return code if "." in code else f"{kind.pack}.{code}"


@transaction.atomic
def keep_test(dossier_id: int, ground: BaseGeometry, *, by: Scope) -> GroundTest:
    """Return the test kept about a plot or project; the field the layers mark follows from it.

    Refused for a dossier no layer is for, and where no layer is in force.
    """
    dossier = find_dossier(dossier_id, by)
    require("correct", by, area_path=dossier.area.path, sensitive=dossier.sensitive)
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related("area").get(pk=dossier.pk)
    of = next((kind for kind in tested_kinds() if kind.full_code == dossier.kind), None)
    if of is None or dossier.state != State.ACTIVE:
        raise LayerInvalidError({"dossier": _("No layer is for dossiers of this kind.")})
    met = [
        one for one in lay_over(ground, by=by) if dossier.kind in {_full(one.kind, c) for c in one.kind.of}
    ]
    if not met:
        raise LayerInvalidError({"ground": _("No layer is in force here yet; take one in first.")})
    GroundTest.objects.filter(dossier=dossier, current=True).update(current=False)
    size = square_metres(ground)
    made = GroundTest(dossier=dossier, geometry=_written(ground), square_metres=round(size, 2))
    made.hits, made.at, made.by_id = [one.as_json(size) for one in met], timezone.now(), by.user_id
    made.save(force_insert=True)
    after = {name: getattr(made, name) for name in TEST_KEPT}
    record(by.actor, "ground.tested", made, area_id=dossier.area_id, before=None, after=after)
    _mark(dossier, of, met, by)
    return made


def _written(ground: BaseGeometry) -> dict[str, Any]:
    if ground.geom_type == "Point":
        return {"type": "Point", "coordinates": list(mapping(ground)["coordinates"])}
    return write_boundary(ground)


def _mark(dossier: Dossier, of: DossierKind, met: Iterable[Met], by: Scope) -> None:
    """Write into the dossier which layers limit it; fields the layers do not mark stay as they are."""
    marked: dict[str, list[str]] = {}
    for one in met:
        for field, option in one.kind.marks.items():
            if field in of.fields:
                marked.setdefault(field, []).extend([option] if one.hit.touched else [])
    said = {field: _options(of, field, options) for field, options in marked.items()}
    changed = {field: value for field, value in said.items() if dossier.fields.get(field) != value}
    if changed:
        correct_dossier(dossier, of, changed, version=dossier.version, by=by)


def _options(of: DossierKind, field: str, options: list[str]) -> list[str]:
    found = sorted(set(options))
    return found or ([NO_LIMIT] if NO_LIMIT in of.fields[field].options else [])


def tests_of(dossier: Dossier) -> list[GroundTest]:
    """Return the tests kept about a dossier, the newest first."""
    return list(dossier.ground_tests.select_related("by").order_by("-at", "-pk"))
