// Short messages, and the bar that takes an act back.
import { findAll, words } from "./page.js";

const SECONDS = { error: 0, warning: 12, success: 5, info: 5 };
const UNDO_SECONDS = 10;
let undoTimer = 0;

/** Show *text*; errors stay until they are closed. */
export function toast(text, kind = "info") {
  const box = document.createElement("div");
  box.className = "zs-toast";
  box.dataset.toast = kind;
  box.textContent = text;
  document.getElementById("zs-toasts").append(box);
  settle(box);
}

function settle(box) {
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", words("close"));
  close.addEventListener("click", () => box.remove());
  box.append(close);
  const seconds = SECONDS[box.dataset.toast] ?? 5;
  if (seconds) setTimeout(() => box.remove(), seconds * 1000);
}

/** Offer to take back what *text* says by posting to *url*. */
export function offerUndo(text, url) {
  const bar = document.getElementById("zs-undo");
  if (!bar) return;
  bar.querySelector("[data-undo-words]").textContent = text;
  bar.dataset.url = url;
  bar.hidden = false;
  const left = bar.querySelector("[data-undo-left]");
  const end = Date.now() + UNDO_SECONDS * 1000;
  clearInterval(undoTimer);
  undoTimer = setInterval(() => {
    left.value = Math.max(0, (100 * (end - Date.now())) / (UNDO_SECONDS * 1000));
    if (left.value === 0) hideUndo();
  }, 100);
}

function hideUndo() {
  clearInterval(undoTimer);
  document.getElementById("zs-undo").hidden = true;
}

function undo() {
  const { url } = document.getElementById("zs-undo").dataset;
  hideUndo();
  htmx.ajax("POST", url, { target: "body", swap: "none" }).then(() => location.reload());
}

function showFlash(box) {
  const tag = box.dataset.tags.split(" ").find((one) => one.startsWith("undo:"));
  if (!tag) return settle(box);
  offerUndo(box.textContent, tag.slice(5));
  box.remove();
}

export function watchToasts() {
  findAll(document, ".zs-toast").forEach(showFlash);
  document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.kind));
  document.addEventListener("undo", (event) => offerUndo(event.detail.text, event.detail.url));
  document.querySelector("[data-undo-button]")?.addEventListener("click", undo);
  document.addEventListener("htmx:responseError", (event) =>
    toast(words(event.detail.xhr.status === 403 ? "denied" : "failed"), "error"),
  );
  document.addEventListener("htmx:sendError", () => toast(words("failed"), "error"));
}
