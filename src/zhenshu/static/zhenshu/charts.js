// Charts from JSON blocks, all in one style. The server says what to show; how it looks stands here.
import { findAll, onContent, readBlock, vendor } from "./page.js";

const INK = "#1d2733";
const QUIET = "#5d6b7a";
const LINE = "#e2e6eb";
const TONES = { good: "#2f9e63", warn: "#e0a100", bad: "#d92d20", quiet: "#a9b5c1", plain: "#1b5e9b" };
const SERIES = ["#1b5e9b", "#7fb0db", "#5f7183", "#16426b", "#a9c9e6", "#98a5b3"];
const SHADES = ["#f0f5fa", "#bcd4ea", "#7fabd4", "#3f7fb8", "#16426b"];
const FONT = getComputedStyle(document.documentElement).getPropertyValue("--zs-fonts");

const CATEGORY = { type: "category", axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } }, axisLabel: { color: QUIET, hideOverlap: true } };
const VALUE = { type: "value", splitLine: { lineStyle: { color: LINE } }, axisLabel: { color: QUIET }, minInterval: 1 };

function base(spec) {
  return {
    animationDuration: 250,
    textStyle: { fontFamily: FONT, color: INK, fontSize: 12 },
    color: SERIES,
    // Drawn on the canvas: a tooltip made of HTML would need inline styles, which our pages refuse.
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: (value) => (value == null ? "–" : `${value}${spec.unit ? ` ${spec.unit}` : ""}`) },
    legend: { show: (spec.series ?? []).length > 1, top: 0, right: 0, itemWidth: 14, itemHeight: 8, icon: "roundRect", textStyle: { color: QUIET } },
    grid: { left: 4, right: 14, top: (spec.series ?? []).length > 1 || spec.unit ? 30 : 12, bottom: 2, containLabel: true },
  };
}

function colour(one, place) {
  const shade = TONES[one.tone] ?? SERIES[place % SERIES.length];
  return { itemStyle: { color: shade }, lineStyle: { color: shade } };
}

function lines(spec) {
  const series = spec.series.map((one, place) => ({
    type: one.kind ?? "line",
    name: one.name,
    data: one.values,
    symbolSize: 5,
    showSymbol: spec.x.length < 16,
    barMaxWidth: 22,
    ...colour(one, place),
    ...(one.dashed ? { lineStyle: { type: "dashed", width: 1.5, color: TONES[one.tone] ?? TONES.quiet }, showSymbol: false } : {}),
    ...(one.area ? { areaStyle: { opacity: 0.1 } } : {}),
  }));
  return { xAxis: { ...CATEGORY, data: spec.x }, yAxis: { ...VALUE, name: spec.unit, nameTextStyle: { color: QUIET, align: "left" } }, series: [...band(spec), ...series] };
}

/** The usual range behind a line: an unseen floor with a grey height stacked on it. */
function band(spec) {
  if (!spec.band) return [];
  const quiet = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  const height = spec.band.high.map((high, place) => high - spec.band.low[place]);
  return [
    { ...quiet, data: spec.band.low },
    { ...quiet, name: spec.band.name, data: height, itemStyle: { color: "#d5dce4" }, areaStyle: { color: "#d5dce4", opacity: 0.6 } },
  ];
}

function bars(spec, stack) {
  const series = spec.series.map((one, place) => ({ type: "bar", name: one.name, data: one.values, stack: stack ? "all" : undefined, barMaxWidth: 26, ...colour(one, place) }));
  return { xAxis: { ...CATEGORY, data: spec.x }, yAxis: { ...VALUE, name: spec.unit, nameTextStyle: { color: QUIET, align: "left" } }, series };
}

function across(spec) {
  const series = spec.series.map((one, place) => ({ type: "bar", name: one.name, data: one.values, stack: spec.stacked ? "all" : undefined, barMaxWidth: 16, ...colour(one, place) }));
  return { xAxis: VALUE, yAxis: { ...CATEGORY, data: spec.x, inverse: true }, series };
}

