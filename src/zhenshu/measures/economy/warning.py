"""Which subjects of a panel run oddly in a month, by the rules of the pack, and the figures behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from zhenshu.ground.packs.conditions import compile_condition, names_in
from zhenshu.ground.packs.economy_checks import panel_terms
from zhenshu.ground.packs.economy_kinds import PanelWarning
from zhenshu.ground.packs.schema import PanelKind
from zhenshu.measures.economy.comparing import growth_of
from zhenshu.measures.economy.months import moved
from zhenshu.measures.economy.panel import Panel
from zhenshu.registers.dossiers.models import Dossier

# From the least to the most pressing, as limits on readings are coloured too (突发事件应对法第六十四条).
COLOURS = ("blue", "yellow", "orange", "red")
Figures = Mapping[str, Decimal | None]
Test = Callable[[Figures], bool]


@dataclass(frozen=True, slots=True)
class Warned:
    """A subject, the warnings that hold for it in a month, the most pressing first, and its figures."""

    panel: PanelKind
    dossier: Dossier
    month: str
    warnings: tuple[PanelWarning, ...]
    figures: Figures
    names: Mapping[str, str]  # of the values, in the words of the pack

    @property
    def colour(self) -> str:
        return self.warnings[0].colour


def warned(panel: Panel, month: str) -> list[Warned]:
    """Return everybody for whom a warning holds in a month, the most pressing first."""
    tests = tests_of(panel.kind)
    found = [one for pk in panel.subjects if (one := warned_one(panel, pk, month, tests)) is not None]
    return sorted(found, key=lambda one: (-COLOURS.index(one.colour), one.dossier.title, one.dossier.pk))


def tests_of(kind: PanelKind) -> list[tuple[PanelWarning, Test]]:
    """Return the warnings of a panel with their tests, the most pressing first."""
    terms = panel_terms(kind)
    some = [(one, compile_condition(one.when, terms, {})) for one in kind.warnings.values()]
    return sorted(some, key=lambda pair: -COLOURS.index(pair[0].colour))


def warned_one(
    panel: Panel, subject: int, month: str, tests: Iterable[tuple[PanelWarning, Test]]
) -> Warned | None:
    """Return the warnings that hold for one subject; None when none does.

    A warning that must hold for several months asks each of them; a month that was not returned breaks it.
    """
    known: dict[str, Figures] = {}

    def at(back: int) -> Figures:
        key = moved(month, -back)
        if key not in known:
            known[key] = figures_of(panel, subject, key)
        return known[key]

    held = [one for one, test in tests if all(test(at(back)) for back in range(one.months))]
    if not held:
        return None
    names = {name: panel.field(name).name for name in panel.kind.values}
    return Warned(panel.kind, panel.subjects[subject], month, tuple(held), at(0), names)


def values_of(warning: PanelWarning) -> list[str]:
    """Return the values a warning asks for, each once, without what of them it asks."""
    asked = names_in(warning.when)
    return sorted({name.partition(".")[0] for name in asked})


def figures_of(panel: Panel, subject: int, month: str) -> Figures:
    """Return what warnings may ask of a subject in a month; what is unknown fulfils nothing."""
    found: dict[str, Decimal | None] = {}
    for name in panel.kind.values:
        value = panel.value(subject, month, name)
        found[name] = value
        found[f"{name}.over_year"] = growth_of(value, panel.value(subject, moved(month, -12), name))
        found[f"{name}.over_month"] = growth_of(value, panel.value(subject, moved(month, -1), name))
    return found
