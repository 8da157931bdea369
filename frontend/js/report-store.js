// One report, encrypted with a key that the browser gives to nobody, for 72 hours at most.
const NAME = "report", LONGEST_MS = 72 * 3600 * 1000;

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(NAME);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function stored(mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const request = act(database.transaction(NAME, mode).objectStore(NAME));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

/** Keep `report` ({address, fields}) in the place of what was kept before. */
export async function keep(report) {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(report));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text);
  await stored("readwrite", (store) => store.put({ key, iv, sealed, at: Date.now() }, NAME));
}

/** Return what is kept, null where nothing is; what is too old is deleted, and `expired` stands in its place. */
export async function kept() {
  const databases = await indexedDB.databases?.();
  if (databases && !databases.some(({ name }) => name === NAME)) return null; // ask without making one
  const found = await stored("readonly", (store) => store.get(NAME));
  if (!found) return null;
  if (Date.now() - found.at > LONGEST_MS) { await delete_(); return { expired: true }; }
  const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: found.iv }, found.key, found.sealed);
  return JSON.parse(new TextDecoder().decode(text));
}

/** Delete it with its key, and the place where it was. */
export function delete_() {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}
