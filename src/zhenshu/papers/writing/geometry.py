"""The page of official documents, with reference to GB/T 9704-2012 (参照).

A4; margins 37 mm above, 35 below, 28 at the binding edge, 26 outside, which leaves 156 × 225 mm for
22 lines of 28 characters in size 3 (16 pt). A line is therefore 225 mm / 22 = 28.99 pt high and a
character 156 mm / 28 = 15.79 pt wide, a little less than its size: the characters are drawn together by
a quarter of a point. Word's own character grid is not used, because other programs widen the characters
to two cells where a grid cell is narrower than the type.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TWIPS_A_POINT: Final = 20
TWIPS_A_MILLIMETRE: Final = 1440 / 25.4

# Chinese type sizes in points.
SIZE_2: Final = 22.0
SIZE_3: Final = 16.0
SIZE_4: Final = 14.0
SIZE_SMALL_4: Final = 12.0
SIZE_5: Final = 10.5


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface by name, with the names to try where it is missing. No font file is shipped."""

    name: str
    alternatives: tuple[str, ...]
    family: str = "roman"


FANGSONG = Face("仿宋_GB2312", ("FangSong", "仿宋", "STFangsong", "Noto Serif CJK SC"))
KAITI = Face("楷体_GB2312", ("KaiTi", "楷体", "STKaiti", "Noto Serif CJK SC"))
HEITI = Face("黑体", ("SimHei", "STHeiti", "Noto Sans CJK SC"), "swiss")
SONGTI = Face("宋体", ("SimSun", "STSong", "Noto Serif CJK SC"))
TITLE_SONG = Face("方正小标宋简体", ("FZXiaoBiaoSong-B05S", "小标宋", "宋体", "Noto Serif CJK SC"))
FACES: Final = (FANGSONG, KAITI, HEITI, SONGTI, TITLE_SONG)
# Free faces to set instead where a document is turned into pdf on a machine without the usual ones.
FREE_FACES: Final[Mapping[str, str]] = {
    FANGSONG.name: "Noto Serif CJK SC",
    KAITI.name: "Noto Serif CJK SC",
    HEITI.name: "Noto Sans CJK SC",
    SONGTI.name: "Noto Serif CJK SC",
    TITLE_SONG.name: "Noto Serif CJK SC",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet with its margins in millimetres and its grid."""

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    lines: int
    characters: int
    # The page number's dash lies 7 mm below the text; 24.8 mm from the sheet's edge puts a 14 pt line there.
    footer: float = 24.8
    landscape: bool = False

    @property
    def text_width(self) -> float:
        """The width of the type area in millimetres."""
        return self.width - self.left - self.right

    @property
    def text_height(self) -> float:
        """The height of the type area in millimetres."""
        return self.height - self.top - self.bottom

    @property
    def line_pitch(self) -> int:
        """The height of one line in twips, rounded down so that all lines fit."""
        return int(self.text_height * TWIPS_A_MILLIMETRE / self.lines)

    @property
    def character_space(self) -> int:
        """What each character of size 3 is set wider (negative: closer), in twips, to fill a line."""
        return math.floor(self.text_width * TWIPS_A_MILLIMETRE / self.characters - SIZE_3 * TWIPS_A_POINT)


A4 = Page(210, 297, top=37, bottom=35, left=28, right=26, lines=22, characters=28)
A4_LANDSCAPE = Page(297, 210, top=28, bottom=26, left=37, right=35, lines=15, characters=40, landscape=True)
A3_LANDSCAPE = Page(
    420, 297, top=25, bottom=22, left=20, right=20, lines=24, characters=67, footer=12, landscape=True
)


def twips(millimetres: float) -> int:
    """*millimetres* in twentieths of a point."""
    return round(millimetres * TWIPS_A_MILLIMETRE)
