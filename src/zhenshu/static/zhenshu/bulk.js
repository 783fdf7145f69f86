// Choosing several records: all, one, a run with Shift; the actions appear once something is chosen.
import { onContent, findAll, words } from "./page.js";

function boxes(list) {
  return [...list.querySelectorAll("[data-bulk-one]")];
}

function show(list) {
  const chosen = boxes(list).filter((box) => box.checked);
  const bar = list.querySelector("[data-bulk-bar]");
  bar.hidden = chosen.length === 0;
  bar.querySelector("[data-bulk-count]").textContent = `${chosen.length} ${words("chosen")}`;
  bar.querySelector("[data-bulk-keys]").replaceChildren(...chosen.map(keyInput));
  const all = list.querySelector("[data-bulk-all]");
  if (all) {
    all.checked = chosen.length > 0 && chosen.length === boxes(list).length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
}

function keyInput(box) {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = "key";
  input.value = box.value;
  return input;
}

function choose(list, event) {
  const all = boxes(list);
  if (event.target.matches("[data-bulk-all]")) all.forEach((box) => (box.checked = event.target.checked));
  else if (event.target.matches("[data-bulk-one]")) chooseRun(list, all, event);
  else return;
  show(list);
}

function chooseRun(list, all, event) {
  const here = all.indexOf(event.target);
  const last = Number(list.dataset.last ?? here);
  if (event.shiftKey) {
    const [from, to] = [Math.min(here, last), Math.max(here, last)];
    all.slice(from, to + 1).forEach((box) => (box.checked = event.target.checked));
  }
  list.dataset.last = String(here);
}

export function watchBulk() {
  onContent((root) => {
    for (const list of findAll(root, "[data-bulk]")) {
      list.addEventListener("click", (event) => choose(list, event));
      show(list);
    }
  });
}
