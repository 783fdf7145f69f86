// A second look before what can't be taken back: data-confirm="sentence" on a form, a button or a link.
const ASKED = new WeakSet();

/** Ask and answer true or false. */
function ask(sentence, yes) {
  const dialog = document.getElementById("zs-confirm");
  if (!dialog) return Promise.resolve(window.confirm(sentence));
  dialog.querySelector("[data-confirm-words]").textContent = sentence;
  const button = dialog.querySelector("[data-confirm-yes]");
  button.dataset.usual ??= button.textContent;
  button.textContent = yes || button.dataset.usual;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function onSubmit(event) {
  const { target: form, submitter } = event;
  const asker = submitter?.dataset.confirm ? submitter : form;
  if (!asker.dataset.confirm || form.hasAttribute("hx-post") || ASKED.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(asker.dataset.confirm, asker.dataset.confirmYes))) return;
  ASKED.add(form);
  form.requestSubmit(submitter);
}

async function onHtmx(event) {
  const asker = event.detail.elt.closest("[data-confirm]") ?? event.detail.elt;
  const sentence = asker.dataset?.confirm || event.detail.question;
  if (!sentence) return;
  event.preventDefault();
  if (await ask(sentence, asker.dataset.confirmYes)) event.detail.issueRequest(true);
}

export function watchConfirm() {
  addEventListener("submit", onSubmit, true);
  document.addEventListener("htmx:confirm", onHtmx);
}
