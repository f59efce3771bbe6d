// What pages report becomes numbered observations, if the agent watches and may capture it.

import { cutToBytes } from "../lib/text.js";
import { CAPTURE_NOTHING, MESSAGE_NAME_BYTES_MAX, PAGE_TEXT_BYTES_MAX, TITLE_BYTES_MAX, TYPED_TEXT_BYTES_MAX, URL_BYTES_MAX } from "../protocol.js";
import * as link from "./link.js";
import { circumstancesOf, lastInput } from "./navigation.js";
import * as outbox from "./outbox.js";
import { searchStart, searchTyped } from "./searches.js";
import * as state from "./state.js";

/**
 * @typedef {import("../protocol.js").Answer} Answer
 * @typedef {import("../protocol.js").Capture} Capture
 * @typedef {import("../protocol.js").Circumstances} Circumstances
 * @typedef {import("../protocol.js").Fact} Fact
 * @typedef {import("../protocol.js").MessagesSeen} MessagesSeen
 * @typedef {import("../protocol.js").PageSeen} PageSeen
 * @typedef {import("../protocol.js").TypedSeen} TypedSeen
 * @typedef {chrome.runtime.MessageSender} Sender
 */

/** What may be captured now. @returns {Readonly<Capture>} */
export function allowed() {
  return state.pageConfig().watching ? state.pageConfig().capture : CAPTURE_NOTHING;
}

/**
 * Takes a page that its content script sees as visible.
 * @param {PageSeen} seen
 * @param {Sender} sender
 * @returns {Promise<Answer>} false when the tab is not in front after all: the page asks again when it is
 */
export async function pageSeen(seen, sender) {
  await link.firstAnswer;
  const { tab } = sender;
  if (!mayCapture(tab, seen.url) || !(await inFront(tab))) return false;
  const capture = allowed();
  if (!capture.pages && !(capture.addresses && seen.first)) return false;
  const { text, cut } = cutToBytes(capture.pages ? seen.text : "", PAGE_TEXT_BYTES_MAX);
  /** @type {import("../protocol.js").PageFact} */
  const fact = {
    kind: "page",
    url: cutToBytes(seen.url, URL_BYTES_MAX).text,
    title: capture.pages ? cutToBytes(seen.title, TITLE_BYTES_MAX).text : "",
    text,
    cut: cut || (capture.pages && seen.cut),
  };
  const search = seen.first ? searchStart(tab.id, sender.frameId ?? 0, seen.url, seen.at) : undefined;
  if (search) fact.search = search;
  const facts = circumstancesOf(tab.id, sender.frameId ?? 0, seen.url, seen.first || seen.opening);
  return record(fact, facts, true, seen, tab.id);
}

/**
 * Takes text that was typed into a field.
 * @param {TypedSeen} seen
 * @param {Sender} sender
 * @returns {Promise<Answer>}
 */
export async function typedSeen(seen, sender) {
  await link.firstAnswer;
  const { tab } = sender;
  if (!mayCapture(tab, seen.url)) return false;
  const capture = allowed();
  if (!capture.typed && !(capture.searches && seen.field === "search")) return false;
  if (seen.field === "search") searchTyped(tab.id, seen.text, seen.at);
  /** @type {Fact} */
  const fact = {
    kind: "typed",
    url: cutToBytes(seen.url, URL_BYTES_MAX).text,
    field: seen.field,
    text: cutToBytes(seen.text, TYPED_TEXT_BYTES_MAX).text,
  };
  return record(fact, {}, await inFront(tab), seen, tab.id);
}

/**
 * Takes a name under which something was done.
 * @param {import("../protocol.js").NameSeen} seen
 * @param {Sender} sender
 * @returns {Promise<Answer>}
 */
export async function nameSeen(seen, sender) {
  await link.firstAnswer;
  const { tab } = sender;
  const { names, recipients } = allowed();
  if (!mayCapture(tab, seen.url) || !(seen.how === "recipient" ? recipients : names)) return false;
  /** @type {Fact} */
  const fact = {
    kind: "name",
    url: cutToBytes(seen.url, URL_BYTES_MAX).text,
    called: cutToBytes(seen.name, MESSAGE_NAME_BYTES_MAX).text,
    how: seen.how,
    ...(seen.typed ? { typed: true } : {}),
  };
  return record(fact, {}, await inFront(tab), seen, tab.id);
}

/**
 * Takes messages of a conversation that a page shows, or that are being typed into it.
 * @param {MessagesSeen} seen
 * @param {Sender} sender
 * @returns {Promise<Answer>} false when the tab is not in front after all: the page asks again when it is
 */
