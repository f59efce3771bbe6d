import { NATIVE_MESSAGE_BYTES_MAX, NATIVE_PARTS_MAX, NATIVE_PART_BYTES_MAX } from "../protocol.js";
import { utf8Bytes } from "../lib/text.js";

/** @typedef {import("../protocol.js").Part} Part */

/** Room for the part message around its data. */
const WRAPPER_BYTES = 256;

/**
 * The messages that carry an observation: its own JSON text when that is short, else parts of it.
 * @param {number} n number of the observation
 * @param {string} json the observation message as JSON text
 * @returns {unknown[]} messages in the order in which to send them
 */
export function messagesFor(n, json) {
  if (utf8Bytes(json) <= NATIVE_PART_BYTES_MAX) return [JSON.parse(json)];
  const pieces = piecesOf(json);
  return pieces.map((data, index) => /** @type {Part} */ ({ type: "part", n, index, count: pieces.length, data }));
}

/**
 * Whether an observation's JSON text can be sent at all.
 * @param {string} json
 * @returns {boolean}
 */
export function fits(json) {
  return utf8Bytes(json) <= NATIVE_PART_BYTES_MAX || piecesOf(json).length <= NATIVE_PARTS_MAX;
}

/**
 * @param {string} json
 * @returns {string[]}
 */
function piecesOf(json) {
  const pieces = [];
  let from = 0;
  while (from < json.length) {
    const to = pieceEnd(json, from);
    pieces.push(json.slice(from, to));
    from = to;
  }
  return pieces;
}

/**
 * Where the piece that starts at `from` ends. A piece is short enough itself and as a JSON string in its part
 * message (quotes and backslashes double there), and never divides a surrogate pair.
 * @param {string} json
 * @param {number} from
 * @returns {number}
 */
function pieceEnd(json, from) {
  let length = NATIVE_PART_BYTES_MAX;
  for (;;) {
    let to = Math.min(json.length, from + length);
    if (to < json.length && isHighSurrogate(json.charCodeAt(to - 1))) to -= 1;
    const piece = json.slice(from, to);
    const escaped = utf8Bytes(JSON.stringify(piece));
    if (utf8Bytes(piece) <= NATIVE_PART_BYTES_MAX && escaped <= NATIVE_MESSAGE_BYTES_MAX - WRAPPER_BYTES) return to;
    length = Math.floor(length * 0.7);
  }
}

/** @param {number} unit */
function isHighSurrogate(unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
