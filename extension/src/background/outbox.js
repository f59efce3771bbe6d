// Observations that the agent has not acknowledged. They are kept in storage.session only, which is memory: a killed
// worker finds them again, a closed browser forgets them (invariant 3).

import { oneAtATime } from "../lib/queue.js";
import { cutToBytes, utf8Bytes } from "../lib/text.js";
import { fits } from "./parts.js";

/**
 * @typedef {import("../protocol.js").Attribution} Attribution
 * @typedef {import("../protocol.js").Fact} Fact
 */

/** Below the 10 MB that browsers give to storage.session, with room for the other keys. */
const BYTES_MAX = 8 * 1024 * 1024;
const PREFIX = "observation:";
/** Pictures in Base64 that may wait at once. */
const PICTURES_BYTES_MAX = 32 * 1024 * 1024;
const SHORTEST_TEXT_BYTES = 1024;

const inTurn = oneAtATime();
/** Number to JSON text, in rising order. @type {Map<number, string>} */
const waiting = new Map();
/** Bytes of pictures are held here only: `storage.session` has no room for them. A killed worker loses them, and says so. @type {Map<number, string>} */
const pictures = new Map();
let pictureBytes = 0;
let bytes = 0;
let last = 0;
let instance = "";
let full = false;

/** Reads what an earlier worker of this browser session left. Everything below waits for it. */
export const ready = inTurn(load);

async function load() {
  const stored = await chrome.storage.session.get(null);
  instance = typeof stored.instance === "string" ? stored.instance : crypto.randomUUID();
  last = typeof stored.last === "number" ? stored.last : 0;
  const numbers = Object.keys(stored).filter((key) => key.startsWith(PREFIX)).map((key) => Number(key.slice(PREFIX.length)));
  for (const n of numbers.sort((a, b) => a - b)) hold(n, String(stored[PREFIX + n]));
  await chrome.storage.session.set({ instance, last });
}

/** Random name of this browser session; numbers are unique within it. */
export function instanceName() {
  return instance;
}

/** Highest number given out. */
export function lastNumber() {
  return last;
}

/** Whether no more can be held: capture stops until the agent has acknowledged some. */
export function isFull() {
  return full;
}

/** What is not acknowledged, in rising order of number. @returns {[number, string][]} */
export function unacknowledged() {
  return [...waiting].map(([n, json]) => [n, pictures.get(n) ?? json]);
}

/**
 * Numbers an observation and keeps it. It is in storage before it is returned, so the same number never stands for
 * two contents.
 * @param {string} observedAt
 * @param {Attribution} attribution
 * @param {Fact} fact
 * @returns {Promise<{n: number, json: string} | null>} nothing when the outbox is full
 */
export function add(observedAt, attribution, fact) {
  return inTurn(async () => {
    if (full) return null;
    const n = last + 1;
    const json = sendable(n, observedAt, attribution, fact);
    if (bytes + utf8Bytes(json) > BYTES_MAX || !(await stored({ last: n, [PREFIX + n]: json }))) {
      full = true;
      return null;
    }
    last = n;
    hold(n, json);
    return { n, json };
  });
}

/**
 * Numbers a picture that was shown and keeps it. What is in storage says that its bytes were lost, for then they will have been.
 * @param {string} observed_at
 * @param {Attribution} attribution
 * @param {import("../protocol.js").PictureShown} shown
 * @param {string} [data] Base64
 * @returns {Promise<number | null>} nothing when the outbox is full
 */
export function addPicture(observed_at, attribution, shown, data) {
  return inTurn(async () => {
    if (full) return null;
    const n = last + 1;
    const hasRoom = pictureBytes + (data?.length ?? 0) <= PICTURES_BYTES_MAX;
    /** @type {import("../protocol.js").PictureMessage} */
    const message = { type: "picture", n, observed_at, attribution, shown };
    const json = JSON.stringify(data === undefined ? message : { ...message, shown: { ...shown, without: hasRoom ? "lost" : "no-room" } });
    if (bytes + utf8Bytes(json) > BYTES_MAX || !(await stored({ last: n, [PREFIX + n]: json }))) {
      full = true;
      return null;
    }
    last = n;
    hold(n, json);
    if (data !== undefined && hasRoom) {
      const whole = JSON.stringify({ ...message, data });
      pictures.set(n, whole);
      pictureBytes += whole.length;
    }
    return n;
  });
}

/**
 * Forgets everything up to and including `n`: the agent has it for good or dropped it.
 * @param {number} n
 */
export function acknowledge(n) {
  return inTurn(async () => {
    await forget([...waiting.keys()].filter((number) => number <= n));
    if (n > last) {
      last = n;
      await chrome.storage.session.set({ last });
    }
  });
}

/**
 * Forgets one observation that the agent can never take; the agent has the loss on record.
 * @param {number} n
 */
export function refuse(n) {
  return inTurn(() => forget(waiting.has(n) ? [n] : []));
}

/** @param {number[]} numbers */
async function forget(numbers) {
  if (numbers.length === 0) return;
  for (const n of numbers) {
    bytes -= utf8Bytes(waiting.get(n) ?? "");
    waiting.delete(n);
    pictureBytes -= pictures.get(n)?.length ?? 0;
    pictures.delete(n);
  }
  await chrome.storage.session.remove(numbers.map((n) => PREFIX + n));
  if (bytes <= BYTES_MAX / 2) full = false;
}

/**
 * @param {number} n
 * @param {string} json
 */
function hold(n, json) {
  waiting.set(n, json);
  bytes += utf8Bytes(json);
}

/**
 * @param {Record<string, unknown>} items
 * @returns {Promise<boolean>} false when the browser has no room
 */
async function stored(items) {
  try {
    await chrome.storage.session.set(items);
    return true;
  } catch {
    return false;
  }
}

/**
 * The observation message as JSON text. A text that would need too many parts is cut, and says so.
 * @param {number} n
 * @param {string} observed_at
 * @param {Attribution} attribution
 * @param {Fact} fact
 * @returns {string}
 */
function sendable(n, observed_at, attribution, fact) {
  let json = JSON.stringify({ type: "observation", n, observed_at, attribution, fact });
  while (fact.kind === "page" && !fits(json)) {
    const { text } = cutToBytes(fact.text, Math.max(SHORTEST_TEXT_BYTES, Math.floor(utf8Bytes(fact.text) / 2)));
    fact = { ...fact, text, cut: true };
    json = JSON.stringify({ type: "observation", n, observed_at, attribution, fact });
  }
  return json;
}
