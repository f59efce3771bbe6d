/** @typedef {import("../protocol.js").PopupState} PopupState */

/** @type {PopupState} */
const state = await chrome.runtime.sendMessage({ type: "popup" });

const words = document.getElementById("words");
const details = document.getElementById("details");
const link = details?.querySelector("a");
if (words) words.textContent = state.words;
if (details && link && state.details_url) {
  link.href = state.details_url;
  details.hidden = false;
}
