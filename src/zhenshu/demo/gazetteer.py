"""What things are called in the fictional town of Chengjiang (澄江镇, 云川区); no such place exists."""

from __future__ import annotations

from typing import NamedTuple

DISTRICT = ("云川区", "990103000000")
TOWN = ("澄江镇", "990103101000")
RIVER = "澄江"


class Settlement(NamedTuple):
    """A village or community: where its middle lies on the plane (km), and in how many grids it is cut."""

    name: str
    number: int
    x: float
    y: float
    grids: int

    @property
    def urban(self) -> bool:
        """Communities carry the numbers from 001, villages those from 200 (统计用区划代码)."""
        return self.number < 200

    @property
    def code(self) -> str:
        return f"{TOWN[1][:9]}{self.number:03d}"


# The river runs along y = 0 before the plane is bent; the four communities lie around the bridge.
SETTLEMENTS = (
    Settlement("文昌社区", 1, -0.80, 0.75, 6),
    Settlement("新市社区", 2, 0.85, 0.70, 6),
    Settlement("桥南社区", 3, -0.75, -0.75, 5),
    Settlement("河湾社区", 4, 0.80, -0.70, 5),
    Settlement("白鹭村", 200, -3.60, 1.10, 4),
    Settlement("石埠村", 201, -2.20, 2.90, 3),
    Settlement("青禾村", 202, 0.20, 3.00, 3),
    Settlement("东浦村", 203, 2.70, 2.60, 3),
    Settlement("沙洲村", 204, 3.90, 0.90, 3),
    Settlement("古渡村", 205, -3.50, -1.20, 3),
    Settlement("柳塘村", 206, -1.60, -2.80, 4),
    Settlement("双桥村", 207, 1.30, -2.90, 3),
    Settlement("孟家圩村", 208, 3.60, -1.50, 3),
)

MICRO_GRIDS_PER_URBAN_GRID = 6
# Of the rural grids so many are cut into four instead of five, which makes 272 in all.
RURAL_GRIDS_OF_FOUR = 5


class Way(NamedTuple):
    """A road or stream by its corners on the plane before it is bent."""

    name: str
    kind: str
    corners: tuple[tuple[float, float], ...]


ROADS = (
    Way("云川公路", "trunk", ((-7.0, 2.2), (-2.6, 1.7), (0.0, 1.65), (2.8, 1.5), (7.0, 2.4))),
    Way("澄江大道", "main", ((-7.0, 0.55), (-2.0, 0.5), (2.0, 0.5), (7.0, 0.45))),
    Way("人民路", "main", ((0.05, 4.0), (0.0, 1.65), (0.0, 0.5), (0.0, -0.6), (0.1, -2.2), (0.0, -5.5))),
    Way("滨江路", "street", ((-2.3, 0.16), (0.0, 0.16), (2.4, 0.16))),
    Way("南岸路", "street", ((-2.2, -0.6), (0.0, -0.6), (2.4, -0.55))),
    Way("文昌街", "street", ((-0.95, 1.66), (-0.95, 0.16))),
    Way("新市街", "street", ((0.95, 1.6), (0.95, 0.16))),
    Way("学府路", "street", ((-1.9, 1.1), (0.0, 1.1), (1.9, 1.05))),
    Way("桥南路", "street", ((-0.9, -0.16), (-0.85, -1.7))),
    Way("河湾路", "street", ((0.95, -0.16), (0.9, -1.7))),
    Way("工业大道", "main", ((2.4, 1.53), (3.2, 2.7), (3.6, 4.4))),
    Way("白鹭路", "lane", ((-3.6, 0.53), (-3.5, 1.2), (-3.7, 1.85))),
    Way("石埠路", "lane", ((-2.4, 1.72), (-2.1, 2.9), (-2.2, 4.6))),
    Way("青禾路", "lane", ((-2.1, 2.9), (0.03, 2.9), (2.9, 2.6))),
    Way("沙洲路", "lane", ((3.9, 0.48), (3.9, 1.1), (4.1, 1.8))),
    Way("古渡路", "lane", ((-2.2, -0.6), (-3.4, -1.1), (-6.5, -1.3))),
    Way("柳塘路", "lane", ((-3.4, -1.1), (-1.7, -2.6), (0.1, -2.4))),
    Way("双桥路", "lane", ((0.1, -2.4), (1.4, -2.7), (3.4, -1.7))),
    Way("孟家圩路", "lane", ((2.4, -0.55), (3.5, -1.5), (6.5, -1.8))),
)

