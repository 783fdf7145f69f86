"""Every icon that a shipped pack or a page names is drawn: the set they are taken from holds it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhenshu.doors.desk.templatetags.desk import UNKNOWN_ICON, drawn_icons, icon

ROOT = Path(__file__).parents[1]
PACKS = ROOT / "src/zhenshu/ground/packs/library"
DOORS = ROOT / "src/zhenshu/doors"


def named_icons() -> dict[str, str]:
    """Return each icon named in a pack or in the code of a page, with one file that names it."""
    packs = {path: re.findall(r"\bicon: *([a-z0-9-]+)", path.read_text()) for path in PACKS.glob("*.yaml")}
    code = {path: re.findall(r'\bicon="([a-z0-9-]+)"', path.read_text()) for path in DOORS.rglob("*.py")}
    return {name: path.name for path, names in {**packs, **code}.items() for name in names}


@pytest.mark.skipif(not drawn_icons(), reason="the front-end parts are not built")
def test_every_named_icon_is_drawn():
    missing = {name: file for name, file in named_icons().items() if name not in drawn_icons()}
    assert missing == {}


@pytest.mark.skipif(not drawn_icons(), reason="the front-end parts are not built")
def test_an_icon_nobody_draws_leaves_no_empty_place():
    """The pack of a town may name what the set has not."""
    assert f"#{UNKNOWN_ICON}" in icon("no-such-icon")
    assert UNKNOWN_ICON in drawn_icons()
