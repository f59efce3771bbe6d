// Runs in every frame of every http(s) page. Reads nothing until the agent says what may be captured.

import { address } from "./address.js";
import { watchNames } from "./names.js";
import { watchPage } from "./page.js";
import { placeOf } from "./picture_elements.js";
import { Pictures } from "./pictures.js";
import { presence, sinceInputMs, watchPresence } from "./presence.js";
import { watchPasswords } from "./sensitive.js";
import { watchSuggestions } from "./suggestions.js";
import { channel, draft, forgetTalk, isTalk, noteTyped, readTalk } from "./talk.js";
import { flushTyping, isLeftOutOfPage, wasTypedInto, watchTyping } from "./typing.js";

/**
 * @typedef {import("../protocol.js").Config} Config
 * @typedef {import("../protocol.js").Field} Field
 * @typedef {import("../protocol.js").FromPage} FromPage
 * @typedef {import("../protocol.js").ToPage} ToPage
 */

const TRIES_MAX = 3;

/** @type {Config | null} */
let config = null;
/** What was told so far came by itself: it is told again once somebody uses the page. */
let untilUsed = false;

/** @param {FromPage} message @returns {Promise<unknown>} */
async function tell(message) {
  for (let tries = 0; tries < TRIES_MAX && chrome.runtime?.id; tries += 1) {
    try {
      return await chrome.runtime.sendMessage(message);
    } catch {
      // The background was stopped before it answered: the next try starts it again.
    }
  }
  config = null; // The extension was updated or removed: this script is an orphan and stays quiet.
  return undefined;
}

/** Whether the background has taken something. @param {unknown} answer */
function isTaken(answer) {
  if (answer === "until-used") untilUsed = true;
  return answer === true || answer === "until-used";
}

/** @param {Config} next */
function obey(next) {
  config = next.watching && !address().startsWith(`${next.own_origin || "about:"}/`) ? next : null;
}

/** @param {Field} field @param {string} text */
function sendTyped(field, text) {
  if (field === "message" && (config?.capture.typed || config?.capture.names || config?.capture.messages)) noteTyped(text);
  if (!config?.capture.typed && !(config?.capture.searches && field === "search")) return;
  const at = Date.now();
  const talk = config.capture.messages && field === "message" ? channel() : null;
  if (talk !== null) {
    // What is typed into a conversation belongs to it; whether it was sent shows when it appears.
    void tell({ type: "messages", at, url: address(), channel: talk, messages: [draft(text)], ...presence(at) });
    return;
  }
  void tell({ type: "typed", at, url: address(), field, text, ...presence(at) });
}

/** Names told over messages of this document: each once. @type {Set<string>} */
const authors = new Set();

/** @param {import("../protocol.js").NameHow} how @param {string} name @param {boolean} typed */
function sendName(how, name, typed) {
  const at = Date.now();
  void tell({ type: "name", at, url: address(), name, how, typed, ...presence(at) });
}

/** @param {string} author */
function sendAuthor(author) {
  if (!authors.has(author)) sendName("author", author, false);
  authors.add(author);
}

/**
 * Asks what may be captured, and hears of every change.
 * @param {() => void} look
 * @param {() => void} navigated
 * @param {Pictures} pictures
 */
function hear(look, navigated, pictures) {
  chrome.runtime.onMessage.addListener((/** @type {ToPage} */ message, _sender, reply) => {
    if (message.type === "where") {
      reply(config?.capture.pictures ? placeOf(message.mark) : null);
      return;
    }
    if (message.type === "config") obey(message);
    if (message.type !== "navigated") return look();
    navigated();
    pictures.look();
  });
  void tell({ type: "config" }).then((answer) => {
    if (answer) obey(/** @type {Config} */ (answer));
    look();
  });
}

function start() {
  watchPasswords(document);
  const page = watchPage(
    () => config,
    async (shown) => {
      const at = Date.now();
      return isTaken(await tell({ type: "page", at, ...shown, ...presence(at) }));
    },
    (element) => isLeftOutOfPage(element) || isTalk(element),
    (reader) => {
      const send = async (/** @type {import("./talk.js").Batch} */ batch) => {
        const at = Date.now();
        const answer = await tell({ type: "messages", at, url: address(), ...batch, ...presence(at) });
        return isTaken(answer) && /** @type {import("../protocol.js").Answer} */ (answer);
      };
      // The conversations themselves are not left out of what is read of them.
      const { messages = false, names = false } = config?.capture ?? {};
      return readTalk(address(), send, { messages, ...(names ? { author: sendAuthor } : {}) }, { ...reader, isLeftOut: isLeftOutOfPage });
    },
  );
  const pictures = new Pictures(() => config, async (seen) => {
    const answer = await tell(seen);
    if (isTaken(answer)) return "taken";
    return answer === "taken" || answer === "black" || answer === "lost" ? answer : "again";
  });
  watchPresence(
    (input) => {
      if (config) void tell({ type: "input", ...input });
    },
    () => look(),
    () => {
      flushTyping(sendTyped);
      pictures.rest();
    },
    () => {
      if (!untilUsed) return;
      untilUsed = false;
      forgetTalk();
      page.again();
      pictures.again();
    },
  );
  watchTyping(sendTyped, () => sinceInputMs(Date.now()));
  watchNames(() => config?.capture ?? {}, sendName, () => sinceInputMs(Date.now()), wasTypedInto);
  // After the fields: what was typed is told before what was chosen.
  watchSuggestions((words) => {
    if (!config?.capture.typed && !config?.capture.searches) return;
    flushTyping(sendTyped);
    void tell({ type: "suggestion", at: Date.now(), words });
  });
  const look = () => {
    page.look();
    pictures.look();
  };
  hear(look, page.navigated, pictures);
}

// A private window is a fact that the background reports; nothing in it is read. Injected twice (the extension was
// installed while the page was open), the script runs once.
const once = /** @type {{provisoStarted?: boolean}} */ (globalThis);
if (!chrome.extension.inIncognitoContext && !once.provisoStarted) {
  once.provisoStarted = true;
  start();
}
