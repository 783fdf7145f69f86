// A figure or promise in the text and its line in the list are one thing: pointing at one, or coming to it by
// the keyboard, shows the other. Enter on a line goes to its words, Escape comes back.
const board = document.querySelector("[data-joins]");
let back = null;

function partners(here) {
  const keys = here.dataset.join.split(" ").filter(Boolean);
  return keys.flatMap((key) => [...board.querySelectorAll(`[data-join~="${CSS.escape(key)}"]`)]);
}

function sideOf(element) {
  return element.closest(".zs-report-text, .zs-report-side");
}

function clear() {
  for (const one of board.querySelectorAll(".zs-joined")) one.classList.remove("zs-joined");
}

function join(here, { reveal }) {
  clear();
  const found = partners(here);
  for (const one of found) one.classList.add("zs-joined");
  const other = found.find((one) => sideOf(one) !== sideOf(here));
  if (reveal && other) other.scrollIntoView({ block: "nearest" });
  return other;
}

function goToWords(here) {
  const words = join(here, { reveal: true });
  if (!words) return;
  back = here;
  words.tabIndex = -1;
  words.focus({ preventScroll: true });
}

function onKey(event) {
  const here = event.target.closest("[data-join]");
  if (event.key === "Enter" && here && here === event.target) {
    event.preventDefault();
    goToWords(here);
  } else if (event.key === "Escape" && back) {
    back.focus();
    back = null;
  }
}

function openPlace() {
  const place = decodeURIComponent(location.hash.slice(1));
  if (!/^\d+-\d+$/.test(place)) return;
  const words = board.querySelector(`.zs-report-text [data-join~="c${place}"], .zs-report-text [data-join~="f${place}"]`);
  if (!words) return;
  join(words, { reveal: true });
  words.scrollIntoView({ block: "center" });
}

if (board) {
  const act = (options) => (event) => {
    const here = event.target.closest("[data-join]");
    if (here) join(here, options);
  };
  board.addEventListener("mouseover", act({ reveal: false }));
  board.addEventListener("focusin", act({ reveal: true }));
  board.addEventListener("click", act({ reveal: true }));
  board.addEventListener("mouseleave", clear);
  board.addEventListener("keydown", onKey);
  openPlace();
}
