"""Check what panels, assessments by land and layers name: readings, numbers, conditions, options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from zhenshu.ground.packs.base import NUMBERS, Declared
from zhenshu.ground.packs.conditions import ConditionError, Term, parse_condition
from zhenshu.ground.packs.economy_kinds import LayerKind, PanelKind, PerMuKind
from zhenshu.ground.packs.findings import Finding, Place, check_condition, known_fields
from zhenshu.ground.packs.measures import MeasureError, Shelf, find_kind
from zhenshu.ground.packs.schema import DossierKind, Pack
from zhenshu.ground.packs.terms import dates_of, fields_of, numbers_of

ECONOMY_POINTERS: dict[type[Declared], dict[str, tuple[str, ...]]] = {
    PanelKind: {"of": ("dossiers",), "raises": ("cases",), "round": ("rounds",)},
    PerMuKind: {"of": ("dossiers",)},
    LayerKind: {"of": ("dossiers",)},
}
COMPARED = ("over_year", "over_month")  # what may be asked of a value of a panel besides the value itself


def panel_terms(kind: PanelKind) -> Mapping[str, Term]:
    """Return what warnings of a panel may ask for: each value, and its change in per cent."""
    names = [(value, *(f"{value}.{how}" for how in COMPARED)) for value in kind.values]
    return {name: Term("number") for some in names for name in some}


def check_economy(pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    """Yield everything in panels, assessments by land and layers that points to nothing."""
    for key, panel in pack.panels.items():
        yield from _check_panel(panel, ("panels", key), pack, shelf)
    for key, per_mu in pack.per_mu.items():
        yield from _check_per_mu(per_mu, ("per_mu", key), pack, shelf)
    for key, layer in pack.layers.items():
        for code in layer.of:
            of = _dossier_kind(code, pack, shelf)
            if of is not None:
                yield from _check_marks(layer, ("layers", key, "marks"), of)


def _dossier_kind(code: str, pack: Pack, shelf: Shelf) -> DossierKind | None:
    """Return the dossier kind named, None where it is missing: that is told where the kind is named."""
    try:
        found = find_kind(code, pack, shelf).kind
    except MeasureError:
        return None
    return found if isinstance(found, DossierKind) else None


def _check_panel(panel: PanelKind, place: Place, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    of = _dossier_kind(panel.of, pack, shelf)
    if of is None:
        return
    yield from check_condition((*place, "among"), panel.among, of)
    yield from known_fields((*place, "reading"), [panel.reading], of.readings, of)
    if panel.reading in of.readings:
        numbers = numbers_of(of, "dossiers", panel.reading)
        yield from known_fields((*place, "values"), panel.values, numbers, of)
        yield from known_fields((*place, "stocks"), panel.stocks, panel.values, of)
    for code, warning in panel.warnings.items():
        try:
            parse_condition(warning.when, panel_terms(panel), {})
        except ConditionError as error:
            yield Finding((*place, "warnings", code, "when", *error.place), error.kind, error.facts)
    yield from _check_signs(panel, place, pack, shelf)


def _check_signs(panel: PanelKind, place: Place, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    """Yield a finding for each sign that the matter to be opened cannot carry."""
    if not (panel.raises and panel.sign):
        return
    try:
        case = find_kind(panel.raises, pack, shelf).kind
    except MeasureError:
        return
    yield from known_fields((*place, "sign"), [panel.sign], fields_of(case), case)
    field = fields_of(case).get(panel.sign)
    if field is None:
        return
    for code, warning in panel.warnings.items():
        yield from _option((*place, "warnings", code, "sign"), warning.sign, panel.sign, field.options)


def _check_per_mu(per_mu: PerMuKind, place: Place, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    of = _dossier_kind(per_mu.of, pack, shelf)
    if of is None:
        return
    yield from check_condition((*place, "among"), per_mu.among, of)
    terms = number_terms(of)
    for code, measure in per_mu.measures.items():
        for part in ("sum", "per"):
            yield from known_fields((*place, "measures", code, part), [getattr(measure, part)], terms, of)
    for code, exempt in per_mu.exempt.items():
        yield from check_condition((*place, "exempt", code, "when"), exempt.when, of)
        if exempt.since:
            dates = dates_of(of, "dossiers")
            yield from known_fields((*place, "exempt", code, "since"), [exempt.since], dates, of)
    if per_mu.field:
        yield from known_fields((*place, "field"), [per_mu.field], fields_of(of), of)
    field = fields_of(of).get(per_mu.field)
    if field is None:
        return
    for code in per_mu.classes:
        yield from _option((*place, "classes", code), code, per_mu.field, field.options)


def number_terms(kind: DossierKind) -> tuple[str, ...]:
    """Return the numbers of a dossier kind: its own, and those of its readings as ``reading.value``."""
    own = tuple(key for key, field in kind.fields.items() if field.type in NUMBERS)
    read = (f"{series}.{name}" for series in kind.readings for name in numbers_of(kind, "dossiers", series))
    return (*own, *read)


def _check_marks(layer: LayerKind, place: Place, of: DossierKind) -> Iterator[Finding]:
    for name, option in layer.marks.items():
        field = fields_of(of).get(name)
        # A kind without the field is tested all the same; only nothing is marked on it.
        if field is not None:
            yield from _option((*place, name), option, name, field.options)


def _option(place: Place, value: str, field: str, allowed: Iterable[str]) -> Iterator[Finding]:
    listed = list(allowed)
    if value and value not in listed:
        yield Finding(place, "unknown_option", {"field": field, "value": value, "allowed": listed})
