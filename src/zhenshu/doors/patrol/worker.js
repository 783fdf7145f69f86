// Keeps the patrol page and what it needs at hand: from the network while there is one, else as kept.
const KEPT = "zhenshu-patrol-__VERSION__";

self.addEventListener("install", () => self.skipWaiting());

// After an update the page kept so far, with the files it names, stays until the new one has come.
async function moveIn() {
  const old = (await caches.keys()).filter((name) => name.startsWith("zhenshu-patrol-") && name !== KEPT);
  const fresh = await caches.open(KEPT);
  for (const name of old) {
    const cache = await caches.open(name);
    const page = await cache.match("/patrol/", { ignoreVary: true });
    const files = page ? (await page.clone().text()).match(/\/static\/[0-9a-f]+\//) : null;
    if (files) {
      await fresh.put("/patrol/", page);
      for (const request of await cache.keys()) {
        if (request.url.includes(files[0])) await fresh.put(request, await cache.match(request, { ignoreVary: true }));
      }
    }
    await caches.delete(name);
  }
}

self.addEventListener("activate", (event) => {
  event.waitUntil(moveIn().then(() => self.clients.claim()));
});

function isOurs(url) {
  return url.origin === location.origin && (url.pathname === "/patrol/" || url.pathname.startsWith("/static/"));
}

async function fromNetworkFirst(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && isOurs(new URL(event.request.url))) event.respondWith(fromNetworkFirst(event.request));
});
