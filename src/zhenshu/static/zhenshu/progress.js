// A line at the top once a request takes longer than people notice; a form is sent once.
const NOTICEABLE = 180;
let running = 0;
let timer = 0;

function start() {
  running += 1;
  const line = document.getElementById("zs-loading");
  if (line && !timer) timer = setTimeout(() => (line.hidden = false), NOTICEABLE);
}

function stop() {
  running = Math.max(0, running - 1);
  if (running) return;
  clearTimeout(timer);
  timer = 0;
  const line = document.getElementById("zs-loading");
  if (line) line.hidden = true;
}

/** Keep an ordinary form from being sent twice; coming back to the page frees it again. */
function once(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  start();
}

function free() {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  running = 0;
  stop();
}

export function watchProgress() {
  document.addEventListener("htmx:beforeRequest", start);
  document.addEventListener("htmx:afterRequest", stop);
  addEventListener("submit", once);
  addEventListener("pageshow", free);
}
