// data-copy="text" copies that text; without a value, the text of the element it names in data-copy-from.
import { words } from "./page.js";
import { toast } from "./toasts.js";

function textOf(button) {
  return button.dataset.copy || document.getElementById(button.dataset.copyFrom)?.innerText || "";
}

async function copy(button) {
  const text = textOf(button);
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copyTheOldWay(text);
  toast(words("copied"), "success");
}

/** Pages over plain http have no clipboard object; a selected field still copies. */
function copyTheOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function watchCopy() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (button) copy(button);
  });
}
