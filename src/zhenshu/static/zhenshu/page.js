// Small words shared by the modules: run now and after every swap, read JSON blocks, remember, speak.

/** Run *act* on the page now and on each part that htmx puts in later. */
export function onContent(act) {
  act(document);
  // htmx also announces the body once, which was already acted on.
  document.addEventListener("htmx:load", ({ detail: { elt } }) => elt !== document.body && act(elt));
}

/** Return the elements of *root*, itself included, that match *selector*. */
export function findAll(root, selector) {
  const inside = [...root.querySelectorAll(selector)];
  return root instanceof Element && root.matches(selector) ? [root, ...inside] : inside;
}

/** Return what the JSON block with *id* holds. */
export function readBlock(id) {
  return JSON.parse(document.getElementById(id)?.textContent || "{}");
}

/** Return a translated sentence that the page brought along. */
export function words(name) {
  return document.getElementById("zs-words")?.dataset[name] ?? "";
}

/** Return the address of a vendored file. */
export function vendor(name) {
  return new URL(document.body.dataset.vendor + name, location.href).href;
}

/** Read and write the memory of this browser; a full or forbidden memory is no reason to stop. */
export const memory = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, value);
      return true;
    } catch {
      return false;
    }
  },
  drop(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept, so nothing is left.
    }
  },
};

/** Return whether the person is typing into something. */
export function isTyping(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

/** Load a classic script once. */
const loading = new Map();
export function loadScript(url) {
  if (!loading.has(url)) {
    loading.set(
      url,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = url;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`${url} could not be loaded`));
        document.head.append(script);
      }),
    );
  }
  return loading.get(url);
}

/** Load a style sheet once. */
export function loadStyle(url) {
  if (document.querySelector(`link[href="${url}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = url;
  document.head.append(link);
}
