// Pictures that are saved to the device: their bytes asked for once more from the address that they came from.

import { fetched } from "../lib/fetched.js";
import { cutToBytes } from "../lib/text.js";
import { PICTURE_SENT_BYTES_MAX, URL_BYTES_MAX } from "../protocol.js";
import { allowed, send } from "./capture.js";
import * as link from "./link.js";
import { lastInputAnywhere, lastTouchAnywhere } from "./navigation.js";
import * as outbox from "./outbox.js";
import { ownOrigin } from "./state.js";

const PICTURE_NAME = /\.(avif|bmp|gif|jfif|jpe?g|png|webp)$/i;

/**
 * Takes a download that is done, if it is a picture's.
 * @param {chrome.downloads.DownloadDelta} delta
 */
export async function downloadChanged({ id, state }) {
  if (state?.current !== "complete") return;
  await link.firstAnswer;
  const [item] = allowed().pictures ? await chrome.downloads.search({ id }) : [];
  if (!item || item.incognito || !(item.mime?.startsWith("image/") || PICTURE_NAME.test(item.filename))) return;
  const address = item.finalUrl || item.url; // Firefox knows the second alone.
  if (URL.canParse(address) && new URL(address).origin === ownOrigin()) return;
  const at = Date.now();
  const got = item.fileSize > PICTURE_SENT_BYTES_MAX ? "too-large" : await fetched(address);
  // Asking took its time: what may be captured may have changed.
  if (got === "too-small" || !allowed().pictures) return;
  const isWithin = address.startsWith("data:");
  const { data, width, height } = typeof got === "string" ? { data: undefined, width: 0, height: 0 } : got;
  /** @type {import("../protocol.js").PictureShown} */
  const shown = {
    url: cutToBytes(item.referrer || (isWithin ? "" : address), URL_BYTES_MAX).text,
    title: "",
    address: isWithin ? "" : cutToBytes(address, URL_BYTES_MAX).text,
    element: "download",
    width,
    height,
    shown_width: 0,
    shown_height: 0,
    from: isWithin ? "loaded" : "fetched-again",
  };
  if (typeof got === "string") shown.without = got;
  const input = lastInputAnywhere();
  /** @type {import("../protocol.js").Attribution} */
  const attribution = { act: "unknown", foreground: false, visible_ms: 0, circumstances: {} };
  const gesture = lastTouchAnywhere(Date.parse(item.startTime) || at);
  if (gesture) attribution.circumstances = { gesture };
  if (input !== undefined) attribution.since_input_ms = Math.max(0, at - input);
  await send(() => outbox.addPicture(new Date(at).toISOString(), attribution, shown, data));
}