function heat(spec) {
  const top = Math.max(1, ...spec.cells.map((cell) => cell[2]));
  return {
    tooltip: { trigger: "item", renderMode: "richText", formatter: ({ value }) => `${spec.y[value[1]]} ${spec.x[value[0]]}  ${value[2]} ${spec.unit ?? ""}` },
    grid: { left: 4, right: 8, top: 4, bottom: 30, containLabel: true },
    xAxis: { ...CATEGORY, data: spec.x },
    yAxis: { ...CATEGORY, data: spec.y, inverse: true },
    visualMap: { min: 0, max: top, orient: "horizontal", left: "center", bottom: 0, itemWidth: 10, itemHeight: 90, inRange: { color: SHADES }, textStyle: { color: QUIET } },
    series: [{ type: "heatmap", data: spec.cells, itemStyle: { borderColor: "#fff", borderWidth: 1 } }],
  };
}

/** Time to close as percentiles: the middle half as a bar, the median and the slowest tenth as marks. */
function percentiles(spec) {
  const pick = (name) => spec.rows.map((row) => row[name]);
  const height = spec.rows.map((row) => row.p75 - row.p25);
  const mark = (name, label, tone) => ({ type: "scatter", name: label, data: pick(name), symbol: "rect", symbolSize: [3, 14], itemStyle: { color: tone } });
  return {
    xAxis: { ...VALUE, name: spec.unit, nameLocation: "end", nameTextStyle: { color: QUIET } },
    yAxis: { ...CATEGORY, data: spec.x, inverse: true },
    legend: { show: true, top: 0, right: 0, itemHeight: 8, textStyle: { color: QUIET }, data: ["P25–P75", "P50", "P90"] },
    grid: { left: 4, right: 40, top: 28, bottom: 2, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", formatter: ([first]) => percentileWords(spec, first.dataIndex) },
    series: [
      { type: "bar", stack: "half", data: pick("p25"), itemStyle: { color: "transparent" }, silent: true },
      { type: "bar", stack: "half", name: "P25–P75", data: height, barMaxWidth: 14, itemStyle: { color: "#a9c9e6" } },
      mark("p50", "P50", "#16426b"),
      mark("p90", "P90", TONES.warn),
    ],
  };
}

function percentileWords(spec, place) {
  const { p25, p50, p75, p90, n } = spec.rows[place];
  return `${spec.x[place]}\nP25 ${p25}  P50 ${p50}  P75 ${p75}  P90 ${p90} ${spec.unit ?? ""}\nn = ${n}`;
}

function share(spec) {
  const [one] = spec.series;
  const parts = spec.x.map((name, place) => ({ name, value: one.values[place], ...(spec.tones ? { itemStyle: { color: TONES[spec.tones[place]] } } : {}) }));
  return {
    tooltip: { trigger: "item", renderMode: "richText" },
    legend: { show: true, orient: "vertical", right: 0, top: "middle", itemWidth: 10, itemHeight: 10, textStyle: { color: INK }, formatter: (name) => `${name}  ${one.values[spec.x.indexOf(name)]}` },
    series: [{ type: "pie", radius: ["52%", "80%"], center: ["30%", "50%"], label: { show: false }, itemStyle: { borderColor: "#fff", borderWidth: 2 }, data: parts }],
  };
}

const KINDS = { line: lines, bar: bars, stacked: (spec) => bars(spec, true), across, heat, percentiles, share };

/** Return the ECharts option for one spec. */
export function optionOf(spec) {
  return { ...base(spec), ...KINDS[spec.kind ?? "line"](spec) };
}

async function draw(box) {
  const spec = readBlock(box.dataset.chart);
  if (!spec.kind) return;
  const { init } = await import(vendor("echarts.js"));
  box.replaceChildren();
  const chart = init(box, null, { renderer: "canvas" });
  chart.setOption(optionOf(spec));
  chart.on("click", ({ dataIndex }) => spec.links?.[dataIndex] && location.assign(spec.links[dataIndex]));
  new ResizeObserver(() => chart.resize()).observe(box);
  addEventListener("beforeprint", () => chart.resize());
}

export function watchCharts() {
  onContent((root) => findAll(root, "[data-chart]").forEach(draw));
}
