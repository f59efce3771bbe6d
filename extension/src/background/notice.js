// The notice: opened in front of the person, once per browser session, until the agent says that it has been shown.

import { oneAtATime } from "../lib/queue.js";
import * as state from "./state.js";

const KEY = "notice_opened";
const inTurn = oneAtATime();

/** Opens the notice if the agent asks for it and it has not been opened in this browser session. */
export function openNotice() {
  return inTurn(async () => {
    const url = state.lastState()?.notice_url;
    // Only the agent's own loopback page: nothing else may be opened through this.
    if (!url || !URL.canParse(url) || new URL(url).origin !== state.ownOrigin()) return;
    if ((await chrome.storage.session.get(KEY))[KEY]) return;
    await chrome.storage.session.set({ [KEY]: true });
    await chrome.tabs.create({ url, active: true });
  });
}
