"""The kinds of records that packs declare: which block, which dossiers, which fields one record carries."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from zhenshu.ground.packs.registry import Library, UnknownKindError, library
from zhenshu.ground.packs.schema import (
    BLOCKS,
    ContractKind,
    DossierKind,
    FieldKind,
    FieldType,
    FundKind,
    LearningKind,
    Packed,
    PayoutKind,
    SurveyKind,
    TieKind,
)
from zhenshu.ground.packs.terms import fields_of
from zhenshu.registers.blocks.errors import RecordInvalidError

# The blocks whose records this register keeps; the others have engines of their own.
KEPT_BLOCKS = (
    "rounds", "checklists", "contracts", "payouts", "bookings", "meetings", "surveys", "learning", "ties",
    "ballots", "funds",
)  # fmt: skip
_BLOCK_OF_TYPE = {kind: block for block, kind in BLOCKS.items()}


def block_of(kind: Packed) -> str:
    """Return the block a kind is declared under; empty for cases, dossiers and plans."""
    return _BLOCK_OF_TYPE.get(type(kind), "")


def record_kind(code: str, shelf: Library | None = None) -> Packed:
    """Return the kind ``pack.kind`` in force; raise UnknownKindError when no block kept here declares it."""
    kind = (shelf or library()).kind(code)
    if block_of(kind) not in KEPT_BLOCKS:
        raise UnknownKindError(code)
    return kind


def full_code(code: str, pack: str) -> str:
    """Return ``pack.kind`` for a kind named in a pack with or without the pack's own key."""
    return code if "." in code else f"{pack}.{code}"


def subject_code(kind: Packed) -> str:
    """Return the dossier kind a record is about; empty when it is about none, as a survey of many is."""
    return "" if isinstance(kind, SurveyKind) else asked_code(kind)


def asked_code(kind: Packed) -> str:
    """Return the dossier kind a block speaks of."""
    of = getattr(kind, "of", None)
    return full_code(of, kind.pack) if of else ""


def party_code(kind: Packed) -> str:
    """Return the dossier kind of the other side of a contract; empty when there is none."""
    party = getattr(kind, "party", None)
    return full_code(party, kind.pack) if party else ""


def subject_kind(kind: Packed) -> DossierKind | None:
    """Return the dossier kind a record is about, as far as a pack in force declares it."""
    return library().dossier_kinds.get(subject_code(kind))


def raises_of(kind: Packed) -> tuple[str, ...]:
    """Return the case kinds that records of this kind may open, by full code, as far as they are in force."""
    said = getattr(kind, "raises", None) or ()
    codes = (said,) if isinstance(said, str) else tuple(said)
    wanted = [full_code(code, kind.pack) for code in codes]
    return tuple(code for code in wanted if code in library().case_kinds)


# ── fields ────────────────────────────────────────────────────────────────────────────────────────────


def record_fields(kind: Packed) -> Mapping[str, FieldKind]:
    """Return the fields one record carries: what its block adds, then the pack's own, which win."""
    return {**own_fields(kind), **fields_of(kind)}


def own_fields(kind: Packed) -> dict[str, FieldKind]:
    """Return the fields that the block itself asks for; those it works out are in `derived_fields`."""
    match kind:
        case ContractKind(money="in" | "out"):
            return {"amount": _money(_("Amount of each instalment"))}
        case FundKind():
            uses = {**kind.incoming, **kind.outgoing}
            return {
                "use": _field("use", _("Use"), FieldType.CHOICE, options=uses),
                "amount": _money(_("Amount")),
            }
        case LearningKind():
            return _learning_fields(kind)
        case _:
            return {}


def _learning_fields(kind: LearningKind) -> dict[str, FieldKind]:
    topic = {"topic": _field("topic", _("Topic"), FieldType.CHOICE, options=kind.topics)}
    people = _field("people", _("People reached"), FieldType.INTEGER, min=0, unit=_("persons"))
    return {**(topic if kind.topics else {}), "people": people}


def derived_fields(kind: Packed) -> dict[str, FieldKind]:
    """Return what a block works out itself and keeps beside the fields, to be shown and counted."""
    whole = FieldType.INTEGER
    match block_of(kind):
        case "checklists":
            return {"failed": _field("failed", _("Failed items"), whole, required=False)}
        case "meetings":
            return {
                "people": _field("people", _("Present"), whole, required=False),
                "decisions": _field("decisions", _("Decisions"), whole, required=False),
            }
        case "surveys":
            return {"answers": _field("answers", _("Answers"), whole, required=False)}
        case "payouts":
            return _payout_fields(kind)
    return {}


def _payout_fields(kind: Packed) -> dict[str, FieldKind]:
    assert isinstance(kind, PayoutKind)
    rates = {code: rate.name for code, rate in kind.rates.items()}
    return {
        "rate": _field("rate", _("Standard"), FieldType.CHOICE, options=rates),
        "amount": _money(_("Amount")),
        "people": _field("people", _("Persons"), FieldType.INTEGER, required=False),
        "paid": _field("paid", _("Paid out"), FieldType.BOOLEAN, required=False),
    }


def shown_fields(kind: Packed) -> dict[str, FieldKind]:
    """Return every field of a record in the order pages show them."""
    return {**derived_fields(kind), **record_fields(kind)}


def _field(code: str, name: str, sort: FieldType, *, required: bool = True, **said: object) -> FieldKind:
    return FieldKind.model_validate({"code": code, "name": name, "type": sort, "required": required, **said})


def _money(name: str) -> FieldKind:
    return _field("amount", name, FieldType.MONEY, min=0, unit="元")


# ── what is about a person ────────────────────────────────────────────────────────────────────────────


def is_tie(kind: Packed) -> bool:
    return isinstance(kind, TieKind)


def refuse(**problems: str) -> RecordInvalidError:
    """Return the refusal with one sentence per field."""
    return RecordInvalidError(problems)
