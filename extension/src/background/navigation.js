// How each frame came to show its address: by a human gesture, or by itself.

/**
 * @typedef {import("../protocol.js").Act} Act
 * @typedef {import("../protocol.js").SearchStart["by"]} Opening
 * @typedef {{tabId: number, frameId: number, url: string, transitionType?: string, transitionQualifiers?: string[],
 *   timeStamp: number}} Committed
 */

/** A link or form followed this soon after human input in its tab was followed by the person. */
const GESTURE_MS_MAX = 2_000;
const BY_PERSON = new Set(["typed", "keyword", "keyword_generated", "generated", "auto_bookmark"]);
const BY_GESTURE = new Set(["link", "form_submit", "manual_subframe", "reload"]);

/** Last human input in a tab. @type {Map<number, number>} */
const inputAt = new Map();
/** Which tab opened a tab. @type {Map<number, number>} */
const openers = new Map();
/** Per tab and frame. @type {Map<string, {url: string, act: Act, by: Opening}>} */
const acts = new Map();

/**
 * @param {number} tabId
 * @param {number} at milliseconds since 1970
 */
export function inputSeen(tabId, at) {
  inputAt.set(tabId, Math.max(at, inputAt.get(tabId) ?? 0));
}

/**
 * Last human input in a tab, in any of its frames and pages.
 * @param {number} tabId
 * @returns {number | undefined} milliseconds since 1970
 */
export function lastInput(tabId) {
  return inputAt.get(tabId);
}

/** Last human input in any tab. @returns {number | undefined} milliseconds since 1970 */
export function lastInputAnywhere() {
  return inputAt.size === 0 ? undefined : Math.max(...inputAt.values());
}

/**
 * @param {number} tabId
 * @param {number} openerId
 */
export function openedFrom(tabId, openerId) {
  openers.set(tabId, openerId);
}

/** @param {number} tabId */
export function tabClosed(tabId) {
  inputAt.delete(tabId);
  openers.delete(tabId);
  for (const key of acts.keys()) if (key.startsWith(`${tabId}:`)) acts.delete(key);
}

/** @param {Committed} navigation */
export function committed(navigation) {
  acts.set(`${navigation.tabId}:${navigation.frameId}`, { url: navigation.url, act: actOf(navigation), by: byOf(navigation) });
}

/**
 * What brought the page in a frame about; `shown` where no gesture is known.
 * @param {number} tabId
 * @param {number} frameId
 * @param {string} url
 * @returns {Act}
 */
export function actFor(tabId, frameId, url) {
  const known = acts.get(`${tabId}:${frameId}`);
  return known?.url === url ? known.act : "shown";
}

/**
 * What opened the page in a frame, by the browser's own account; null where that is not known.
 * @param {number} tabId
 * @param {number} frameId
 * @param {string} url
 * @returns {Opening | null}
 */
export function openingOf(tabId, frameId, url) {
  const known = acts.get(`${tabId}:${frameId}`);
  return known?.url === url ? known.by : null;
}

/** Which tab opened this one. @param {number} tabId */
export function openerOf(tabId) {
  return openers.get(tabId);
}

/** @param {Committed} navigation @returns {Opening} */
function byOf({ transitionType = "", transitionQualifiers = [] }) {
  if (transitionQualifiers.includes("forward_back") || transitionType === "reload") return "other";
  if (transitionQualifiers.includes("from_address_bar") || BY_PERSON.has(transitionType)) return "address-bar";
  if (transitionType === "form_submit") return "form";
  return transitionType === "link" ? "link" : "other";
}

/** @param {Committed} navigation @returns {Act} */
function actOf({ tabId, transitionType = "", transitionQualifiers = [], timeStamp }) {
  if (transitionQualifiers.includes("from_address_bar") || BY_PERSON.has(transitionType)) return "opened";
  if (transitionQualifiers.includes("client_redirect") || !BY_GESTURE.has(transitionType)) return "shown";
  return gestureIn(tabId, timeStamp) || gestureIn(openers.get(tabId), timeStamp) ? "opened" : "shown";
}

/**
 * @param {number | undefined} tabId
 * @param {number} at
 */
function gestureIn(tabId, at) {
  const input = tabId === undefined ? undefined : inputAt.get(tabId);
  return input !== undefined && at - input <= GESTURE_MS_MAX;
}
