// The page's address, title and visible text, once it is shown, and afterwards the lines that are new.

import { PAGE_TEXT_BYTES_MAX } from "../protocol.js";
import { address } from "./address.js";
import { isTop, isVisible } from "./presence.js";
import { watchPasswords } from "./sensitive.js";
import { whenSettled } from "./settled.js";
import { hasTyped } from "./talk.js";
import { visibleLines } from "./visible_text.js";

/**
 * @typedef {import("../protocol.js").Config} Config
 * @typedef {{url: string, title: string, text: string, cut: boolean, first: boolean, opening: boolean}} Shown
 * @typedef {(reader: import("./visible_text.js").Reader) => Promise<number>} ReadTalk gives the milliseconds that the reading itself took
 */

const QUIET_MS = 700;
const WAIT_MS_MAX = 3_000;
/** After a page changed its own address it draws the new view; a shorter wait suffices to not read the old one. */
const NAVIGATED_QUIET_MS = 300;
/** What appears this soon after a page came to the screen belongs to its opening. */
const OPENING_MS_MAX = 5_000;
/** A scan may take this part of the time at most. */
const SCAN_SHARE = 10;
const LINES_REMEMBERED_MAX = 50_000;

/** Lines of this address that the background has taken. @type {Set<string>} */
const taken = new Set();
/** @type {WeakSet<ShadowRoot>} */
const watchedShadows = new WeakSet();
let firstTaken = false;
let current = "";
let shownAt = 0;
let busy = false;
/** A scan was asked for while one ran. */
let again = false;
/** What the last scan took of the page's time, conversations included, without the wait for the background. */
let scanMs = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let waitingSince = 0;

/**
 * @param {() => Config | null} config
 * @param {(shown: Shown) => Promise<boolean>} send whether the background took it
 * @param {(element: Element) => boolean} isLeftOut
 * @param {ReadTalk} readTalk reads conversations first: what it reads is left out of the page
 * @returns {{look: () => void, changed: () => void, navigated: () => void, again: () => void}}
 */
export function watchPage(config, send, isLeftOut, readTalk) {
  const reader = { isLeftOut, shadowFound: (/** @type {ShadowRoot} */ root) => watchShadow(root, changed) };
  const read = () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    void scan(config, send, reader, readTalk).finally(() => {
      busy = false;
      if (again) soon(0);
      again = false;
    });
  };
  let drawn = false;
  const look = () => {
    if (drawn) read();
  };
  const draw = () => {
    drawn = true;
    watchChanges(document, changed);
    read();
  };
  const soon = (/** @type {number} */ quietMs) => {
    const now = performance.now();
    if (waitingSince === 0) waitingSince = now;
    const left = waitingSince + Math.max(WAIT_MS_MAX, scanMs * SCAN_SHARE) - now;
    clearTimeout(timer);
    timer = setTimeout(() => {
      waitingSince = 0;
      if (document.body) read(); // A page that never ends to load is read as far as it has come.
    }, Math.max(0, Math.min(left, Math.max(quietMs, scanMs * SCAN_SHARE))));
  };
  const changed = () => soon(QUIET_MS);
  whenSettled(draw);
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) current = ""; // Kept by the browser and shown again, as after "back": it counts as a new visit.
    look();
  });
  window.addEventListener("focus", look);
  const anew = () => {
    current = "";
    look();
  };
  return { look, changed, navigated: () => soon(NAVIGATED_QUIET_MS), again: anew };
}

/**
 * @param {() => Config | null} config
 * @param {(shown: Shown) => Promise<boolean>} send
 * @param {import("./visible_text.js").Reader} reader
 * @param {ReadTalk} readTalk
 */
async function scan(config, send, reader, readTalk) {
  const talkMs = readable(config())?.messages || mayNameAuthor(config()) ? await readTalk(reader) : 0;
  const capture = readable(config()); // Reading conversations waits for the background: what may be read may have changed.
  if (!capture) return;
  scanMs = talkMs;
  startAddress();
  const now = performance.now();
  shownAt ||= now;
  const { lines, cut } = capture.pages ? readText(reader) : { lines: [], cut: false };
  const title = capture.pages ? document.title : "";
  const fresh = lines.filter((line) => !taken.has(line));
  const titleKey = `title: ${title}`;
  if (firstTaken ? fresh.length === 0 && (taken.has(titleKey) || !capture.pages) : !isTop() && fresh.length === 0) return;
  const shown = { url: address(), title, text: fresh.join("\n"), cut, first: !firstTaken, opening: now - shownAt <= OPENING_MS_MAX };
  if (await send(shown)) {
    firstTaken = true;
    for (const line of [titleKey, ...fresh]) taken.add(line);
    for (const line of taken) {
      if (taken.size <= LINES_REMEMBERED_MAX) break;
      taken.delete(line);
    }
  }
}

/** What may be captured of this page while it is on the screen. @param {Config | null} config */
function readable(config) {
  const capture = config?.capture;
  return capture && (capture.pages || (capture.addresses && isTop())) && isVisible() ? capture : null;
}

/** Whether a message that was typed here may have appeared under a name. @param {Config | null} config */
function mayNameAuthor(config) {
  return config?.capture.names === true && hasTyped() && isVisible();
}

/** At another address everything is new. */
function startAddress() {
  const now = address().replace(/#(?![/!]).*$/, "");
  if (now === current) return;
  current = now;
  firstTaken = false;
  shownAt = 0;
  taken.clear();
}

/** @param {import("./visible_text.js").Reader} reader */
function readText(reader) {
  const start = performance.now();
  const root = document.body ?? document.documentElement;
  const result = root ? visibleLines(root, PAGE_TEXT_BYTES_MAX, reader) : { lines: [], cut: false };
  scanMs += performance.now() - start;
  return result;
}

/**
 * @param {Node} root
 * @param {() => void} changed
 */
function watchChanges(root, changed) {
  new MutationObserver(changed).observe(root, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class", "style", "hidden", "open"],
  });
  for (const name of ["transitionend", "animationend", "toggle"]) root.addEventListener(name, changed, { capture: true, passive: true });
}

/**
 * Changes in a shadow tree are not seen from outside it.
 * @param {ShadowRoot} root
 * @param {() => void} changed
 */
function watchShadow(root, changed) {
  if (watchedShadows.has(root)) return;
  watchedShadows.add(root);
  watchPasswords(root);
  watchChanges(root, changed);
}