STREAMS = (
    Way("青禾河", "stream", ((-1.0, 5.5), (-1.3, 3.0), (-1.75, 1.3), (-1.8, 0.0))),
    Way("柳塘河", "stream", ((-2.9, -5.5), (-2.6, -2.4), (-2.5, 0.0))),
    Way("双桥港", "stream", ((2.4, -5.5), (2.3, -2.5), (2.2, 0.0))),
)
RIVER_SECTIONS = ("上游段", "古渡段", "镇区段", "河湾段", "下游段")


class Spot(NamedTuple):
    """A named place that people mention, and the settlement it lies in; *at* is its point on the plane.

    Without a point it lies somewhere in the settlement.
    """

    name: str
    kind: str
    settlement: str
    at: tuple[float, float] | None = None


SPOTS = (
    Spot("澄江镇人民政府", "government", "文昌社区", (-0.3, 0.6)),
    Spot("澄江镇便民服务中心", "government", "文昌社区"),
    Spot("澄江派出所", "government", "文昌社区"),
    Spot("澄江司法所", "government", "新市社区"),
    Spot("澄江中心小学", "school", "文昌社区", (-0.7, 1.05)),
    Spot("澄江中学", "school", "新市社区", (1.3, 1.1)),
    Spot("澄江中心幼儿园", "school", "桥南社区"),
    Spot("柳塘小学", "school", "柳塘村"),
    Spot("东浦小学", "school", "东浦村"),
    Spot("澄江卫生院", "health", "新市社区"),
    Spot("桥南卫生服务站", "health", "桥南社区"),
    Spot("澄江农贸市场", "market", "新市社区", (1.05, 0.65)),
    Spot("桥南菜市场", "market", "桥南社区"),
    Spot("澄江商贸城", "market", "河湾社区"),
    Spot("澄江汽车站", "transport", "新市社区", (0.35, 0.62)),
    Spot("澄江大桥", "transport", "河湾社区", (0.03, -0.02)),
    Spot("古渡口码头", "transport", "古渡村", (-3.2, -0.07)),
    Spot("澄江工业园区", "industry", "东浦村", (3.3, 2.75)),
    Spot("孟家圩工业集中区", "industry", "孟家圩村", (3.5, -1.45)),
    Spot("澄江污水处理厂", "utility", "沙洲村", (4.7, 0.15)),
    Spot("澄江水厂", "utility", "白鹭村", (-2.4, 0.12)),
    Spot("沙洲排涝站", "utility", "沙洲村", (4.1, 0.08)),
    Spot("青禾变电站", "utility", "青禾村"),
    Spot("石埠垃圾中转站", "utility", "石埠村"),
    Spot("澄江敬老院", "care", "石埠村"),
    Spot("滨江公园", "leisure", "文昌社区", (-0.5, 0.08)),
    Spot("澄江文化广场", "leisure", "新市社区", (0.25, 1.05)),
    Spot("白鹭湿地", "leisure", "白鹭村", (-3.9, 0.12)),
    Spot("古渡老街", "leisure", "古渡村"),
    Spot("锦澜花园", "housing", "文昌社区"),
    Spot("文昌新村", "housing", "文昌社区"),
    Spot("望江府", "housing", "文昌社区"),
    Spot("新市家园", "housing", "新市社区"),
    Spot("阳光水岸", "housing", "新市社区"),
    Spot("桥南小区", "housing", "桥南社区"),
    Spot("翠竹苑", "housing", "桥南社区"),
    Spot("河湾名邸", "housing", "河湾社区"),
    Spot("安居家园", "housing", "河湾社区"),
    Spot("青禾安置区", "housing", "青禾村"),
    Spot("双桥农民集中居住区", "housing", "双桥村"),
)
