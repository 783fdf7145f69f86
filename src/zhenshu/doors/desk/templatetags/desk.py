"""The shared parts of the desk as template tags: `{% load desk %}`, then name the part.

Each tag draws one template of `desk/components/`, whose head says what its parameters mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from zhenshu.doors.desk import components
from zhenshu.doors.desk.states import ClockMoments, clock_state, clock_words, look_of

register = template.Library()

Context = dict[str, Any]
# Drawn for a name that the sprite lacks, such as one in a pack of the town.
UNKNOWN_ICON = "point"
# Characters that could end a <script> block early or break old parsers, written as JSON escapes.
JSON_ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; with a *label* it speaks, without one it is decoration."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    sprite, drawn = static("vendor/icons.svg"), drawn_icons()
    shown = name if name in drawn or not drawn else UNKNOWN_ICON
    return format_html('<svg class="icon" {}><use href="{}#{}"></use></svg>', spoken, sprite, shown)


@cache
def drawn_icons() -> frozenset[str]:
    """Return the names of the icons in the sprite; none while it is not built."""
    place = finders.find("vendor/icons.svg")
    text = Path(str(place)).read_text(encoding="utf-8") if place else ""
    return frozenset(re.findall(r'<symbol id="([^"]+)"', text))


@register.inclusion_tag("desk/components/state_badge.html")
def state_badge(state: str, word: str = "") -> Context:
    look = look_of(state)
    return {"tone": look.tone, "word": word or look.word}


@register.inclusion_tag("desk/components/lamp.html")
def lamp(state: str, word: str = "", hint: str = "") -> Context:
    look = look_of(state)
    return {"tone": look.tone, "word": word or look.word, "hint": hint}


@register.inclusion_tag("desk/components/clock_badge.html")
def clock_badge(
    due: datetime | None,
    *,
    near: datetime | None = None,
    done: datetime | None = None,
    paused: bool = False,
    now: datetime | None = None,
    name: str = "",
    basis: str = "",
) -> Context:
    moments = ClockMoments(due=due, now=now or timezone.now(), near=near, done=done, paused=paused)
    look = look_of(clock_state(moments))
    return {
        "due": due, "tone": look.tone, "word": look.word, "time": clock_words(moments),
        "name": name, "basis": basis,
    }  # fmt: skip


@register.inclusion_tag("desk/components/stat_tile.html")
def stat_tile(
    title: str,
    value: object,
    url: str = "",
    *,
    unit: str = "",
    state: str = "",
    note: str = "",
    change: str = "",
    as_of: datetime | None = None,
    icon: str = "",
) -> Context:
    look = look_of(state) if state else None
    return {
        "title": title, "value": value, "url": url, "unit": unit, "note": note, "change": change,
        "as_of": as_of, "icon": icon, "tone": look.tone if look else "", "word": look.word if look else "",
    }  # fmt: skip


@register.inclusion_tag("desk/components/table.html")
def table(table: components.Table, *, id: str = "zs-table", empty: str = "") -> Context:
    return {
        "table": table, "id": id, "empty": empty, "span": _width_of(table),
        "rows": [(row, list(zip(table.columns, row.cells, strict=True))) for row in table.rows],
        "footer": list(zip(table.columns, table.footer, strict=True)) if table.footer else [],
    }  # fmt: skip


def _width_of(table: components.Table) -> int:
    """Return how many columns the list has with its boxes, numbers and actions."""
    return len(table.columns) + bool(table.bulk) + table.numbered + any(row.actions for row in table.rows)


@register.inclusion_tag("desk/components/pager.html")
def pager(pager: components.Pager, *, target: str = "") -> Context:
    return {"pager": pager, "target": target}


@register.inclusion_tag("desk/components/filter_bar.html")
def filter_bar(bar: components.FilterBar) -> Context:
    return {
        "bar": bar,
        "first": [f for f in bar.filters if not f.more],
        "more": [f for f in bar.filters if f.more],
    }


@register.inclusion_tag("desk/components/timeline.html")
def timeline(entries: Sequence[components.StoryEntry]) -> Context:
    """Neighbouring system entries fold into one line that opens."""
    groups: list[dict[str, Any]] = []
    for entry in entries:
        if entry.system and groups and groups[-1]["system"]:
            groups[-1]["entries"].append(entry)
            continue
        groups.append({"system": entry.system, "entries": [entry]})
    return {"groups": groups}


@register.inclusion_tag("desk/components/stage_track.html")
def stage_track(marks: Sequence[components.StageMark]) -> Context:
    return {"marks": marks}


@register.inclusion_tag("desk/components/empty_state.html")
def empty_state(
    title: str, text: str = "", *, icon: str = "inbox", url: str = "", action: str = ""
) -> Context:
    return {"title": title, "text": text, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("desk/components/breadcrumbs.html")
def breadcrumbs(links: Sequence[components.Link]) -> Context:
    return {"links": links}


@register.inclusion_tag("desk/components/tabs.html")
def tabs(links: Sequence[components.Link], *, target: str = "") -> Context:
    return {"links": links, "target": target}


@register.inclusion_tag("desk/components/kbd_help.html")
def kbd_help() -> Context:
    return {}


@register.inclusion_tag("desk/components/progress.html")
def progress(done: float, total: float, label: str = "", *, unit: str = "", state: str = "") -> Context:
    percent = round(100 * done / total) if total else 0
    look = look_of(state) if state else None
    return {
        "done": done, "total": total, "percent": percent, "label": label, "unit": unit,
        "tone": look.tone if look else "", "word": look.word if look else "",
    }  # fmt: skip


@register.inclusion_tag("desk/components/overlay_link.html")
def drawer(title: str, url: str, *, icon: str = "", style: str = "btn") -> Context:
    return {"title": title, "url": url, "icon": icon, "style": style, "layer": "drawer"}


@register.inclusion_tag("desk/components/overlay_link.html")
def modal(title: str, url: str, *, icon: str = "", style: str = "btn") -> Context:
    return {"title": title, "url": url, "icon": icon, "style": style, "layer": "modal"}


@register.inclusion_tag("desk/components/chart.html")
def chart(
    spec: Mapping[str, Any],
    title: str = "",
    *,
    id: str,
    size: str = "md",
    url: str = "",
    as_of: datetime | None = None,
) -> Context:
    return {
        "spec": _script_json(spec), "title": title, "id": id, "size": size, "url": url, "as_of": as_of,
        "kind": spec.get("kind", "line"), "heads": _heads_of(spec),
        "rows": _figures_of(spec), "label": spec.get("label", ""),
    }  # fmt: skip


PERCENTILES = {"p25": "P25", "p50": "P50", "p75": "P75", "p90": "P90", "n": "n"}


def _heads_of(spec: Mapping[str, Any]) -> list[str]:
    """Return the column heads of a chart's figures."""
    if spec.get("kind") == "percentiles":
        return list(PERCENTILES.values())
    return [one["name"] for one in spec.get("series", ())]


