// The connection to the agent: hello, state, numbered observations, acknowledgements, pulses, reconnecting.

import { HOST_NAME, PROTOCOL_MAX, PROTOCOL_MIN, PULSE_SECONDS } from "../protocol.js";
import * as access from "./access.js";
import { browserName, browserVersion } from "./browser.js";
import * as outbox from "./outbox.js";
import { messagesFor } from "./parts.js";
import * as state from "./state.js";

/**
 * @typedef {import("../protocol.js").ToHost} ToHost
 * @typedef {import("../protocol.js").ToExtension} ToExtension
 * @typedef {import("../protocol.js").State} State
 */

const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 30_000;
const FIRST_ANSWER_MS_MAX = 3_000;
const RECONNECT_ALARM = "reconnect";

/** @type {chrome.runtime.Port | null} */
let port = null;
/** Whether the agent has answered hello on this connection, so observations may go. */
let greeted = false;
/** Highest number sent on this connection. */
let sent = 0;
let backoffMs = BACKOFF_FIRST_MS;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;
/** @type {() => void} */
let answered = () => undefined;

/** Settles at the first answer of the agent to this worker, or when there is none. */
export const firstAnswer = new Promise((/** @type {(value: void) => void} */ resolve) => {
  answered = resolve;
  setTimeout(resolve, FIRST_ANSWER_MS_MAX);
});

/** Connects when there is no connection and there is anything to see. Safe to call at any time. */
export async function connect() {
  await Promise.all([access.ready, outbox.ready, state.ready]);
  const private_allowed = await chrome.extension.isAllowedIncognitoAccess();
  const isGranted = await access.isGranted();
  if (port || !isGranted) return;
  clearTimeout(retry);
  const opened = chrome.runtime.connectNative(HOST_NAME);
  port = opened;
  greeted = false;
  opened.onMessage.addListener((message) => void received(opened, message));
  opened.onDisconnect.addListener(() => closed(opened));
  send({
    type: "hello",
    protocol_min: PROTOCOL_MIN,
    protocol_max: PROTOCOL_MAX,
    instance: outbox.instanceName(),
    browser: browserName(),
    browser_version: browserVersion(),
    extension_version: chrome.runtime.getManifest().version,
    private_allowed,
  });
}

/** Sends every observation that has not gone on this connection. */
export function sendWaiting() {
  if (!greeted) return;
  for (const [n, json] of outbox.unacknowledged()) {
    if (n <= sent) continue;
    sent = n;
    for (const message of messagesFor(n, json)) send(message);
  }
}

/** Closes the connection, so that the agent records a gap, and connects again later. */
export function breakOff() {
  const open = port;
  open?.disconnect();
  if (open) closed(open);
}

/** Access to pages was given or taken away: without it the agent is told of no browser, which is a gap. */
export async function accessChanged() {
  if (await access.isGranted()) await connect();
  else breakOff();
}

/** Says that the extension is alive. */
export function pulse() {
  if (greeted) send({ type: "pulse", sent: Math.max(sent, 0) });
}

/** For the periodic alarm: a worker that was stopped is here again. */
export function tick() {
  if (port) pulse();
  else void connect();
}

setInterval(pulse, PULSE_SECONDS * 1000);

/** @param {unknown} message */
function send(message) {
  try {
    port?.postMessage(/** @type {ToHost} */ (message));
  } catch {
    // The port closed under us; onDisconnect follows and everything unacknowledged is sent again.
  }
}

/**
 * @param {chrome.runtime.Port} from
 * @param {ToExtension} message
 */
async function received(from, message) {
  if (from !== port) return;
  switch (message.type) {
    case "state":
      await greetedWith(message);
      break;
    case "ack":
      await outbox.acknowledge(message.n);
      state.changed();
      break;
    case "refused":
      if (message.n !== null) await outbox.refuse(message.n);
      state.changed();
      break;
    case "mismatch":
      state.setLink("mismatch");
      answered();
      break;
  }
}

/** @param {State} message */
async function greetedWith(message) {
  await outbox.acknowledge(message.acknowledged);
  if (!greeted) {
    greeted = true;
    sent = message.acknowledged;
    backoffMs = BACKOFF_FIRST_MS;
  }
  state.setState(message);
  state.setLink("connected");
  answered();
  sendWaiting();
}

/** @param {chrome.runtime.Port} which */
function closed(which) {
  // Reading it keeps the browser from logging an unchecked error; there is no host while the agent is not installed.
  void chrome.runtime.lastError;
  if (which !== port) return;
  port = null;
  greeted = false;
  answered();
  if (state.linkState() !== "mismatch") state.setLink("disconnected");
  retry = setTimeout(() => void connect(), backoffMs);
  // The worker may be stopped before the timer: the alarm brings it back.
  void chrome.alarms.create(RECONNECT_ALARM, { delayInMinutes: Math.max(0.5, backoffMs / 60_000) });
  backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
}
