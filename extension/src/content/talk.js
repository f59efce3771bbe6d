// Conversations that a page shows, message by message, and what is typed into them in this tab.

import { cutToBytes } from "../lib/text.js";
import { MESSAGE_TEXT_BYTES_MAX, MESSAGES_BYTES_MAX, MESSAGES_MAX } from "../protocol.js";
import { findConversations, nameOf } from "./conversations.js";
import { isYou, partsOf, sideOf } from "./message_parts.js";
import { visibleLines } from "./visible_text.js";

/**
 * @typedef {import("../protocol.js").Message} Message
 * @typedef {{channel: string, messages: Message[]}} Batch
 * @typedef {{element: Element, words: string, key: string, message: Message}} Fresh
 * @typedef {object} Listening
 * @property {boolean} messages whether what is new is sent
 * @property {(author: string) => void} [author] hears the name over each message that was typed here
 * @typedef {{raw: string, parts: import("./message_parts.js").Parts, text: string, cut: boolean}} Looked
 */

/** What was typed in this tab is known again this long after. */
const TYPED_MS_MAX = 10 * 60_000;
const TYPED_REMEMBERED_MAX = 200;
const KEYS_REMEMBERED_MAX = 20_000;
const CONTROLS = "button, [role=button], [role=toolbar], [role=menu], form, svg";

/** What was read of each element, so that one that is filled anew is read again. @type {WeakMap<Element, string>} */
const read = new WeakMap();
/** What was seen of an element whose text has not changed since. @type {WeakMap<Element, Looked>} */
const looked = new WeakMap();
/** @type {Set<string>} */
const keys = new Set();
/** What was told and raises nothing until somebody uses the page. @type {Fresh[]} */
const untilUsed = [];
/** Messages sent of each conversation. @type {Map<string, number>} */
const counted = new Map();
/** @type {{text: string, at: number}[]} */
const typed = [];
/** Conversations that are surely such: their messages are no text of the page. @type {Set<Element>} */
const sure = new Set();
let url = "";
/** The page that conversations are of: neither query nor fragment names another one (as engine/src/conversation/context.rs). */
let place = "";
/** Conversations that were counted before the address changed and have not been looked at since. @type {Set<string>} */
const moved = new Set();
let channelNow = "";
let busy = false;

/** Whether an element is a conversation that is read by messages. @param {Element} element */
export function isTalk(element) {
  return sure.has(element);
}

/** The conversation that this page surely holds; nothing where there is none. @returns {string | null} */
export function channel() {
  for (const element of sure) if (!element.isConnected) sure.delete(element);
  return sure.size > 0 ? channelNow : null;
}

/** Remembers what was typed, to know it again when it appears. @param {string} text */
export function noteTyped(text) {
  typed.push({ text: plain(text), at: Date.now() });
  if (typed.length > TYPED_REMEMBERED_MAX) typed.shift();
}

/** Whether anything was typed as a message here lately. */
export function hasTyped() {
  const at = typed.at(-1)?.at;
  return at !== undefined && Date.now() - at <= TYPED_MS_MAX;
}

/** What was told before anybody had used the page counts as new. What was typed here was never in question. */
export function forgetTalk() {
  for (const { element, key } of untilUsed.splice(0)) {
    read.delete(element);
    keys.delete(key);
  }
}

/** A draft as a message that has not been seen to appear. @param {string} text @returns {Message} */
export function draft(text) {
  const cut = cutToBytes(text, MESSAGE_TEXT_BYTES_MAX);
  return { own: true, typed: true, unsent: true, text: cut.text, index: Math.max(1, counted.get(channelNow) ?? 0), ...(cut.cut ? { cut: true } : {}) };
}

/**
 * Reads what is new and sends it; what was not taken is read again.
 * @param {string} address
 * @param {(batch: Batch) => Promise<import("../protocol.js").Answer>} send
 * @param {Listening} listening
 * @param {import("./visible_text.js").Reader} reader
 * @returns {Promise<number>} milliseconds that the reading took, without the wait for `send`
 */
export async function readTalk(address, send, listening, reader) {
  if (busy) return 0;
  startAddress(address);
  busy = true;
  let began = performance.now();
  let tookMs = 0;
  try {
    for (const found of findConversations()) {
      const name = nameOf(found.container);
      const { fresh, isWhole } = freshOf(found, name, reader);
      for (const { message: { author, typed: isTyped } } of fresh) if (isTyped && author && !isYou(author)) listening.author?.(author);
      if (!listening.messages) continue;
      // Drawn anew with nothing to know it by: counted from the start again, so that the agent takes out what it has.
      if (moved.delete(name) && isWhole) counted.delete(name);
      if (found.isLive || fresh.some(({ message }) => message.own === true)) {
        sure.add(found.container);
        channelNow = name;
      }
      for (const batch of batches(fresh)) {
        const from = counted.get(name) ?? 0;
        const messages = batch.map(({ message }, at) => ({ ...message, index: from + at }));
        tookMs += performance.now() - began;
        const answer = await send({ channel: name, messages });
        began = performance.now();
        if (!answer) return tookMs;
        if (answer === "until-used") untilUsed.push(...batch);
        untilUsed.splice(0, Math.max(0, untilUsed.length - KEYS_REMEMBERED_MAX));
        counted.set(name, from + messages.length);
        for (const { element, words, key } of batch) {
          read.set(element, words);
          if (key) keys.add(key);
        }
      }
    }
    for (const key of keys) {
      if (keys.size <= KEYS_REMEMBERED_MAX) break;
      keys.delete(key);
    }
    return tookMs + performance.now() - began;
  } finally {
    busy = false;
  }
}

