// Reports that wait for a line, with their pictures, in the database of this browser.
const NAME = "zhenshu-patrol";
const STORE = "reports";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "once" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Run *act* on the store and return its result once it is on the disk. */
async function run(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const outbox = {
  put: (report) => run("readwrite", (store) => store.put(report)),
  drop: (once) => run("readwrite", (store) => store.delete(once)),
  async all() {
    const reports = await run("readonly", (store) => store.getAll());
    return reports.sort((one, other) => one.at.localeCompare(other.at));
  },
};
