// Whatever is typed into <form data-draft="key"> is kept in this browser at each key press until it is sent.
// The server ends a draft by answering with an element data-draft-done="key", or HX-Trigger: draft-done.
import { findAll, memory, onContent, words } from "./page.js";

const PREFIX = "zs.draft.";
const SECRET = ["password", "file", "hidden"];

function read(form) {
  const kept = [...form.elements].filter((one) => one.name && !SECRET.includes(one.type));
  return kept.map((one) => [one.name, one.type === "checkbox" || one.type === "radio" ? one.checked : one.value, one.value]);
}

function isEmpty(form) {
  return [...form.elements].every((one) => SECRET.includes(one.type) || !one.name || one.value === (one.defaultValue ?? ""));
}

function keep(form) {
  const unchanged = isEmpty(form) && ![...form.elements].some((one) => one.checked && !one.defaultChecked);
  if (unchanged) return memory.drop(PREFIX + form.dataset.draft);
  return memory.set(PREFIX + form.dataset.draft, JSON.stringify(read(form)));
}

function fill(form, values) {
  for (const [name, value, option] of values) {
    for (const one of findAll(form, `[name="${CSS.escape(name)}"]`)) {
      if (typeof value === "boolean") one.checked = one.value === option ? value : one.checked;
      else if (!SECRET.includes(one.type)) one.value = value;
    }
  }
}

function restore(form) {
  const kept = memory.get(PREFIX + form.dataset.draft);
  if (!kept || form.querySelector(".is-invalid")) return;
  fill(form, JSON.parse(kept));
  form.prepend(notice(form));
  form.dispatchEvent(new Event("draft-restored", { bubbles: true }));
}

function notice(form) {
  const box = document.createElement("p");
  box.className = "zs-note-box zs-field-wide";
  box.textContent = `${words("draft")} `;
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "btn btn-sm";
  drop.textContent = words("draftDrop");
  drop.addEventListener("click", () => {
    memory.drop(PREFIX + form.dataset.draft);
    form.reset();
    box.remove();
  });
  box.append(drop);
  return box;
}

/** Return the draft that a message of the server says has arrived. */
function doneKey(message) {
  return message.dataset.tags.split(" ").find((tag) => tag.startsWith("draft-done:")).slice("draft-done:".length);
}

export function watchDrafts() {
  onContent((root) => {
    findAll(root, "[data-draft-done]").forEach((one) => memory.drop(PREFIX + one.dataset.draftDone));
    findAll(root, "[data-tags*='draft-done:']").forEach((one) => memory.drop(PREFIX + doneKey(one)));
    findAll(root, "form[data-draft]").forEach(restore);
  });
  const onEdit = (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (form) keep(form);
  };
  document.addEventListener("input", onEdit);
  document.addEventListener("change", onEdit);
  document.addEventListener("draft-done", (event) => memory.drop(PREFIX + (event.detail.value ?? event.detail.key)));
}
