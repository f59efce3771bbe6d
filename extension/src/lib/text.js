const encoder = new TextEncoder();

/**
 * Length in UTF-8 bytes.
 * @param {string} text
 * @returns {number}
 */
export function utf8Bytes(text) {
  return encoder.encode(text).length;
}

/**
 * The longest beginning of `text` that has at most `bytesMax` UTF-8 bytes, cut at a character.
 * @param {string} text
 * @param {number} bytesMax
 * @returns {{text: string, cut: boolean}}
 */
export function cutToBytes(text, bytesMax) {
  if (text.length * 3 <= bytesMax) return { text, cut: false };
  const { read } = encoder.encodeInto(text, new Uint8Array(bytesMax));
  return read === text.length ? { text, cut: false } : { text: text.slice(0, read), cut: true };
}

/**
 * A name, label or id as lower-case words: `cardNumber`, `card-number` and `CARD_NUMBER` all become `card number`.
 * @param {string} text
 * @returns {string}
 */
export function asWords(text) {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .toLowerCase();
}
