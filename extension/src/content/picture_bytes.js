// What a page's own script can have of a picture: its bytes, or its pixels drawn once more.

import { PICTURE_SENT_BYTES_MAX } from "../protocol.js";

/** Longer side of a drawing: enough for every hash and model. */
const DRAWN_PX_MAX = 1024;
const FETCH_MS_MAX = 15_000;
/** Side of a small drawing that shows whether there may be nothing. */
const GLANCE_PX = 16;

/**
 * @typedef {import("../protocol.js").PictureFrom} PictureFrom
 * @typedef {{data: string, width: number, height: number, from: PictureFrom}} Had
 * @typedef {HTMLCanvasElement | HTMLVideoElement | HTMLImageElement} Drawable
 */

/**
 * The bytes of a picture with an address, where the page itself may have them. All of it passes as text: Firefox lets a
 * content script look at no bytes of a page's own.
 * @param {string} address
 * @returns {Promise<{data: string, from: PictureFrom} | "too-large" | "to-draw" | "unreachable">} `to-draw` for SVG, which only a browser draws
 */
export async function bytesAt(address) {
  if (/^data:image\/svg/i.test(address)) return "to-draw";
  const [, written] = /^data:[^,]*;base64,(.*)$/is.exec(address) ?? [];
  if (written !== undefined) return written.length > (PICTURE_SENT_BYTES_MAX * 4) / 3 ? "too-large" : { data: plainBase64(written), from: "loaded" };
  const isOwn = /^(data|blob):/.test(address);
  if (!isOwn && !(URL.canParse(address) && new URL(address).origin === location.origin)) return "unreachable";
  try {
    const response = await fetch(address, { cache: "force-cache", signal: AbortSignal.timeout(FETCH_MS_MAX) });
    if (!response.ok) return "unreachable";
    if (Number(response.headers.get("content-length") ?? 0) > PICTURE_SENT_BYTES_MAX) return "too-large";
    const blob = await response.blob();
    if (blob.size > PICTURE_SENT_BYTES_MAX) return "too-large";
    if (blob.type.startsWith("image/svg")) return "to-draw";
    // A page that asks to log in.
    if (!blob.type.startsWith("image/")) return "unreachable";
    return { data: await base64OfBlob(blob), from: isOwn ? "loaded" : "fetched-again" };
  } catch {
    return "unreachable";
  }
}

/**
 * The pixels of an element as a PNG of our own; nothing where the page may not read them or there are none.
 * @param {Drawable} element
 * @returns {Had | null}
 */
export function pixelsOf(element) {
  const { width, height } = naturalSize(element);
  const scale = Math.min(1, DRAWN_PX_MAX / Math.max(width, height, 1));
  try {
    const drawing = drawn(element, Math.round(width * scale), Math.round(height * scale));
    return isEmpty(drawing) ? null : { data: inBase64(drawing), width, height, from: "element-pixels" };
  } catch {
    return null; // Another site's picture has been drawn on it: only the screen shows it.
  }
}

/**
 * Nothing but clear or black: nothing drawn yet, a drawing that is gone when it is asked for, or protected playback.
 * @param {HTMLCanvasElement} drawing
 */
function isEmpty(drawing) {
  const small = drawn(drawing, GLANCE_PX, GLANCE_PX);
  return [null, "#000"].some((colour) => [small, drawing].every((each) => each.toDataURL() === filled(colour, each).toDataURL()));
}

/** @param {string | null} colour @param {HTMLCanvasElement} like */
function filled(colour, like) {
  const canvas = Object.assign(document.createElement("canvas"), { width: like.width, height: like.height });
  const context = canvas.getContext("2d");
  if (context && colour) {
    context.fillStyle = colour;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

/** @param {Drawable} element @param {number} width @param {number} height */
function drawn(element, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d")?.drawImage(element, 0, 0, width, height);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas */
function inBase64(canvas) {
  return afterComma(canvas.toDataURL("image/png"));
}

/** @param {Blob} blob @returns {Promise<string>} */
function base64OfBlob(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(afterComma(String(reader.result)));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** @param {string} address */
function afterComma(address) {
  return address.slice(address.indexOf(",") + 1);
}

/** As an address may have it: percent signs for some characters, no padding. @param {string} written */
function plainBase64(written) {
  return btoa(atob(decodeURIComponent(written).replace(/\s/g, "")));
}

/** @param {Drawable} element */
export function naturalSize(element) {
  if (element instanceof HTMLVideoElement) return { width: element.videoWidth, height: element.videoHeight };
  if (element instanceof HTMLImageElement) return { width: element.naturalWidth, height: element.naturalHeight };
  return { width: element.width, height: element.height };
}
