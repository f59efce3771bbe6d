// Cuts out of a picture of the visible tab, for what gives its bytes to nobody. At most one picture of a tab a second.

import { base64Of } from "../lib/base64.js";
import { oneAtATime } from "../lib/queue.js";
import { inFront } from "./capture.js";

/** Browsers refuse more than two a second. */
const BETWEEN_MS_MIN = 1_000;
/** The most of red, green and blue that is black still: a coded video rarely has none. */
const BLACK_MAX = 8;
/** More would come long after what they show has gone. */
const WAITING_MAX = 16;

/**
 * @typedef {import("../protocol.js").Place} Place
 * @typedef {{data: string, width: number, height: number}} Pixels
 */

const inTurn = oneAtATime();
let waiting = 0;
let takenAt = 0;

/**
 * What the screen shows of an element, as a PNG of our own; nothing when it is not where it was, or too many wait.
 * @param {chrome.tabs.Tab & {id: number}} tab
 * @param {number} frameId
 * @param {number} mark names the element to its page
 * @param {boolean} isVideo whether nothing but black is to be told apart
 * @returns {Promise<Pixels | "black" | null>}
 */
export async function tabPixels(tab, frameId, mark, isVideo) {
  if (waiting >= WAITING_MAX) return null;
  waiting += 1;
  try {
    return await inTurn(() => cut(tab, frameId, mark, isVideo));
  } catch {
    return null; // The tab has closed, or the browser lets nobody take pictures of it (Firefox: decision 18).
  } finally {
    waiting -= 1;
  }
}

/** @param {chrome.tabs.Tab & {id: number}} tab @param {number} frameId @param {number} mark @param {boolean} isVideo @returns {Promise<Pixels | "black" | null>} */
async function cut(tab, frameId, mark, isVideo) {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, takenAt + BETWEEN_MS_MIN - Date.now())));
  const before = await placeOf(tab.id, frameId, mark);
  if (!before || !(await inFront(await chrome.tabs.get(tab.id)))) return null;
  takenAt = Date.now();
  const address = await chrome.tabs.captureVisibleTab(tab.windowId, { format: "png" });
  const after = await placeOf(tab.id, frameId, mark);
  // What was scrolled or switched meanwhile would be cut out of something else.
  if (JSON.stringify(after) !== JSON.stringify(before) || !(await inFront(await chrome.tabs.get(tab.id)))) return null;
  const whole = await createImageBitmap(await (await fetch(address)).blob());
  const left = Math.round(before.left * whole.width);
  const top = Math.round(before.top * whole.height);
  const width = Math.min(whole.width - left, Math.round(before.width * whole.width));
  const height = Math.min(whole.height - top, Math.round(before.height * whole.height));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context?.drawImage(whole, -left, -top);
  whole.close();
  if (isVideo && context && isBlack(context.getImageData(0, 0, width, height).data)) return "black";
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return { data: base64Of(new Uint8Array(await blob.arrayBuffer())), width, height };
}

/** @param {number} tabId @param {number} frameId @param {number} mark @returns {Promise<Place | null>} */
async function placeOf(tabId, frameId, mark) {
  return (await chrome.tabs.sendMessage(tabId, { type: "where", mark }, { frameId })) ?? null;
}

/** @param {Uint8ClampedArray} pixels */
function isBlack(pixels) {
  return pixels.every((value, at) => at % 4 === 3 || value <= BLACK_MAX);
}
