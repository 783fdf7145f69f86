// The form works without this script; with it the phone can tell the place, and nobody sends twice.
const form = document.querySelector("[data-report]");
const button = form?.querySelector("[data-locate]");
const told = form?.querySelector("[data-located]");

function located(position) {
  form.elements.lon.value = position.coords.longitude.toFixed(6);
  form.elements.lat.value = position.coords.latitude.toFixed(6);
  told.textContent = button.dataset.known;
  button.disabled = false;
}

function lost() {
  told.textContent = button.dataset.unknown;
  button.disabled = false;
}

if (button && "geolocation" in navigator && window.isSecureContext) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(located, lost, { enableHighAccuracy: true, timeout: 10000 });
  });
}
form?.addEventListener("submit", () => {
  form.querySelector(".zp-button:not([type])").disabled = true;
});
window.addEventListener("pageshow", () => {
  const send = form?.querySelector(".zp-button:not([type])");
  if (send) send.disabled = false;
});
