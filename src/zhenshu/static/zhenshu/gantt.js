// Bars over time: lamps as colours, milestones as diamonds, the baseline as ghosts; a drag asks before it saves.
import { onContent, findAll, readBlock, vendor } from "./page.js";

const TONES = { normal: "zs-good", near: "zs-warn", overdue: "zs-bad", none: "zs-quiet" };
const DAY = 86_400_000;

function dayText(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function taskOf(bar) {
  const classes = [TONES[bar.tone] ?? "zs-quiet"];
  if (bar.milestone) classes.push("zs-milestone");
  return { ...bar, first: bar.start, last: bar.end, custom_class: classes[0], mark: classes[1], description: bar.word };
}

function element(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** The chart of the library without its hatching, whose inline style the page's policy refuses. */
const withoutHatching = (Gantt) =>
  class extends Gantt {
    make_grid_highlights() {
      this.config.ignored_positions = [];
      this.highlight_current(this.config.view_mode);
    }
  };

/** Where a day lies, measured by the bar itself: it is right at every scale. */
function placeOf(bar, day) {
  const from = bar.task._start.getTime();
  const days = Math.max(1, (bar.task._end.getTime() - from) / DAY);
  return bar.x + ((new Date(`${day}T00:00:00`).getTime() - from) / DAY) * (bar.width / days);
}

function drawGhost(bar) {
  if (!bar.task.ghost) return;
  const [first, last] = bar.task.ghost;
  const x = placeOf(bar, first);
  const after = new Date(`${last}T00:00:00`);
  after.setDate(after.getDate() + 1);
  const width = Math.max(4, placeOf(bar, dayText(after)) - x);
  const ghost = element("rect", { class: "zs-ghost", x, y: bar.y + bar.height + 2, width, height: 5, rx: 2 });
  bar.group.append(ghost);
}

function drawDiamond(bar) {
  if (bar.task.mark) bar.group.classList.add(bar.task.mark);
  if (!bar.task.milestone) return;
  const half = bar.height / 2.6;
  const [x, y] = [bar.x + bar.width / 2, bar.y + bar.height / 2];
  const points = `${x},${y - half} ${x + half},${y} ${x},${y + half} ${x - half},${y}`;
  bar.group.append(element("polygon", { class: "zs-diamond", points }));
}

function decorate(chart) {
  for (const bar of chart.bars) {
    for (const old of bar.group.querySelectorAll(".zs-ghost, .zs-diamond")) old.remove();
    drawGhost(bar);
    drawDiamond(bar);
  }
}

/** Remember where the bars lie before anybody moves them. */
function remember(chart) {
  for (const bar of chart.bars) bar.home = { x: bar.$bar.getX(), width: bar.$bar.getWidth() };
}

function shifted(day, days) {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + days);
  return dayText(date);
}

/** The days a bar was dragged to, counted from the way it went: exact at every scale. */
function daysOf(bar) {
  const { first, last } = bar.task;
  const days = (new Date(`${last}T00:00:00`) - new Date(`${first}T00:00:00`)) / DAY + 1;
  const wide = bar.home.width / days;
  const [x, width] = [bar.$bar.getX(), bar.$bar.getWidth()];
  const start = shifted(first, Math.round((x - bar.home.x) / wide));
  const due = shifted(last, Math.round((x + width - bar.home.x - bar.home.width) / wide));
  return { start, due: due < start ? start : due };
}

function askMove(bar) {
  const button = document.getElementById("gantt-show");
  if (!bar?.task.drag || !button) return;
  const asked = new URLSearchParams(daysOf(bar));
  window.htmx.ajax("GET", `${bar.task.drag}?${asked}`, { source: button, target: "#zs-modal-body" });
}

async function draw(box) {
  const { bars = [] } = readBlock(box.dataset.gantt);
  if (!bars.length) return;
  const { default: Gantt } = await import(vendor("gantt.js"));
  let dragged = null;
  const chart = new (withoutHatching(Gantt))(box, bars.map(taskOf), {
    view_mode: "Month",
    bar_height: 22,
    padding: 20,
    language: document.documentElement.lang.startsWith("zh") ? "zh" : "en",
    readonly_progress: true,
    move_dependencies: false,
    today_button: false,
    infinite_padding: false,
    holidays: {},
    popup_on: "hover",
    popup: ({ task, set_title, set_subtitle, set_details }) => {
      set_title(task.name);
      set_subtitle(task.word);
      set_details(`${dayText(task._start)} – ${dayText(new Date(task._end.getTime() - 1))} · ${task.progress}%`);
    },
    on_date_change: (task) => {
      dragged = task.id;
    },
    on_click: () => {},
    on_double_click: (task) => location.assign(task.url),
  });
  const settle = () => {
    remember(chart);
    decorate(chart);
  };
  settle();
  document.addEventListener("mouseup", () => {
    if (dragged !== null) askMove(chart.get_bar(dragged));
    dragged = null;
  });
  document.getElementById("zs-modal")?.addEventListener("hidden.bs.modal", () => {
    chart.refresh(bars.map(taskOf));
    settle();
  });
  for (const button of document.querySelectorAll("[data-gantt-mode]")) {
    button.addEventListener("click", () => {
      chart.change_view_mode(button.dataset.ganttMode);
      settle();
      for (const one of document.querySelectorAll("[data-gantt-mode]")) one.classList.toggle("active", one === button);
    });
  }
  document.querySelector("[data-gantt-today]")?.addEventListener("click", () => chart.scroll_current());
}

onContent((root) => findAll(root, "[data-gantt]").forEach(draw));
