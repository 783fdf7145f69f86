// The figure under the pointer or the keyboard shows where it comes from in the margin; the last one stays.
function show(event) {
  const figure = event.target.closest?.("[data-card]");
  const card = figure && document.getElementById(figure.dataset.card);
  if (!card) return;
  for (const other of document.querySelectorAll(".zs-figure-card")) other.hidden = other !== card;
  for (const other of document.querySelectorAll(".zs-pointed")) other.classList.remove("zs-pointed");
  figure.classList.add("zs-pointed");
  document.querySelector("[data-card-hint]")?.setAttribute("hidden", "");
}

for (const type of ["mouseover", "focusin"]) document.addEventListener(type, show);
