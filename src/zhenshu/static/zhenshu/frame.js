// The frame: the menu as a drawer on a phone, folded on a desk, the split view, printing, going back.
import { memory } from "./page.js";

const FOLDED = "zs.folded";

function setMenu(open) {
  document.body.classList.toggle("zs-menu-open", open);
  document.querySelector("[data-menu]")?.setAttribute("aria-expanded", String(open));
}

function fold() {
  const folded = document.documentElement.classList.toggle("zs-folded");
  memory.set(FOLDED, folded ? "yes" : "");
}

const ACTS = {
  "[data-menu]": () => setMenu(!document.body.classList.contains("zs-menu-open")),
  "[data-menu-close]": () => setMenu(false),
  "[data-fold]": fold,
  "[data-print]": () => window.print(),
  "[data-back]": () => (history.length > 1 ? history.back() : window.close()),
  "[data-split-close]": () => document.querySelector("[data-split]")?.classList.remove("zs-split-open"),
  "[data-keys-help]": () => document.getElementById("zs-keys")?.showModal(),
};

function markLine() {
  const bar = document.getElementById("zs-offline");
  if (bar) bar.hidden = navigator.onLine;
}

/** Follow a click on a row that is not a click on something in it, nor the end of marking text. */
function openRow(event) {
  const row = event.target.closest("tr[data-row]");
  if (!row || event.target.closest("a, button, input, label, summary") || String(getSelection())) return;
  location.assign(row.dataset.row);
}

export function watchFrame() {
  document.documentElement.classList.toggle("zs-folded", memory.get(FOLDED) === "yes");
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(ACTS)) if (event.target.closest(selector)) act();
    openRow(event);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "zs-record") event.detail.target.closest("[data-split]")?.classList.add("zs-split-open");
  });
  addEventListener("online", markLine);
  addEventListener("offline", markLine);
  markLine();
}