def _figures_of(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the figures of a chart as rows, so that they can be read without seeing it."""
    links = spec.get("links", ())
    return [
        {"name": name, "values": _values_at(spec, place), "url": links[place] if place < len(links) else ""}
        for place, name in enumerate(spec.get("x", ()))
    ]


def _values_at(spec: Mapping[str, Any], place: int) -> list[Any]:
    if spec.get("kind") == "percentiles":
        return [spec["rows"][place][key] for key in PERCENTILES]
    series = [one.get("values", ()) for one in spec.get("series", ())]
    return [values[place] if place < len(values) else None for values in series]


@register.inclusion_tag("desk/components/map.html")
def area_map(
    spec: Mapping[str, Any] | None = None,
    title: str = "",
    *,
    id: str,
    size: str = "md",
    data_url: str = "",
    as_of: datetime | None = None,
) -> Context:
    return {
        "spec": _script_json(spec or {}), "title": title, "id": id, "size": size,
        "data_url": data_url, "as_of": as_of,
    }  # fmt: skip


def _script_json(value: object) -> SafeString:
    """Return *value* as JSON that is safe inside a script block which browsers don't run."""
    return mark_safe(json.dumps(value, ensure_ascii=False, default=str).translate(JSON_ESCAPES))


CONTROL_CLASSES = {
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "checkboxselectmultiple": "zs-choices",
    "radioselect": "zs-choices",
    "select": "form-select",
    "selectmultiple": "form-select",
    "nullbooleanselect": "form-select",
}


@register.inclusion_tag("desk/components/field.html")
def field(bound: BoundField, *, unit: str = "", hint: str = "", wide: bool = False) -> Context:
    kind = bound.widget_type
    control = bound.as_widget(attrs=_attributes(bound, kind))
    return {
        "bound": bound, "control": control, "kind": kind, "wide": wide,
        "grouped": kind in ("checkboxselectmultiple", "radioselect"),
        "unit": unit or getattr(bound.field, "unit", ""),
        "hint": hint or bound.help_text,
        "basis": getattr(bound.field, "basis", ""),
    }  # fmt: skip


def _attributes(bound: BoundField, kind: str) -> dict[str, Any]:
    """Return class and ARIA attributes of the control, joined with those its widget declares."""
    own = str(bound.field.widget.attrs.get("class", ""))
    look = CONTROL_CLASSES.get(kind, "form-control")
    wrong = " is-invalid" if bound.errors else ""
    attributes: dict[str, Any] = {"class": f"{look} {own}".strip() + wrong}
    if bound.errors:
        attributes |= {"aria-invalid": "true", "aria-describedby": f"{bound.auto_id}_error"}
    return attributes
