// The keyboard: / search, j k move, Enter open, x choose, e reply, y confirm, n new, ? help, Ctrl+Enter send.
import { findAll, isTyping } from "./page.js";

const ROWS = "[data-rows] > tbody > tr:not(.zs-row-empty), [data-rows] > .zs-row, [data-rows] > li > .zs-row";

function rows() {
  return findAll(document, ROWS).filter((row) => row.offsetParent !== null);
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.classList.contains("zs-current"));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step));
  setCurrent(all[next]);
}

/** Mark *row* as the one the keys act on. */
export function setCurrent(row) {
  document.querySelectorAll(".zs-current").forEach((other) => other.classList.remove("zs-current"));
  row.classList.add("zs-current");
  row.scrollIntoView({ block: "nearest" });
}

function openCurrent() {
  const row = document.querySelector(".zs-current");
  if (!row) return false;
  const link = row.matches("a") ? row : row.querySelector("a[href]");
  if (link) link.click();
  else if (row.dataset.row) location.assign(row.dataset.row);
  return true;
}

function chooseCurrent() {
  document.querySelector(".zs-current [data-bulk-one]")?.click();
}

/** Press the visible element that a page marked for this key. */
function press(key) {
  const element = [...document.querySelectorAll(`[data-key="${key}"]`)].find((one) => one.offsetParent !== null);
  if (!element) return false;
  element.matches("input, textarea, select") ? element.focus() : element.click();
  return true;
}

const KEYS = {
  "/": () => document.getElementById("zs-search")?.focus(),
  "?": () => document.getElementById("zs-keys")?.showModal(),
  j: () => move(1),
  k: () => move(-1),
  x: chooseCurrent,
  e: () => press("reply"),
  y: () => press("confirm"),
  n: () => press("new"),
};

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return sendForm(event);
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return leave(event);
  if (isTyping(event.target)) return;
  if (event.key === "Enter") return event.target.closest("a, button, summary") ? undefined : openCurrent();
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function sendForm(event) {
  const form = event.target.closest("form");
  if (form) {
    event.preventDefault();
    form.requestSubmit();
  }
}

function leave(event) {
  if (isTyping(event.target)) event.target.blur();
  document.querySelectorAll("details.zs-filter-more[open]").forEach((panel) => panel.removeAttribute("open"));
}

export function watchKeys() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const row = event.target.closest(".zs-row");
    if (row) setCurrent(row);
  });
}
