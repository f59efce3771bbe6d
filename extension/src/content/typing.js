// Text that a person typed into fields. What stood in a field before is not what was typed, and is left out.

import { TYPED_TEXT_BYTES_MAX } from "../protocol.js";
import { fieldOf, kindOf, takesText, valueOf } from "./fields.js";
import { isNeverCaptured } from "./sensitive.js";

/** @typedef {import("../protocol.js").Field} Field */

const PAUSE_MS = 1_500;
/** A change without human input this long before it was made by the page. */
const HUMAN_MS_MAX = 10_000;

/**
 * @typedef {object} Typing
 * @property {string} before what stood in the field before the person typed
 * @property {string} last what stood in it at the last look
 * @property {string} pending typed and not sent
 * @property {string} sent
 * @property {ReturnType<typeof setTimeout>} [pause]
 */

/** @type {Map<HTMLElement, Typing>} */
const typing = new Map();
/** Fields and editing hosts that the person typed into: their text is typed text, not text of the page. @type {WeakSet<Element>} */
const typedInto = new WeakSet();

/**
 * @param {(field: Field, text: string) => void} send
 * @param {() => number | null} sinceInputMs time since the last human input in this frame
 */
export function watchTyping(send, sinceInputMs) {
  const flush = (/** @type {HTMLElement} */ field) => flushField(field, send);
  const on = (/** @type {string} */ name, /** @type {(field: HTMLElement, event: Event) => void} */ act) =>
    window.addEventListener(name, (event) => {
      const field = event.isTrusted ? fieldOf(event) : null;
      if (field) act(field, event);
    }, { capture: true, passive: true });
  on("focusin", look);
  on("beforeinput", look);
  on("input", (field) => {
    const since = sinceInputMs();
    if (since !== null && since <= HUMAN_MS_MAX) changed(field, flush);
  });
  on("keydown", (field, event) => {
    if (event instanceof KeyboardEvent && event.key === "Enter") flush(field);
  });
  on("focusout", (field) => {
    flush(field);
    typing.delete(field);
  });
  window.addEventListener("submit", () => flushTyping(send), { capture: true });
}

/** Sends what was typed and not sent. @param {(field: Field, text: string) => void} send */
export function flushTyping(send) {
  for (const field of typing.keys()) flushField(field, send);
}

/** Whether a person was seen to type into a field. @param {Element} field */
export function wasTypedInto(field) {
  return typedInto.has(field);
}

/**
 * Parts of a page that are not read as its visible text: what the person typed is captured as typed or not at all.
 * @param {Element} element
 * @returns {boolean}
 */
export function isLeftOutOfPage(element) {
  if (!(element instanceof HTMLElement) || !element.hasAttribute("contenteditable") || !element.isContentEditable) return false;
  return typedInto.has(element) || isNeverCaptured(element);
}

/** Before the person changes a field: what stands in it now was not typed since the last look. @param {HTMLElement} field */
function look(field) {
  if (!takesText(field) || isNeverCaptured(field)) return;
  const value = valueOf(field);
  const known = typing.get(field);
  if (known?.last === value) return;
  clearTimeout(known?.pause);
  typing.set(field, { before: value, last: value, pending: "", sent: "" });
}

/**
 * @param {HTMLElement} field
 * @param {(field: HTMLElement) => void} flush
 */
function changed(field, flush) {
  if (!takesText(field)) return;
  typedInto.add(field);
  if (isNeverCaptured(field)) {
    clearTimeout(typing.get(field)?.pause);
    typing.delete(field);
    return;
  }
  const state = typing.get(field) ?? { before: "", last: "", pending: "", sent: "" };
  typing.set(field, state);
  state.last = valueOf(field);
  state.pending = typedPart(state.before, state.last);
  clearTimeout(state.pause);
  state.pause = setTimeout(() => flush(field), PAUSE_MS);
}

/**
 * @param {HTMLElement} field
 * @param {(field: Field, text: string) => void} send
 */
function flushField(field, send) {
  const state = typing.get(field);
  if (!state) return;
  clearTimeout(state.pause);
  const text = state.pending;
  state.pending = "";
  if (text === "" || text === state.sent || isNeverCaptured(field)) return;
  state.sent = text;
  send(kindOf(field), text);
}

/**
 * What a person changed a text by, widened to whole words.
 * @param {string} before
 * @param {string} after
 * @returns {string}
 */
export function typedPart(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = after.length;
  for (let old = before.length; old > start && end > start && before[old - 1] === after[end - 1]; old -= 1) end -= 1;
  if (start === end) return "";
  const isSpace = (/** @type {number} */ at) => /\s/.test(after[at] ?? " ");
  if (!isSpace(start)) while (start > 0 && !isSpace(start - 1)) start -= 1;
  if (!isSpace(end - 1)) while (!isSpace(end)) end += 1;
  return after.slice(start, Math.min(end, start + TYPED_TEXT_BYTES_MAX)).trim();
}
