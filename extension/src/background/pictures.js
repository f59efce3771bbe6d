// Pictures that pages report as shown: their bytes where they can be had, the screen's pixels where not, and a record.

import { fetched } from "../lib/fetched.js";
import { cutToBytes } from "../lib/text.js";
import { TITLE_BYTES_MAX, URL_BYTES_MAX } from "../protocol.js";
import { allowed, attributionOf, inFront, isUnasked, mayCapture, send } from "./capture.js";
import * as link from "./link.js";
import { circumstancesOf } from "./navigation.js";
import * as outbox from "./outbox.js";
import { tabPixels } from "./tab_pixels.js";

/**
 * @typedef {import("../protocol.js").PictureAnswer} PictureAnswer
 * @typedef {import("../protocol.js").PictureFrom} PictureFrom
 * @typedef {import("../protocol.js").PictureSeen} PictureSeen
 * @typedef {import("../protocol.js").PictureWithout} PictureWithout
 * @typedef {{data?: string, from?: PictureFrom, without?: PictureWithout, width?: number, height?: number}} Got
 */

/**
 * Takes a picture that its content script has seen for long enough.
 * @param {PictureSeen} seen
 * @param {chrome.runtime.MessageSender} sender
 * @returns {Promise<PictureAnswer>}
 */
export async function pictureSeen(seen, sender) {
  await link.firstAnswer;
  const { tab, frameId = 0 } = sender;
  if (!mayCapture(tab, seen.url) || !allowed().pictures || !(await inFront(tab))) return "again";
  const got = seen.data || seen.without ? seen : await found(seen, tab, frameId);
  if (typeof got === "string") return got;
  // Asking took its time: what may be captured may have changed.
  if (!allowed().pictures) return "again";
  /** @type {import("../protocol.js").PictureShown} */
  const shown = {
    url: cutToBytes(seen.url, URL_BYTES_MAX).text,
    title: cutToBytes(seen.title, TITLE_BYTES_MAX).text,
    // The address of a picture that stands in its address is the picture: nothing is said twice.
    address: seen.address.startsWith("data:") ? "" : cutToBytes(seen.address, URL_BYTES_MAX).text,
    element: seen.element,
    width: seen.width || (got.width ?? 0),
    height: seen.height || (got.height ?? 0),
    shown_width: seen.shown_width,
    shown_height: seen.shown_height,
    from: got.from ?? "fetched-again",
  };
  if (got.without) shown.without = got.without;
  const facts = circumstancesOf(tab.id, frameId, seen.url, false);
  if (seen.playback) facts.playback = seen.playback;
  const attribution = attributionOf(facts, true, seen, tab.id);
  const kept = await send(() => outbox.addPicture(new Date(seen.at).toISOString(), attribution, shown, got.data));
  return kept ? (isUnasked(attribution) ? "until-used" : "taken") : "again";
}

/**
 * Asks for a picture's bytes, and where they cannot be had, for what the screen shows.
 * @param {PictureSeen} seen
 * @param {chrome.tabs.Tab & {id: number}} tab
 * @param {number} frameId
 * @returns {Promise<Got | PictureAnswer>}
 */
async function found(seen, tab, frameId) {
  if (seen.element !== "video-frame" && /^https?:/.test(seen.address)) {
    const got = await fetched(seen.address);
    if (got === "too-small") return "lost";
    if (got === "too-large") return { without: got };
    if (got !== "unreachable") return { ...got, from: "fetched-again" };
  }
  const pixels = await tabPixels(tab, frameId, seen.mark, seen.element === "video-frame");
  if (pixels === "black") return "black";
  return pixels === null ? { without: "unreachable" } : { ...pixels, from: "tab-pixels" };
}
