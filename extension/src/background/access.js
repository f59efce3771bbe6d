// Firefox grants access to all addresses with the installation, and gives a picture of a tab for it only once the extension has
// started anew (its bug 1758306, seen with 140 ESR; decision 18).

import { browserName } from "./browser.js";

/** Whether pages may be read at all: whoever has the browser can take that away, and then nothing is seen. */
export function isGranted() {
  return chrome.permissions.contains({ origins: ["<all_urls>"] });
}

/** What of a version has started anew. */
const KEY = "started_anew";

/** Settles unless the extension starts anew, which ends this background before it has told anybody anything. */
export const ready = startAnewOnce();

async function startAnewOnce() {
  // Firefox's own, and a function only for an extension with the permission that is missing then.
  const { captureTab } = /** @type {{captureTab?: unknown}} */ (chrome.tabs);
  if (browserName() !== "firefox" || typeof captureTab === "function") return;
  const { version } = chrome.runtime.getManifest();
  const stored = await chrome.storage.local.get(KEY);
  if (stored[KEY] === version || !(await isGranted())) return;
  await chrome.storage.local.set({ [KEY]: version });
  chrome.runtime.reload();
  await new Promise(() => undefined);
}
