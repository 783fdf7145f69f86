// The drawer and the dialogue: they open when htmx fills them, and close when told.
const LAYERS = { drawer: "Offcanvas", modal: "Modal" };

function layer(name) {
  const element = document.getElementById(`zs-${name}`);
  const kind = window.tabler?.[LAYERS[name]];
  return element && kind ? kind.getOrCreateInstance(element) : null;
}

function setTitle(event) {
  const { elt } = event.detail;
  const name = elt.dataset?.layer;
  if (name) document.getElementById(`zs-${name}-title`).textContent = elt.dataset.layerTitle ?? "";
}

function open(event) {
  const name = Object.keys(LAYERS).find((one) => event.detail.target.id === `zs-${one}-body`);
  if (!name) return;
  layer(name)?.show();
  event.detail.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

/** Answering with HX-Trigger: close closes whatever lies over the page. */
function closeAll() {
  for (const name of Object.keys(LAYERS)) layer(name)?.hide();
}

export function watchLayers() {
  document.addEventListener("htmx:beforeRequest", setTitle);
  document.addEventListener("htmx:afterSwap", open);
  document.addEventListener("close-layers", closeAll);
}
