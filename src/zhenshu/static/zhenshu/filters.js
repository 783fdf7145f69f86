// A filter bar sends itself when a choice changes; typed words wait for Enter.
const PAUSE = 900;
let timer = 0;

/** Leave empty conditions out of the address, so that it can be read and sent to a colleague. */
function dropEmpty(event) {
  if (!event.target.matches("[data-filter]")) return;
  for (const name of [...event.formData.keys()]) {
    if (event.formData.getAll(name).every((value) => value === "")) event.formData.delete(name);
  }
}

function sendSoon(event) {
  const form = event.target.closest("[data-filter]");
  if (!form || event.target.type === "search") return;
  clearTimeout(timer);
  timer = setTimeout(() => form.requestSubmit(), event.target.type === "checkbox" ? PAUSE : 0);
}

function closePanels(event) {
  for (const panel of document.querySelectorAll("details.zs-filter-more[open]")) {
    if (!panel.contains(event.target)) panel.removeAttribute("open");
  }
}

export function watchFilters() {
  document.addEventListener("change", sendSoon);
  document.addEventListener("formdata", dropEmpty);
  document.addEventListener("click", closePanels);
}
