// A figure in the text and its line in the list are one thing: pointing at one shows the other.
function join(event, joined) {
  const here = event.target.closest("[data-join]");
  if (!here) return;
  for (const one of document.querySelectorAll(`[data-join="${CSS.escape(here.dataset.join)}"]`)) {
    one.classList.toggle("zs-joined", joined);
    if (joined && event.type === "click" && one !== here) one.scrollIntoView({ block: "center" });
  }
}

for (const type of ["mouseover", "focusin", "click"]) document.addEventListener(type, (event) => join(event, true));
for (const type of ["mouseout", "focusout"]) document.addEventListener(type, (event) => join(event, false));