export async function messagesSeen(seen, sender) {
  await link.firstAnswer;
  const { tab } = sender;
  if (!mayCapture(tab, seen.url) || !allowed().messages) return false;
  const isTyped = seen.messages.every(({ typed }) => typed === true);
  const front = await inFront(tab);
  if (!front && !isTyped) return false;
  const isFirst = seen.messages[0]?.index === 0;
  const areOthers = seen.messages.every(({ own }) => own === false);
  /** @type {Fact} */
  const fact = {
    kind: "messages",
    url: cutToBytes(seen.url, URL_BYTES_MAX).text,
    channel: cutToBytes(seen.channel, MESSAGE_NAME_BYTES_MAX).text,
    window: String(tab.id),
    messages: seen.messages,
  };
  const facts = circumstancesOf(tab.id, sender.frameId ?? 0, seen.url, isFirst);
  if (isTyped) facts.wrote = "here";
  else if (areOthers && !isFirst) facts.wrote = "others";
  return record(fact, facts, front, seen, tab.id);
}

/** Notes that a private window is open: the fact only, nothing of what it shows. */
export async function privateWindowOpen(/** @type {string} */ browser) {
  if (!allowed().private_windows) return false;
  return keep({ kind: "private-window", browser }, { act: "opened", foreground: true, visible_ms: 0 }, Date.now());
}

/**
 * @param {chrome.tabs.Tab | undefined} tab
 * @param {string} url
 * @returns {tab is chrome.tabs.Tab & {id: number}}
 */
export function mayCapture(tab, url) {
  if (tab?.id === undefined || tab.incognito || !/^https?:/.test(url)) return false;
  return new URL(url).origin !== state.ownOrigin();
}

/** @param {chrome.tabs.Tab} tab */
export async function inFront(tab) {
  try {
    const window = await chrome.windows.get(tab.windowId);
    return tab.active && window.focused && !window.incognito;
  } catch {
    return false; // The window has closed meanwhile.
  }
}

/**
 * @param {Fact} fact
 * @param {Circumstances} facts
 * @param {boolean} foreground
 * @param {import("../protocol.js").Presence & {at: number}} seen
 * @param {number} tabId
 * @returns {Promise<Answer>}
 */
async function record(fact, facts, foreground, seen, tabId) {
  const attribution = attributionOf(facts, foreground, seen, tabId);
  const kept = await keep(fact, attribution, seen.at);
  return kept && isUnasked(attribution) ? "until-used" : kept;
}

/**
 * @param {Circumstances} facts
 * @param {boolean} foreground
 * @param {import("../protocol.js").Presence & {at: number}} seen
 * @param {number} tabId
 * @returns {import("../protocol.js").Attribution}
 */
export function attributionOf(facts, foreground, seen, tabId) {
  const input = Math.max(lastInput(tabId) ?? 0, seen.since_input_ms === null ? 0 : seen.at - seen.since_input_ms);
  const circumstances = seen.used_ms === null ? facts : { ...facts, used_ms: Math.max(0, Math.round(seen.used_ms)) };
  /** @type {import("../protocol.js").Attribution} */
  const attribution = { act: "unknown", foreground, visible_ms: Math.max(0, Math.round(seen.visible_ms)), circumstances };
  return input === 0 ? attribution : { ...attribution, since_input_ms: Math.max(0, Math.round(seen.at - input)) };
}

/** Whether nobody was seen to ask for it, or to use it. A hint to tell it again; the decision is the agent's. @param {import("../protocol.js").Attribution} attribution */
export function isUnasked({ circumstances }) {
  const { cause = "", gesture, detour, frame, used_ms, wrote } = circumstances ?? {};
  const isAsked = gesture !== undefined || ["address-bar", "bookmark", "start"].includes(cause);
  return used_ms === undefined && wrote !== "here" && (!isAsked || detour !== undefined || frame === "other-site");
}

/**
 * @param {Fact} fact
 * @param {import("../protocol.js").Attribution} attribution
 * @param {number} at
 */
function keep(fact, attribution, at) {
  return send(() => outbox.add(new Date(at).toISOString(), attribution, fact));
}

/**
 * Sends what was put into the outbox.
 * @param {() => Promise<unknown>} put gives nothing when there is no room
 */
export async function send(put) {
  const wasFull = outbox.isFull();
  const kept = await put();
  if (kept) {
    link.sendWaiting();
  } else if (!wasFull) {
    // No room: stop capturing, and let the agent see it as a gap instead of losing it in silence.
    state.changed();
    link.breakOff();
  }
  return kept !== null;
}
