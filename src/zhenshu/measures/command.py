"""The commands about figures: ``zhenshu indicator`` and ``zhenshu tallies check|rebuild``.

Django must have been started. Each returns the status the process ends with: 0 all well, 1 something
deviates or is unknown, 2 asked in a way that cannot be answered.
"""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO

from django.utils.translation import gettext as _
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import plain
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import HeldPost, Scope
from zhenshu.ground.worktime.periods import PeriodError
from zhenshu.measures.indicators.errors import IndicatorError
from zhenshu.measures.indicators.evaluate import Value, evaluate
from zhenshu.measures.indicators.explain import Explanation, Group, explain
from zhenshu.measures.indicators.geography import Boundaries
from zhenshu.measures.indicators.tallies import Deviation, check, rebuild

FEW = 20  # records and deviations shown in full; --explain --jsonl shows all


def indicator(
    code: str,
    *,
    area: str,
    period: str,
    explained: bool = False,
    jsonl: bool = False,
    boundaries: str = "then",
    out: TextIO = sys.stdout,
) -> int:
    """Print one value with its parts, and with *explained* the records behind it."""
    here = find_area(area)
    if here is None:
        unknown = _("No area in force has the code or name %(area)s.") % {"area": area}
        print(unknown if area else _("This installation has no township yet."), file=sys.stderr)
        return 2
    kept: Boundaries = "today" if boundaries == "today" else "then"
    try:
        if explained:
            found = explain(code, here, period, scope=operator_of(here), boundaries=kept)
            _print_value(found.value, here, jsonl, out)
            _print_records(found, jsonl, out)
        else:
            _print_value(evaluate(code, here, period, boundaries=kept), here, jsonl, out)
    except (IndicatorError, PeriodError) as error:
        print(str(error), file=sys.stderr)
        return 2
    return 0


def find_area(said: str) -> Area | None:
    """Return the area with this code or name; without one the installation's township."""
    standing = Area.objects.open()
    if not said:
        return standing.filter(level=2).order_by("id").first()
    return standing.filter(code=said).first() or standing.filter(name=said).order_by("level", "id").first()


def operator_of(area: Area) -> Scope:
    """Return the scope of who runs the command on the machine: they hold the database itself."""
    top = Area.objects.get(pk=area.ancestor_ids[0])
    post = HeldPost(0, Role.ADMINISTRATOR, 0, "", top.pk, top.path, top.level, sensitive=True)
    return Scope(None, "zhenshu", (post,))


def value_facts(value: Value, area: Area) -> dict[str, Any]:
    """Return a value as the command line prints it, one JSON object."""
    numbers = ("value", "exact", "numerator", "denominator")
    return {
        "type": "value",
        "code": value.code,
        "name": value.name,
        "area": area.code or area.name,
        "period": value.period.key,
        **{name: _number(getattr(value, name)) for name in numbers},
        "unit": value.unit,
        "excluded": value.excluded,
        "n": value.n,
        "as_of": value.as_of.isoformat(timespec="seconds"),
        "definition": value.definition_version,
        "basis": value.basis,
        "made_from": value.made_from,
        "signers": list(value.signers),
    }


def _number(number: Any) -> Any:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _print_value(value: Value, area: Area, jsonl: bool, out: TextIO) -> None:
    facts = value_facts(value, area)
    if jsonl:
        print(json.dumps(facts, ensure_ascii=False), file=out)
        return
    shown = _("no value") if value.value is None else f"{value.value}{value.unit}"
    print(f"{value.name}  {area.name}  {value.period.name_zh}  {shown}", file=out)
    if value.denominator is not None:
        print(f"  {value.numerator} / {value.denominator}", file=out)
    words = {"n": value.n, "excluded": value.excluded, "definition": value.definition_version}
    print("  " + _("%(n)s records, %(excluded)s left out; definition %(definition)s") % words, file=out)
    if value.basis:
        print(f"  {value.basis}", file=out)
    if value.signers:
        print("  " + _("signed by %(names)s") % {"names": "、".join(value.signers)}, file=out)


def _print_records(found: Explanation, jsonl: bool, out: TextIO) -> None:
    for group in found.groups:
        _print_group(group, jsonl, out)
    for row in found.reported:
        told = {"type": "reported", "period": row.period, "value": _number(row.value), "signer": row.signer}
        line = (
            json.dumps(told, ensure_ascii=False)
            if jsonl
            else f"  {row.period} {row.value.normalize():f} {row.signer}"
        )
        print(line, file=out)


def _print_group(group: Group, jsonl: bool, out: TextIO) -> None:
    if not jsonl:
        print(f"{group.title}: {group.count} {group.kind}", file=out)
    shown = group.records if jsonl else group.records[:FEW]
    for one in shown.iterator(chunk_size=2000) if jsonl else shown:
        told = {"type": "record", "group": group.title, "kind": group.kind, "id": one.pk, "name": str(one)}
        print(json.dumps(told, ensure_ascii=False) if jsonl else f"  {one}", file=out)
    if not jsonl and group.count > FEW:
        print("  " + _("… and %(count)s more") % {"count": group.count - FEW}, file=out)


# ── tallies ───────────────────────────────────────────────────────────────────────────────────────────


def tallies_check(*, jsonl: bool = False, out: TextIO = sys.stdout) -> int:
    """Count everything anew, compare, and name each tally that deviates."""
    with _bar(jsonl) as bar:
        found = check(_shown_on(bar))
    for one in found if jsonl else found[:FEW]:
        print(json.dumps(_deviation(one), ensure_ascii=False) if jsonl else _in_words(one), file=out)
    if jsonl:
        return 1 if found else 0
    if found:
        print(
            _("%(count)s tallies deviate; zhenshu tallies rebuild counts them anew.") % {"count": len(found)},
            file=out,
        )
        return 1
    print(_("All tallies equal the records."), file=out)
    return 0


def tallies_rebuild(*, out: TextIO = sys.stdout) -> int:
    """Count everything anew from the records."""
    with _bar(False) as bar:
        parts = rebuild(_shown_on(bar))
    print(_("%(parts)s parts counted anew.") % {"parts": parts}, file=out)
    return 0


def _bar(hidden: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, transient=True, disable=hidden or not sys.stderr.isatty())


def _shown_on(bar: Progress) -> Any:
    task = bar.add_task(_("Counting"), total=None)
    return lambda done, total, what: bar.update(task, completed=done, total=total, description=what)


def _deviation(one: Deviation) -> dict[str, Any]:
    facts = {
        name: plain(getattr(one, name)) for name in ("part", "kind", "place", "member", "kept", "counted")
    }
    return {"type": "deviation", **facts, "month": _month(one)}


def _month(one: Deviation) -> str:
    return f"{one.month // 12}-{one.month % 12 + 1:02d}"


def _in_words(one: Deviation) -> str:
    words = {
        "kind": one.kind, "month": _month(one), "area": one.place[0],
        "kept": one.kept[1], "counted": one.counted[1],
    }  # fmt: skip
    return _("%(kind)s, %(month)s, area %(area)s: kept %(kept)s, counted %(counted)s") % words
