// How a search began: what was last typed by hand in a search field of a tab, whether a suggestion was chosen after it, and
// what opened the page. Facts only: whether the query was typed, suggested or linked to, the engine says.

import { cutToBytes } from "../lib/text.js";
import { SEARCH_TYPED_BYTES_MAX } from "../protocol.js";
import { openerOf, openingOf } from "./navigation.js";

/**
 * @typedef {import("../protocol.js").SearchStart} SearchStart
 * @typedef {{typed: string | null, chosen: string[], at: number}} Begun
 */

/** A page that comes later than this after the last key or choice was not opened by it. */
const BEGUN_MS_MAX = 60_000;
/** Addresses that may be of a search; the engine knows which are. */
const MAY_HOLD_QUERY = /[?#]|\/(search|suche|tags?|tagged|hashtag|explore|results)\b/i;

/** Per tab, in memory only. @type {Map<number, Begun>} */
const begun = new Map();

/**
 * @param {number} tabId
 * @param {string} text typed in a search field, where that may be captured
 * @param {number} at
 */
export function searchTyped(tabId, text, at) {
  begun.set(tabId, { typed: text, chosen: [], at });
}

/**
 * @param {number} tabId
 * @param {string[]} words of the entry that was chosen: kept to be compared with the query that follows, told to nobody
 * @param {number} at
 */
export function suggestionChosen(tabId, words, at) {
  const known = fresh(tabId, at);
  begun.set(tabId, { typed: known?.typed ?? null, chosen: words.map(plain), at });
}

/** @param {number} tabId */
export function searchForgotten(tabId) {
  begun.delete(tabId);
}

/**
 * How the search on this page began, if its address may be of one. What was typed goes with one page only.
 * @param {number} tabId
 * @param {number} frameId
 * @param {string} url
 * @param {number} at
 * @returns {SearchStart | undefined}
 */
export function searchStart(tabId, frameId, url, at) {
  const by = openingOf(tabId, frameId, url);
  if (frameId !== 0 || by === null || !MAY_HOLD_QUERY.test(url)) return undefined;
  const origin = fresh(tabId, at) ? tabId : openerOf(tabId);
  const start = origin === undefined ? undefined : fresh(origin, at);
  if (origin === undefined || !start || by === "address-bar") return { by };
  begun.delete(origin);
  const typed = start.typed === null ? {} : { typed: cutToBytes(start.typed, SEARCH_TYPED_BYTES_MAX).text };
  return { by, ...typed, ...(isOneOf(start.chosen, url) ? { suggestion: true } : {}) };
}

/**
 * Whether an address holds one of these as a whole value of its query or fragment, or as a whole segment of its path.
 * @param {string[]} chosen
 * @param {string} url
 */
export function isOneOf(chosen, url) {
  if (chosen.length === 0) return false;
  const { searchParams, hash, pathname } = new URL(url);
  const fragment = new URLSearchParams(hash.slice(1));
  // A segment reads like a value: percent signs, and plus signs for spaces.
  const segments = pathname.split("/").flatMap((segment) => [...new URLSearchParams(`of=${segment.replaceAll("&", "%26")}`).values()]);
  const held = new Set([...searchParams.values(), ...fragment.values(), ...segments].map(plain));
  return chosen.some((words) => words !== "" && held.has(words));
}

/** @param {string} text */
function plain(text) {
  return text.normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();
}

/**
 * @param {number} tabId
 * @param {number} at
 */
function fresh(tabId, at) {
  const known = begun.get(tabId);
  return known && at - known.at <= BEGUN_MS_MAX ? known : undefined;
}
