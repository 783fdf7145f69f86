// Reports from the field: kept in this phone first, then sent; nothing typed is ever lost, nothing sent twice.
import { outbox } from "./outbox.js";
import { words } from "./page.js";
import { toast } from "./toasts.js";

const form = document.querySelector("[data-patrol]");
const waiting = document.getElementById("zs-waiting");
const DRAFT = "zs.patrol.draft";
let sending = false;

function token() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.csrfmiddlewaretoken.value;
}

function mark() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Read the form as a report that can be kept. */
function readReport() {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
  const photos = [...form.photos.files].map((file) => ({ name: file.name, blob: file }));
  return { once: mark(), at: new Date().toISOString(), fields, photos };
}

async function post(report) {
  const body = new FormData();
  for (const [name, value] of report.fields) body.append(name, value);
  body.set("once", report.once);
  body.set("at", report.at);
  for (const { name, blob } of report.photos) body.append("photos", blob, name);
  return fetch(form.action, {
    method: "POST",
    body,
    redirect: "manual",
    headers: { Accept: "application/json", "X-CSRFToken": token() },
  });
}

/** Send one report; true when it need not be kept any longer. */
async function send(report) {
  const answer = await post(report);
  if (answer.status === 201 || answer.status === 200) {
    const { number } = await answer.json();
    toast(`${form.dataset.sent} ${number}`, "success");
    showSent(report, number);
    return true;
  }
  if (answer.status === 422) {
    const { text } = await answer.json();
    toast(text, "error");
    await outbox.put({ ...report, refused: text });
    return false;
  }
  if (answer.type === "opaqueredirect" || answer.status === 403) toast(form.dataset.logIn, "error");
  else toast(words("failed"), "error");
  return false;
}

function showSent(report, number) {
  const list = document.querySelector("[data-sent-list]");
  const row = document.createElement("a");
  row.className = "zs-row";
  row.href = `/cases/${number}/`;
  const title = document.createElement("span");
  title.className = "zs-row-title";
  title.textContent = Object.fromEntries(report.fields).text;
  const meta = document.createElement("span");
  meta.className = "zs-row-meta";
  meta.textContent = number;
  row.append(document.createElement("span"), title, meta);
  list.prepend(row);
  list.hidden = false;
}

/** Send all that waits, oldest first; a report that was refused waits for the person. */
export async function sendAll() {
  if (sending || !navigator.onLine) return showWaiting();
  sending = true;
  try {
    for (const report of await outbox.all()) {
      if (report.refused) continue;
      if (!(await send(report))) break;
      await outbox.drop(report.once);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the line broke; what is left waits
  } finally {
    sending = false;
  }
  return showWaiting();
}

async function showWaiting() {
  const reports = await outbox.all();
  waiting.hidden = reports.length === 0;
  waiting.querySelector("b").textContent = String(reports.length);
  const list = waiting.querySelector("ul");
  list.replaceChildren(...reports.map(waitingLine));
}

function waitingLine(report) {
  const line = document.createElement("li");
  line.append(Object.fromEntries(report.fields).text);
  if (!report.refused) return line;
  const why = document.createElement("small");
  why.className = "zs-error";
  why.textContent = report.refused;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-sm";
  again.textContent = form.dataset.again;
  again.addEventListener("click", () => takeBack(report));
  line.append(why, again);
  return line;
}

/** Put a refused report back into the form. */
async function takeBack(report) {
  await outbox.drop(report.once);
  for (const [name, value] of report.fields) if (form.elements[name]) form.elements[name].value = value;
  await showWaiting();
}

async function onSubmit(event) {
  event.preventDefault();
  event.stopPropagation();
  await outbox.put(readReport());
  localStorage.removeItem(DRAFT);
  form.reset();
  previewPhotos();
  place();
  await sendAll();
  if (!navigator.onLine) toast(form.dataset.kept, "info");
}

/** Keep the sentence at each key press. */
function keepDraft() {
  localStorage.setItem(DRAFT, form.text.value);
}

function place() {
  const note = document.getElementById("zs-place");
  if (!navigator.geolocation) return;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.lon.value = coords.longitude.toFixed(6);
      form.lat.value = coords.latitude.toFixed(6);
      note.dataset.state = "known";
      note.querySelector("span").textContent = `${note.dataset.known} ±${Math.round(coords.accuracy)} m`;
      form.lon.dispatchEvent(new Event("change", { bubbles: true }));
    },
    () => {
      note.dataset.state = "unknown";
      note.querySelector("span").textContent = note.dataset.unknown;
    },
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
  );
}

function previewPhotos() {
  const box = document.getElementById("zs-photos");
  box.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
  box.replaceChildren(
    ...[...form.photos.files].map((file) => {
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      return image;
    }),
  );
}

form.addEventListener("submit", onSubmit, true);
form.text.addEventListener("input", keepDraft);
form.photos.addEventListener("change", previewPhotos);
form.text.value ||= localStorage.getItem(DRAFT) ?? "";
addEventListener("online", sendAll);
place();
sendAll();
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/patrol/worker.js", { scope: "/patrol/" });
form.dataset.ready = "yes";
