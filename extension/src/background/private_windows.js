// That a private window is open is a fact to report once per window, when it is in front. Nothing in it is ever captured.

import { oneAtATime } from "../lib/queue.js";
import { browserName } from "./browser.js";
import { privateWindowOpen } from "./capture.js";

const KEY = "private_windows_reported";
const inTurn = oneAtATime();

/** Reports a private window that is in front and was not reported; called when one opens or comes to the front and when the agent's state changes. */
export function reportPrivateWindows() {
  return inTurn(async () => {
    const open = (await chrome.windows.getAll()).filter((window) => window.incognito);
    const stored = (await chrome.storage.session.get(KEY))[KEY];
    const before = Array.isArray(stored) ? stored : [];
    const reported = before.filter((id) => open.some((window) => window.id === id));
    for (const { id, focused } of open) {
      if (focused && !reported.includes(id) && (await privateWindowOpen(browserName()))) reported.push(id);
    }
    if (reported.length !== before.length || reported.some((id) => !before.includes(id))) {
      await chrome.storage.session.set({ [KEY]: reported });
    }
  });
}
