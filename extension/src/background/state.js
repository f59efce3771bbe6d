// What the agent last said, and who wants to know when it changes.

import { CAPTURE_NOTHING } from "../protocol.js";
import { isFull } from "./outbox.js";

/**
 * @typedef {import("../protocol.js").State} State
 * @typedef {import("../protocol.js").Config} Config
 * @typedef {"connecting" | "connected" | "disconnected" | "mismatch"} Link
 */

/**
 * How long capture goes on after the connection broke. The agent restarts in seconds; past this it is gone, and a
 * condition may have ended without the extension being told.
 */
export const WITHOUT_AGENT_MS_MAX = 10 * 60 * 1000;

/** @type {State | null} */
let state = null;
/** @type {Link} */
let link = "connecting";
let brokenAt = 0;
let origin = "";
/** @type {(() => void)[]} */
const listeners = [];

/** @param {() => void} listener */
export function onChange(listener) {
  listeners.push(listener);
}

/** Reads what does not change with a browser session. Wait for it before the first state. */
export const ready = chrome.storage.local.get("own_origin").then((stored) => {
  if (typeof stored.own_origin === "string" && origin === "") origin = stored.own_origin;
});

/** @param {State} next */
export function setState(next) {
  state = next;
  rememberOrigin(next.notice_url);
  changed();
}

/** @param {Link} next */
export function setLink(next) {
  if (next === link) return;
  link = next;
  if (next === "disconnected" && brokenAt === 0) brokenAt = Date.now();
  if (next === "connected") brokenAt = 0;
  if (next === "mismatch") state = null;
  changed();
}

/** Tells the listeners; also called when the outbox fills or empties and from the periodic alarm. */
export function changed() {
  for (const listener of listeners) listener();
}

/** @returns {Link} */
export function linkState() {
  return link;
}

/** The agent's last word. @returns {State | null} */
export function lastState() {
  return state;
}

/** Whether anything may be captured at this moment. */
export function isWatching() {
  if (!state?.watching || isFull()) return false;
  return brokenAt === 0 || Date.now() - brokenAt < WITHOUT_AGENT_MS_MAX;
}

/** What a page's content script needs to know. @returns {Config} */
export function pageConfig() {
  const watching = isWatching();
  return { type: "config", watching, capture: watching && state ? state.capture : CAPTURE_NOTHING, own_origin: origin };
}

/** Origin of the agent's loopback pages; empty while unknown. */
export function ownOrigin() {
  return origin;
}

/**
 * Keeps the origin of the agent's pages: `notice_url` is only given until the notice has been shown, the link in the
 * popup and the rule that the agent's own pages are not captured hold after that too.
 * @param {string | null} url
 */
function rememberOrigin(url) {
  if (!url || !URL.canParse(url)) return;
  const { protocol, hostname, origin: found } = new URL(url);
  if (protocol !== "http:" || (hostname !== "127.0.0.1" && hostname !== "localhost")) return;
  if (found === origin) return;
  origin = found;
  void chrome.storage.local.set({ own_origin: found });
}
