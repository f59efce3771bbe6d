// The toolbar sign. It says no more than a household may see.

import { SIGN } from "../protocol.js";
import * as state from "./state.js";

/** @typedef {import("../protocol.js").PopupState} PopupState */

/** Shows the sign, and "off" while nothing is captured. */
export function showSign() {
  void chrome.action.setTitle({ title: state.lastState()?.sign || SIGN });
  void chrome.action.setBadgeText({ text: state.isWatching() ? "" : "off" });
  void chrome.action.setBadgeBackgroundColor({ color: "#505a5f" });
}

/** @returns {PopupState} */
export function popupState() {
  const origin = state.ownOrigin();
  return { working: state.isWatching(), words: words(), details_url: origin && `${origin}/` };
}

function words() {
  if (state.isWatching()) return "It is working.";
  switch (state.linkState()) {
    case "mismatch":
      return "It is not working: this browser extension and the monitoring program are of versions that do not fit together. Both need to be brought up to date.";
    case "connected":
      return "It is installed and is not watching at the moment.";
    default:
      return "It is not working: the monitoring program does not answer. It tries again by itself.";
  }
}
