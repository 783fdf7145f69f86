// Small helpers inside forms: ready texts, taking a suggestion, narrowing what is offered, the own position.
import { findAll, words } from "./page.js";
import { toast } from "./toasts.js";

function change(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Put a ready text where the cursor of the form's text is. */
function takeText(button) {
  const area = button.closest("form").querySelector("textarea[name=opinion]");
  const said = area.value.trim();
  change(area, said ? `${said}\n${button.dataset.cannedText}` : button.dataset.cannedText);
  area.closest("details")?.setAttribute("open", "");
  area.focus();
}

function fill(button) {
  const field = document.getElementById(button.dataset.fill);
  change(field, button.dataset.fillValue);
  if ("fillSend" in button.dataset) field.form.requestSubmit();
}

/** Show only those of the elements whose words hold what was typed. */
function narrow(input) {
  const wanted = input.value.trim().toLowerCase();
  findAll(document, input.dataset.narrow).forEach((one) => (one.hidden = !one.textContent.toLowerCase().includes(wanted)));
}

function locate(button) {
  button.disabled = true;
  const done = () => (button.disabled = false);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      change(document.getElementById(button.dataset.locateLat), coords.latitude.toFixed(6));
      change(document.getElementById(button.dataset.locateLon), coords.longitude.toFixed(6));
      done();
    },
    () => {
      toast(words("noPosition"), "warning");
      done();
    },
    { enableHighAccuracy: true, timeout: 10000 },
  );
}

const ACTS = { "[data-canned-text]": takeText, "[data-fill]": fill, "[data-locate]": locate };

export function watchFilling() {
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(ACTS)) {
      const button = event.target.closest?.(selector);
      if (button) act(button);
    }
  });
  document.addEventListener("input", (event) => event.target.dataset?.narrow && narrow(event.target));
}
