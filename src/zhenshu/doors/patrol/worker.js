// Keeps the patrol page and what it needs at hand: from the network while there is one, else as kept.
const KEPT = "zhenshu-patrol-__VERSION__";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("zhenshu-patrol-") && name !== KEPT).map((name) => caches.delete(name))));
  event.waitUntil(Promise.all([old, self.clients.claim()]));
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
