// What was seen of how each page and frame came to be there. Facts alone: what act they make, the agent's table of attribution says.

import { isSameSite, withoutFragment } from "../lib/sites.js";

/**
 * @typedef {import("../protocol.js").Cause} Cause
 * @typedef {import("../protocol.js").Circumstances} Circumstances
 * @typedef {import("../protocol.js").Gesture} Gesture
 * @typedef {import("../protocol.js").SearchStart["by"]} Opening
 * @typedef {{tabId: number, frameId: number, url: string, timeStamp: number}} Begun
 * @typedef {Begun & {transitionType?: string, transitionQualifiers?: string[]}} Committed
 * @typedef {{at: number, link: string, spent: boolean}} Touch a click, tap or key, and the link that it was on
 * @typedef {Pick<Circumstances, "cause" | "gesture" | "detour">} Arrival
 * @typedef {{url: string, by: Opening, arrival: Arrival, at: number, wentOn: boolean}} Known
 */

/** A click or key this long ago may have led to a page; how much of that counts, the table says. */
const GESTURE_MS_MAX = 2_000;
const LINK_MS_MAX = 30_000;
/** Clocks of the browser's processes may differ by this much. */
const SLACK_MS = 50;
/** A page that goes on so soon after it came was only passed through. */
const PASSED_MS_MAX = 5_000;
const TOUCHES_MAX = 8;

/** Last human input in a tab. @type {Map<number, number>} */
const inputAt = new Map();
/** The last clicks and keys in a tab, newest last. @type {Map<number, Touch[]>} */
const touches = new Map();
/** Which tab opened a tab. @type {Map<number, number>} */
const openers = new Map();
/** Tabs that a page opened and that have shown nothing yet. @type {Set<number>} */
const newTabs = new Set();
/** When each frame began to load what comes next: Firefox begins again where a server sends it on. @type {Map<string, {url: string, at: number}[]>} */
const begun = new Map();
/** Per tab and frame. @type {Map<string, Known>} */
const known = new Map();

/**
 * @param {number} tabId
 * @param {{at: number, touch?: boolean, link?: string}} input
 */
