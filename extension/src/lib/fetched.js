// A picture's bytes asked for once more: from the browser's cache where it is there (docs/decisions/0018).

import { PICTURE_SENT_BYTES_MAX } from "../protocol.js";
import { base64Of } from "./base64.js";

/** How long a picture may take to come. */
const FETCH_MS_MAX = 15_000;
/** A picture with fewer pixels each way is none that anybody looks at. */
export const SIDE_PX_MIN = 64;

/**
 * @typedef {{data: string, width: number, height: number}} Bytes
 * @typedef {Bytes | "too-large" | "too-small" | "unreachable"} Fetched
 */

/**
 * @param {string} address
 * @returns {Promise<Fetched>}
 */
export async function fetched(address) {
  try {
    const response = await fetch(address, { cache: "force-cache", credentials: "include", signal: AbortSignal.timeout(FETCH_MS_MAX) });
    if (!response.ok) return "unreachable";
    if (Number(response.headers.get("content-length") ?? 0) > PICTURE_SENT_BYTES_MAX) return "too-large";
    return await takenFrom(response);
  } catch {
    return "unreachable"; // Refused, gone or too slow.
  }
}

/** @param {Response} response @returns {Promise<Fetched>} */
async function takenFrom(response) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const chunks = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
    length += read.value.length;
    if (length > PICTURE_SENT_BYTES_MAX) {
      await reader?.cancel();
      return "too-large";
    }
    chunks.push(new Uint8Array(read.value));
  }
  const blob = new Blob(chunks, { type: response.headers.get("content-type") ?? "" });
  // Also what is no picture at all: a page that asks to log in, an error.
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  bitmap.close();
  if (width < SIDE_PX_MIN || height < SIDE_PX_MIN) return "too-small";
  return { data: base64Of(new Uint8Array(await blob.arrayBuffer())), width, height };
}
