import assert from "node:assert/strict";

/** Letters that occur nowhere else in what browsers and pages say, so that even one of them in the bytes is a leak. */
export const SECRET_LETTERS = "ᏣᎳᎩᏕᎶᏆ";
const DIGITS_MIN = 5;

/**
 * Fails if any of a secret is in the bytes: as UTF-8, UTF-16 of either order, JSON or percent escapes, Base64, whole or
 * in pieces. Of letters that occur nowhere else each single one counts; of digits, five in a row.
 * @param {string} secret
 * @param {Buffer} bytes
 */
export function assertNothingOf(secret, bytes) {
  for (const piece of /^\d+$/.test(secret) ? windows(secret, DIGITS_MIN) : [...secret]) {
    for (const [form, needle] of Object.entries(forms(piece))) {
      assert.equal(bytes.indexOf(needle), -1, `"${piece}" of a secret is in the bytes that reached the native host, as ${form}`);
    }
  }
}

/** @param {string} piece @returns {Record<string, Buffer>} */
function forms(piece) {
  const utf16 = Buffer.from(piece, "utf16le");
  const escaped = [...piece].map((letter) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`).join("");
  return {
    "UTF-8": Buffer.from(piece),
    "UTF-16 LE": utf16,
    "UTF-16 BE": Buffer.from(utf16).swap16(),
    "JSON escapes": Buffer.from(escaped),
    "percent escapes": Buffer.from(encodeURIComponent(piece)),
    "Base64": Buffer.from(Buffer.from(piece).toString("base64").replace(/=+$/, "").slice(0, -1) || piece),
  };
}

/** @param {string} text @param {number} length */
function windows(text, length) {
  return Array.from({ length: text.length - length + 1 }, (_, start) => text.slice(start, start + length));
}