export function inputSeen(tabId, { at, touch = false, link = "" }) {
  inputAt.set(tabId, Math.max(at, inputAt.get(tabId) ?? 0));
  if (!touch) return;
  const last = [...(touches.get(tabId) ?? []), { at, link: withoutFragment(link), spent: false }];
  touches.set(tabId, last.slice(-TOUCHES_MAX));
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

/** The last click or key in any tab before a time. @param {number} before @returns {Gesture | undefined} */
export function lastTouchAnywhere(before) {
  const at = Math.max(0, ...[...touches.values()].flat().map((touch) => touch.at).filter((at) => at <= before + SLACK_MS));
  return at === 0 ? undefined : { ms: Math.max(0, Math.round(before - at)) };
}

/**
 * @param {number} tabId
 * @param {number} openerId
 */
export function openedFrom(tabId, openerId) {
  openers.set(tabId, openerId);
  newTabs.add(tabId);
}

/** @param {number} tabId */
export function tabClosed(tabId) {
  for (const map of [inputAt, touches, openers]) map.delete(tabId);
  newTabs.delete(tabId);
  for (const map of [begun, known]) for (const key of map.keys()) if (key.startsWith(`${tabId}:`)) map.delete(key);
}

/** A frame begins to load an address. @param {Begun} navigation */
export function beginning({ tabId, frameId, url, timeStamp }) {
  const key = `${tabId}:${frameId}`;
  const pending = (begun.get(key) ?? []).filter(({ at }) => timeStamp - at <= LINK_MS_MAX);
  begun.set(key, [...pending, { url, at: timeStamp }].slice(-TOUCHES_MAX));
}

/** A frame shows another document. @param {Committed} navigation */
export function committed(navigation) {
  const { tabId, frameId, url, timeStamp, transitionQualifiers = [] } = navigation;
  const key = `${tabId}:${frameId}`;
  const pending = begun.get(key) ?? [];
  const start = pending.at(transitionQualifiers.includes("server_redirect") ? 0 : -1) ?? { url, at: timeStamp };
  begun.delete(key);
  known.set(key, { url, by: byOf(navigation), at: timeStamp, ...arrivalOf(navigation, start) });
  if (frameId === 0 && /^https?:/.test(url)) newTabs.delete(tabId);
}

/** A document changes its own address: it opens anew only where somebody touched it. @param {Committed} navigation */
export function wentOn(navigation) {
  const { tabId, frameId, url, timeStamp } = navigation;
  const key = `${tabId}:${frameId}`;
  const before = known.get(key);
  const gesture = gestureIn(tabId, timeStamp, [url]);
  const by = byOf(navigation);
  if (gesture) gesture.spent = true;
  if (gesture) known.set(key, { url, by, arrival: { cause: causeOf(navigation), gesture: told(gesture, timeStamp, [url]) }, at: timeStamp, wentOn: false });
  else if (before) known.set(key, { ...before, url, by, wentOn: before.wentOn || timeStamp - before.at > PASSED_MS_MAX });
  else known.set(key, { url, by, arrival: {}, at: timeStamp, wentOn: true });
}

/**
 * What was seen of how the page in a frame came to be there.
 * @param {number} tabId
 * @param {number} frameId
 * @param {string} url
 * @param {boolean} isOpening whether what is told of came with it
 * @returns {Circumstances}
 */
export function circumstancesOf(tabId, frameId, url, isOpening) {
  const top = known.get(`${tabId}:0`);
  const own = known.get(`${tabId}:${frameId}`);
  const isOwn = frameId === 0 || (top !== undefined && isSameSite(top.url, url));
  // A frame of the page's site came with the page, unless somebody followed a link in it.
  const found = isOwn && !own?.arrival.gesture ? top : own;
  const isIt = found !== undefined && (frameId !== 0 || withoutFragment(found.url) === withoutFragment(url));
  /** @type {Circumstances} */
  const facts = isIt ? { ...found.arrival } : lateArrival(tabId, url);
  if (isOpening && !(isIt && found.wentOn)) facts.stage = "opening";
  if (frameId !== 0) facts.frame = isOwn ? "same-site" : "other-site";
  return facts;
}

/**
 * What opened the page in a frame, by the browser's own account; null where that is not known.
 * @param {number} tabId
 * @param {number} frameId
 * @param {string} url
 * @returns {Opening | null}
 */
export function openingOf(tabId, frameId, url) {
  const found = known.get(`${tabId}:${frameId}`);
  return found?.url === url ? found.by : null;
}

/** Which tab opened this one. @param {number} tabId */
export function openerOf(tabId) {
  return openers.get(tabId);
}

/** @param {Committed} navigation @returns {Opening} */
function byOf(navigation) {
  const cause = causeOf(navigation);
  return cause === "link" || cause === "form" ? cause : cause === "address-bar" || cause === "bookmark" ? "address-bar" : "other";
}

/** @param {Committed} navigation @returns {Cause | undefined} */
function causeOf({ transitionType = "", transitionQualifiers = [] }) {
  if (transitionQualifiers.includes("forward_back")) return "history";
  if (transitionQualifiers.includes("from_address_bar")) return "address-bar";
  switch (transitionType) {
    case "typed": case "keyword": case "keyword_generated": case "generated": return "address-bar";
    case "auto_bookmark": return "bookmark";
    case "link": case "manual_subframe": return "link";
    case "form_submit": return "form";
    case "reload": return "reload";
    case "start_page": case "auto_toplevel": return "start";
    case "auto_subframe": return "embedded";
    default: return undefined;
  }
}

/**
 * @param {Committed} navigation
 * @param {{url: string, at: number}} start
 * @returns {Pick<Known, "arrival" | "wentOn">}
 */
function arrivalOf(navigation, start) {
  const { tabId, frameId, url, transitionQualifiers = [] } = navigation;
  const before = frameId === 0 ? known.get(`${tabId}:0`) : undefined;
  // Chromium calls it a redirect when a page's script loads the page again.
  const isAgain = before !== undefined && transitionQualifiers.includes("client_redirect") && withoutFragment(before.url) === withoutFragment(url);
  const cause = isAgain ? "reload" : causeOf(navigation);
  const isNew = newTabs.has(tabId) && frameId === 0;
  const touched = isNew ? (openers.get(tabId) ?? tabId) : tabId;
  const to = [start.url, url];
  const isLedOn = transitionQualifiers.includes("client_redirect") && !isAgain;
  const gesture = isLedOn ? undefined : gestureIn(touched, start.at, to, cause === "embedded");
  /** @type {Arrival} */
  const arrival = cause ? { cause } : {};
  if (gesture) arrival.gesture = told(gesture, start.at, to);
  const isByItself = !gesture && (cause === "link" || cause === "form");
  if (before && isByItself && (isLedOn || start.at - before.at <= PASSED_MS_MAX)) {
    // The page before only led on to this one: within a site it is as much asked for as that one was.
    if (!isSameSite(before.url, url)) return { arrival: { ...arrival, detour: "redirect" }, wentOn: false };
    if (start.at - before.at <= PASSED_MS_MAX && withoutFragment(before.url) !== withoutFragment(url)) return { arrival: before.arrival, wentOn: true };
  }
  const leadsElsewhere = gesture !== undefined && gesture.link !== "" && !arrival.gesture?.on_link && !isSameSite(gesture.link, start.url);
  if (cause !== "embedded" && cause !== "history" && (leadsElsewhere || !isSameSite(start.url, url))) arrival.detour = "redirect";
  else if (isNew && cause !== "form" && !arrival.gesture?.on_link) arrival.detour = "pop-up";
  // One serves one page; of a pop-up it was no part, and the link under it may still be followed.
  if (gesture && (!isNew || arrival.gesture?.on_link)) gesture.spent = true;
  return { arrival, wentOn: false };
}

/**
 * The click or key that something which began then followed; one serves one page only.
 * @param {number} tabId
 * @param {number} at
 * @param {string[]} to addresses that it went to
 * @param {boolean} [onLinkOnly]
 * @returns {Touch | undefined}
 */
function gestureIn(tabId, at, to, onLinkOnly = false) {
  const before = (touches.get(tabId) ?? []).filter((touch) => !touch.spent && touch.at <= at + SLACK_MS);
  const onLink = before.findLast((touch) => at - touch.at <= LINK_MS_MAX && isTo(touch, to));
  if (onLink || onLinkOnly) return onLink;
  const last = before.at(-1);
  return last && at - last.at <= GESTURE_MS_MAX ? last : undefined;
}

/** @param {Touch} touch @param {string[]} to */
function isTo({ link }, to) {
  return link !== "" && to.some((url) => withoutFragment(url) === link);
}

/** @param {Touch} touch @param {number} at @param {string[]} to @returns {Gesture} */
function told(touch, at, to) {
  const ms = Math.max(0, Math.round(at - touch.at));
  return isTo(touch, to) ? { ms, on_link: true } : { ms };
}

/** A page drawn ahead, whose own opening was not for the screen: only a link to it tells. @param {number} tabId @param {string} url @returns {Arrival} */
function lateArrival(tabId, url) {
  const now = Date.now();
  const touch = gestureIn(tabId, now, [url], true);
  return touch ? { cause: "link", gesture: told(touch, now, [url]) } : {};
}
