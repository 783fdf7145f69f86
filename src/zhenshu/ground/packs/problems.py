"""What can be wrong with a pack, each as a sentence with its place, what is allowed and the fix."""

from __future__ import annotations

import gettext as catalogues
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

from django.apps import apps
from django.utils.translation import gettext

LOCALE = Path(__file__).resolve().parents[2] / "locale"


def mark(message: str) -> str:
    """Mark *message* for the catalogue; it is translated when it is read (`translate`)."""
    return message


_ = mark

# kind of problem -> (what is wrong, what to do)
SENTENCES: dict[str, tuple[str, str]] = {
    # the file
    "unreadable": (_("The file cannot be read: %(reason)s."), _("Check that it exists and is UTF-8 text.")),
    "too_large": (
        _("The file has %(size)s bytes, more than a pack may have (%(most)s)."),
        _("Split the business line into two packs."),
    ),
    "empty": (_("The file is empty."), _("Start it with pack:, name: and effective:.")),
    "yaml": (
        _("This is not well-formed YAML: %(reason)s."),
        _("Check indentation, colons and brackets here."),
    ),
    "yaml_character": (
        _("The file holds a character that text may not hold."),
        _("Remove the control character in this line."),
    ),
    "yaml_tag": (_("The tag %(tag)s is not allowed in a pack."), _("Write the plain value.")),
    "yaml_key": (_("A key must be a plain word."), _("Write the key as text, such as visit:.")),
    "yaml_merge": (
        _("Merge keys (<<) are not allowed in a pack."),
        _("Write the keys out where they belong."),
    ),
    "yaml_size": (
        _("The file unfolds to more than %(most)s values."),
        _("Write repeated parts out instead of by aliases."),
    ),
    "not_mapping": (
        _("A pack is a mapping of keys, not %(type)s."),
        _("Start it with pack:, name: and effective:."),
    ),
    "duplicate_key": (_("The key %(key)s stands here a second time."), _("Remove one of the two.")),
    # the shape
    "unknown_key": (_("The key %(key)s is unknown here."), _("Correct or remove it.")),
    "missing_key": (_("The key %(key)s is missing."), _("Add %(key)s: here.")),
    "wrong_type": (_("%(value)s stands where %(expected)s is expected."), _("Write %(expected)s.")),
    "not_allowed": (_("%(value)s is not one of the allowed values."), _("Use one of the allowed values.")),
    "pattern": (
        _("%(value)s is not a key."),
        _("Use small letters, digits and _, starting with a letter, such as visit_again."),
    ),
    "out_of_range": (_("%(value)s is out of range: %(reason)s."), _("Correct the number.")),
    "other": (_("%(reason)s."), _("Correct the value.")),
    "own_key": (
        _("%(own)s: is written by the system and may not stand in %(key)s."),
        _("Remove it; the key above is the code."),
    ),
    # values
    "limit": (
        _("The limit “%(written)s” is not understood."),
        _("Write a number and a unit: 15 日, 3 工作日, 4 工作时, 24 小时, 3 个月, or 当日."),
    ),
    "options_missing": (
        _("A field of type %(type)s needs options."),
        _("Add options: {yes: 是, no: 否} or another type."),
    ),
    "of_missing": (
        _("A field of type dossier must say which dossiers it points to."),
        _("Add of: with a dossier kind, such as of: enterprises.enterprise."),
    ),
    "min_above_max": (_("min %(min)s is above max %(max)s."), _("Exchange or correct the two.")),
    "stages_ends": (
        _("The stages must begin with accepted and contain closed."),
        _("Add the missing stage to stages:."),
    ),
    "stages_order": (_("The stages do not stand in the order of the loop."), _("Order them: %(order)s.")),
    "clock_until": (
        _("The clock %(clock)s runs until %(stage)s, a stage this kind does not use."),
        _("Use one of the stages of the kind: %(stages)s."),
    ),
    "clock_by": (
        _("The clock %(clock)s chooses by the field %(field)s, which the kind does not have."),
        _("Add the field, a choice, or remove by:."),
    ),
    "measure_ways": (
        _("A measure needs exactly one of %(ways)s, here: %(chosen)s."),
        _("Keep one, such as count: visit."),
    ),
    "indicator_forms": (
        _("An indicator needs exactly one of %(forms)s, here: %(chosen)s."),
        _("Keep one, such as count: visit or reported: true."),
    ),
    "indicator_where": (
        _("where and exclude do not belong to a %(form)s."),
        _("Put the condition into its parts, such as {count: visit, where: {channel: leader}}."),
    ),
    "scale_bands": (
        _("The bands must start at different scores, the lowest at 0."),
        _("Give the lowest band from: 0 and each other its own start."),
    ),
    "score_item": (
        _("An item of the way %(way)s needs %(key)s:."),
        _("Add %(key)s:, such as step: 2, or bands: [{from: 90, points: 20}]."),
    ),
    "score_indicator": (
        _("An item of the way %(way)s has an indicator where it needs none, or none where it needs one."),
        _("Only what is given by hand has no indicator:."),
    ),
    "score_units": (
        _("A scorecard of %(of)s and its dossier: do not fit."),
        _("Name the kind of dossier with of: dossier, and only then."),
    ),
    "score_person": (
        _("%(kind)s holds data of persons; persons are never scored."),
        _("Score an office, a village, a grid, or a dossier of an institution."),
    ),
    "score_reach": (
        _("%(indicator)s is no percentage; what value earns the full mark?"),
        _("Add reach: with that value, or use the way target, rank, deduct or bands."),
    ),
    "score_by": (
        _("The records behind %(indicator)s do not say whose they are: no %(by)s."),
        _("Use records that name an office, add a field of type office, or enter the item by hand."),
    ),
    "threshold_empty": (
        _("A threshold needs above: or below:."),
        _("Add the value that must not be passed."),
    ),
    "match_sides": (
        _("A match is either a need against an offer or clauses against dossiers."),
        _("Give offer: with on:, or clauses:, not both."),
    ),
    # the portal
    "portal_word": (
        _("The portal names %(name)s, which this kind does not have."),
        _("Use what the kind declares."),
    ),
    "portal_lacks": (
        _("The field %(field)s is required, but the portal does not ask for it: nobody could send the form."),
        _("Add it to asks: of the portal, or give it a default."),
    ),
    "portal_secret": (
        _("A confidential kind cannot be open to the public."),
        _("Remove portal:, or confidential: and sensitive:."),
    ),
    "portal_judged": (
        _("judged: needs the stage called_back, which this kind does not use."),
        _("Add called_back to stages:, or remove judged:."),
    ),
    "portal_shown": (
        _("The field %(field)s is sensitive and may not be shown at the portal."),
        _("Take it out of shows:."),
    ),
    "portal_office": (
        _("This kind is not dispatched, so the portal must say which office receives it."),
        _("Add office: with the key of an office."),
    ),
    "portal_answer": (
        _("An answer leads to a next question or to a category, exactly one of the two."),
        _("Give next: or category:."),
    ),
    "portal_circle": (
        _("The questions lead back to %(question)s."),
        _("Let each question lead further on, or to a category."),
    ),
    "exemption_ways": (
        _("An exemption needs either when: or since: with months:."),
        _("Give a condition, or the date it counts from and how many months."),
    ),
    "per_mu_year": (_("%(year)s is not a year."), _('Write four digits in quotes, such as "2024".')),
    "per_mu_keys": (
        _("Here stand %(found)s where %(wanted)s are expected."),
        _("Give each of them its number, and no others."),
    ),
    "per_mu_cuts": (
        _("The cuts %(cuts)s do not fall from class to class."),
        _("Order the classes from the best, each with a lower cut than the one before; the last has none."),
    ),
    # conditions
    "condition_shape": (
        _("A condition is a mapping of names to values, not %(value)s."),
        _("Write it like {channel: leader}."),
    ),
    "condition_name": (
        _("The condition asks for %(name)s, which such a record does not have."),
        _("Correct the name."),
    ),
    "condition_operator": (
        _("%(operator)s cannot be asked of %(name)s, a %(type)s."),
        _("Use an allowed operator, such as {%(name)s: {set: true}}."),
    ),
    "condition_value": (
        _("%(name)s is compared with %(value)s, which is no %(type)s."),
        _("Write a value of the right type."),
    ),
    "condition_option": (_("%(name)s can never be %(value)s."), _("Use one of the allowed values.")),
    "condition_list": (_("%(how)s needs a list with at least one entry."), _("Write it like [a, b].")),
    # references
    "same_key": (
        _("The key %(key)s stands in %(first)s and in %(second)s of this pack."),
        _("Give one of them another key; what a pack declares shares one series of keys."),
    ),
    "unknown_kind": (
        _("%(code)s is no %(block)s kind."),
        _("Correct the name, or add the pack that declares it."),
    ),
    "pack_absent": (
        _("%(code)s belongs to the pack %(other)s, which is not loaded."),
        _("Add or repair the pack %(other)s; until then this part does not work."),
    ),
    "unknown_field": (_("%(kind)s has no field %(field)s."), _("Correct the name or add the field.")),
    "field_is_fact": (
        _("The field %(field)s has the name of something every record of this kind has anyway."),
        _("Give the field another key, such as %(field)s_given."),
    ),
    "former_key": (
        _("The field %(field)s says it was %(former)s before, but that is still the field %(other)s."),
        _("Take %(former)s out of formerly, or give up the other field."),
    ),
    "unknown_step": (_("%(step)s is not a step of the loop."), _("Use one of the steps.")),
    "unknown_role": (_("%(role)s is not a role."), _("Use one of the roles.")),
    "unknown_clock": (_("The kind has no clock %(clock)s."), _("Correct the name or add the clock.")),
    "unknown_option": (_("%(field)s has no option %(value)s."), _("Use one of its options.")),
    "unknown_line": (
        _("%(line)s is not one of the business lines."),
        _("Use a key of the 29 business lines."),
    ),
    "unknown_column": (
        _("%(column)s is nothing that an import can fill."),
        _("Use a built-in part or fields.KEY."),
    ),
    "unknown_import": (
        _("The exchange takes %(shape)s, an import shape that %(kind)s does not have."),
        _("Name one of its imports:, or add the shape there."),
    ),
    "exchange_number": (
        _("%(columns)s has no column for the number of the system above."),
        _("Add a column that holds number; the number tells one ticket from another."),
    ),
    "exchange_stage": (
        _("The exchange reports %(stage)s, a stage its kind does not use."),
        _("Use one of the stages of the kind."),
    ),
    "exchange_answer": (
        _("answer: names %(stage)s, which the exchange does not report."),
        _("Choose the stage that is the answer among the reported ones: %(stages)s."),
    ),
    "exchange_dates": (
        _("Dates written as “%(written)s” do not tell the day."),
        _("Write a pattern with year, month and day, such as %%Y-%%m-%%d %%H:%%M:%%S."),
    ),
    "exchange_retry": (
        _("minutes: of retry is empty."),
        _("Give at least one pause, such as [1, 5, 30]."),
    ),
    "unknown_report": (
        _("%(name)s is nothing that an exchange can report."),
        _("Use a built-in part or fields.KEY; values: only for parts that stand in columns:."),
    ),
    "unknown_category": (_("The kind has no category %(category)s."), _("Correct the slash path.")),
    "indicator_owner": (
        _("The indicator %(code)s belongs to the pack %(owner)s; the pack %(pack)s may not define it."),
        _("Call it %(pack)s.… or change it in the pack %(owner)s."),
    ),
    "indicator_code": (
        _("%(code)s is not the code of an indicator."),
        _("Start it with the pack and a dot: %(pack)s.visits."),
    ),
    "unknown_measure": (
        _("“%(text)s” is neither an indicator, nor a kind, nor a kind with a well-known condition."),
        _("Write it like visit, visit.closed_in_time or petitions.visits."),
    ),
    "measure_number": (
        _("%(field)s is not a number and cannot be added up."),
        _("Sum a field of type integer, decimal or money, or use count."),
    ),
    "measure_field_missing": (
        _("“%(text)s” does not say what to add up."),
        _("Write kind.field, such as visit.people."),
    ),
    "unknown_at": (_("A %(block)s record has no date %(at)s."), _("Use one of its dates.")),
    "formula": (
        _("The formula “%(text)s” holds “%(found)s”, which is not allowed."),
        _("Use indicators, numbers, + - * /, brackets, min and max."),
    ),
    "formula_circle": (_("The formula refers to itself: %(circle)s."), _("Break the circle.")),
    "unknown_indicator": (
        _("There is no indicator %(code)s."),
        _("Correct the code or define the indicator."),
    ),
    "sentence_view": (_("%(view)s is no view of a figure."), _("Use one of the views, or none.")),
    "sentence_brackets": (_("The brackets [ ] of this sentence do not close."), _("Close each [ with ].")),
    # versions and places
    "same_version": (
        _("The pack %(pack)s as of %(effective)s is already given by %(other)s."),
        _("Give this file another effective: date, or remove one of the two."),
    ),
    "shipped_replaced": (
        _("This file replaces the shipped pack %(pack)s as of %(effective)s."),
        _("Nothing to do; use a later effective: date to keep both."),
    ),
    "field_gone": (
        _("The field %(field)s of %(kind)s was there in the version of %(before)s and is gone."),
        _("Keep it, or add the renamed field beside it; records of the older version keep their values."),
    ),
    "office_absent": (
        _("No office has the key %(office)s; matters that go there wait for the dispatcher."),
        _("Give an office this key, or change the pack."),
    ),
    # pack tests
    "test_shape": (
        _("This test cannot be read: %(reason)s."),
        _("See the chapter on pack tests in the guide."),
    ),
    "test_failed": (
        _("The test “%(name)s” fails: %(what)s is %(found)s, expected %(expected)s."),
        _("Correct the pack or the test."),
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it stands, and how to put it right."""

    file: str
    line: int
    place: str
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"

    @property
    def message(self) -> str:
        """What is wrong, in a sentence."""
        return translate(SENTENCES[self.kind][0]) % _words(self.facts)

    @property
    def fix(self) -> str:
        """What to do about it, with the likely spelling when there is one."""
        fix = translate(SENTENCES[self.kind][1]) % _words(self.facts)
        near = self._near()
        return translate(_("Did you mean %(near)s?")) % {"near": near} + " " + fix if near else fix

    @property
    def allowed(self) -> tuple[str, ...]:
        """What may stand here, when that is a closed list."""
        return tuple(str(one) for one in self.facts.get("allowed", ()))

    @property
    def text(self) -> str:
        """All of it in one paragraph."""
        allowed = (
            translate(_("Allowed: %(allowed)s.")) % {"allowed": ", ".join(self.allowed)}
            if self.allowed
            else ""
        )
        return " ".join(part for part in (self.message, allowed, self.fix) if part)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.place}: {self.text}"

    def _near(self) -> str:
        written = next((str(self.facts[key]) for key in SPELLED if key in self.facts), "")
        matches = get_close_matches(written, self.allowed, n=1, cutoff=0.6) if written else []
        return matches[0] if matches else ""


# The facts that hold what somebody spelled, looked for in this order.
SPELLED = (
    "key",
    "value",
    "operator",
    "name",
    "code",
    "step",
    "role",
    "clock",
    "line",
    "column",
    "at",
    "view",
    "field",
)


def _words(facts: Mapping[str, Any]) -> dict[str, str]:
    return {key: _word(key, value) for key, value in facts.items()}


def _word(key: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return translate(str(value)) if key == "expected" else str(value)


def translate(message: str) -> str:
    """Return *message* in the language of the page, or in Chinese where no page runs (the command line)."""
    return gettext(message) if apps.ready else _chinese().gettext(message)


@cache
def _chinese() -> catalogues.NullTranslations:
    return catalogues.translation("django", LOCALE, ["zh_Hans"], fallback=True)
