"""Check the scorecards of a pack: what they score, and whether their figures can be told unit by unit."""

from __future__ import annotations

from collections.abc import Iterator

from zhenshu.ground.packs.base import FieldKind, FieldType
from zhenshu.ground.packs.figure_checks import check_code, made_of
from zhenshu.ground.packs.findings import Finding, Place
from zhenshu.ground.packs.measures import (
    Counted,
    MeasureError,
    Shelf,
    counted_of,
    find_kind,
    is_indicator,
    read_part,
)
from zhenshu.ground.packs.schema import DossierKind, IndicatorKind, Pack, ScorecardKind, ScoreItem
from zhenshu.ground.packs.terms import fields_of

RATES = ("%", "‰")
NAMELESS = ("dossiers", "points")  # records that name no office by themselves


def check_cards(pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    """Yield what is wrong with the scorecards of a pack."""
    for card in pack.scorecards.values():
        at: Place = ("scorecards", card.code)
        if card.dossier:
            yield from _no_person(card, (*at, "dossier"), pack, shelf)
        for item in card.items.values():
            if item.indicator:
                yield from _item(card, item, (*at, "items", item.code), pack, shelf)


def holds_persons(kind: DossierKind) -> bool:
    """Tell whether a kind of dossier holds data of persons, so that it is never scored."""
    return kind.sensitive or any(_is_of_a_person(field) for field in kind.fields.values())


def _is_of_a_person(field: FieldKind) -> bool:
    return field.sensitive or field.type in (FieldType.ID_NUMBER, FieldType.USER)


def _no_person(card: ScorecardKind, place: Place, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    try:
        found = find_kind(card.dossier or "", pack, shelf)
    except MeasureError:
        return  # reported where the kind is named
    if isinstance(found.kind, DossierKind) and holds_persons(found.kind):
        yield Finding(place, "score_person", {"kind": found.kind.name})


def _item(card: ScorecardKind, item: ScoreItem, place: Place, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    code, at = item.indicator or "", (*place, "indicator")
    unknown = list(check_code(at, code, pack, shelf))
    yield from unknown
    if unknown:
        return
    indicator = find_indicator(code, pack, shelf)
    if item.way == "share" and item.reach is None and indicator.unit not in RATES:
        yield Finding(at, "score_reach", {"indicator": code})
    if card.of in ("office", "dossier") and not _says_whose(card, code, pack, shelf):
        yield Finding(at, "score_by", {"indicator": code, "by": card.by})


def find_indicator(code: str, pack: Pack, shelf: Shelf) -> IndicatorKind:
    """Return an indicator of the pack itself or of another that is known."""
    owner = pack if code in pack.indicators else shelf.packs[code.split(".")[0]]
    return owner.indicators[code]


def _says_whose(card: ScorecardKind, code: str, pack: Pack, shelf: Shelf) -> bool:
    """Tell whether every record behind an indicator can be given to a unit; reported series cannot."""
    indicator = find_indicator(code, pack, shelf)
    owner = pack if code in pack.indicators else shelf.packs[code.split(".")[0]]
    if indicator.reported:
        return False
    try:
        counted = list(_counted(indicator, owner, shelf))
    except MeasureError:
        return True  # reported where the indicator is defined
    inner = [part for part in made_of(indicator) if is_indicator(part, shelf) or part in owner.indicators]
    return all(_names_unit(one, card) for one in counted) and all(
        _says_whose(card, part, owner, shelf) for part in inner
    )


def _counted(indicator: IndicatorKind, pack: Pack, shelf: Shelf) -> Iterator[Counted]:
    whole = counted_of(indicator, pack, shelf)
    if whole is not None:
        yield whole
    for part in (*(indicator.share or ()), *(indicator.ratio or ())):
        read = read_part(part, pack, shelf)
        if isinstance(read, Counted):
            yield read


def _names_unit(counted: Counted, card: ScorecardKind) -> bool:
    if card.of == "dossier":
        return True
    return bool(office_field(counted, card.by)) or (card.by == "office" and counted.block not in NAMELESS)


def office_field(counted: Counted, by: str) -> str:
    """Return the field of type office by which records are given to offices; empty where it is none.

    A dossier names no office by itself: there ``office`` stands for its first field of that type.
    """
    fields = fields_of(counted.kind)
    if by in fields and fields[by].type is FieldType.OFFICE:
        return by
    if by != "office" or counted.block != "dossiers":
        return ""
    return next((key for key, field in fields.items() if field.type is FieldType.OFFICE), "")
