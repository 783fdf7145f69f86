// The split view: after a step the matter leaves the list and the next one opens by itself.
import { setCurrent } from "./keys.js";
import { offerUndo, toast } from "./toasts.js";

/** Take the row of *number* out of the list and open the one that follows, or empty the right side. */
function goOn({ number, text, undo }) {
  document.dispatchEvent(new CustomEvent("close-layers"));
  const row = document.getElementById(`row-${number}`);
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  row?.remove();
  if (undo) offerUndo(text, undo);
  else toast(text, "success");
  count(-1);
  if (next) {
    setCurrent(next);
    next.click();
  } else {
    location.reload();
  }
}

/** Keep the numbers of the page true: the count of the list in use, and that of the title. */
function count(step) {
  const view = document.querySelector(".zs-view.active .zs-count");
  const before = Number(view?.textContent);
  if (!view || !Number.isFinite(before)) return;
  view.textContent = before + step;
  const title = document.querySelector("h1.zs-title");
  if (title) title.textContent = title.textContent.replace(/\d+/, String(before + step));
}

/** Keep the keys on the row whose matter is shown. */
function markShown(event) {
  const number = event.detail.target.id === "zs-record" && event.detail.target.querySelector("[data-record]")?.dataset.record;
  const row = number && document.getElementById(`row-${number}`);
  if (row) setCurrent(row);
  if (number) event.detail.target.scrollTop = 0;
}

export function watchInbox() {
  document.addEventListener("case-done", (event) => goOn(event.detail));
  document.addEventListener("htmx:afterSwap", markShown);
  // Once htmx knows the rows: before, a click would leave the page.
  addEventListener("load", () => {
    const first = document.querySelector("[data-inbox] .zs-row");
    if (first && matchMedia("(min-width: 992px)").matches) first.click();
  });
}