/** @param {string} address */
function startAddress(address) {
  if (url === address) return;
  url = address;
  const page = address.split(/[?#]/)[0] ?? "";
  if (place !== page) {
    place = page;
    keys.clear();
    counted.clear();
    sure.clear();
  }
  for (const name of counted.keys()) moved.add(name);
}

/**
 * What was not read before, and whether that is all that the conversation shows.
 * @param {import("./conversations.js").Found} found
 * @param {string} name
 * @param {import("./visible_text.js").Reader} reader
 * @returns {{fresh: Fresh[], isWhole: boolean}}
 */
function freshOf({ container, items }, name, reader) {
  const frame = container.getBoundingClientRect();
  const rows = items.map((element) => ({ element, side: sideOf(element, frame) }));
  const ownSide = getComputedStyle(container).direction === "rtl" ? "left" : "right";
  const seen = rows.flatMap(({ element, side }) => {
    const { parts, text, cut } = lookAt(element, reader);
    return text === "" ? [] : [{ element, side, parts, text, cut, own: parts.own }];
  });
  // Where only one side is used, or several names stand on the one, a side says nothing.
  const ownNamesBySide = new Set(seen.filter(({ side, parts }) => side === ownSide && parts.author).map(({ parts }) => parts.author));
  const sides = new Set(seen.map(({ side }) => side));
  const sidesTell = sides.has("left") && sides.has("right") && ownNamesBySide.size <= 1;
  for (const one of seen) if (sidesTell && one.side && one.own === null) one.own = one.side === ownSide;
  // Once the page has said of some that they are the account's own, those with another name are others'.
  const ownNames = new Set(seen.filter(({ own, parts }) => own === true && parts.author).map(({ parts }) => parts.author));
  const knowsOwn = seen.some(({ own }) => own === true);
  const fresh = seen.flatMap(({ element, parts, text, cut, own }) => {
    const words = `${parts.author}\n${text}`;
    const key = parts.isDated ? `${name}\n${parts.time}\n${words}` : "";
    if (read.get(element) === words || (key !== "" && keys.has(key))) return [];
    const isTyped = own !== false && wasTyped(text);
    const named = parts.author === "" ? null : ownNames.has(parts.author);
    const whose = isTyped ? true : (own ?? (knowsOwn ? named : null));
    /** @type {Message} */
    const message = { text: cutToBytes(text, MESSAGE_TEXT_BYTES_MAX).text, index: 0 };
    if (parts.author) message.author = parts.author;
    if (parts.time) message.time = parts.time;
    if (whose !== null) message.own = whose;
    if (isTyped) message.typed = true;
    if (cut) message.cut = true;
    return [{ element, words, key, message }];
  });
  return { fresh, isWhole: fresh.length === seen.length };
}

/**
 * Author, time and visible words of an item; looked up anew only when its text has changed.
 * @param {Element} element
 * @param {import("./visible_text.js").Reader} reader
 * @returns {Looked}
 */
function lookAt(element, reader) {
  const raw = element.textContent ?? "";
  const known = looked.get(element);
  if (known?.raw === raw) return known;
  const parts = partsOf(element);
  const isLeftOut = (/** @type {Element} */ inner) => reader.isLeftOut(inner) || parts.labels.has(inner) || inner.matches(CONTROLS);
  const { lines, cut } = visibleLines(element, MESSAGE_TEXT_BYTES_MAX, { ...reader, isLeftOut });
  const seen = { raw, parts, text: lines.join("\n"), cut };
  // One that is hidden may come to be shown without a change of its text.
  if (seen.text !== "") looked.set(element, seen);
  return seen;
}

/** Runs of one kind of coming about, each within the limits. @param {Fresh[]} fresh @returns {Fresh[][]} */
function batches(fresh) {
  /** @type {Fresh[][]} */
  const all = [];
  let bytes = 0;
  for (const one of fresh) {
    const last = all.at(-1);
    const length = one.message.text.length * 3;
    if (!last || last.length >= MESSAGES_MAX || bytes + length > MESSAGES_BYTES_MAX || last[0]?.message.typed !== one.message.typed) {
      all.push([one]);
      bytes = length;
    } else {
      last.push(one);
      bytes += length;
    }
  }
  return all;
}

/** @param {string} text */
function wasTyped(text) {
  const now = Date.now();
  const wanted = plain(text);
  return typed.some((one) => one.text === wanted && now - one.at <= TYPED_MS_MAX);
}

/** @param {string} text */
function plain(text) {
  return text.replace(/\s+/g, " ").trim();
}
