// Whether the page is really on the screen, for how long, and when a human last touched it.

/** Input is reported to the background at most this often, except for what may start a navigation. */
const REPORT_MS_MIN = 1_000;
const INPUT_EVENTS = ["pointerdown", "keydown", "wheel", "touchstart", "paste", "drop", "compositionupdate"];

/** What was on the screen for less when it was touched may not have been what the touch was meant for. */
const USED_AFTER_MS = 2_000;
/** Keys that leave a page, or do nothing in it. */
const LEAVING = /^(Escape|Control|Alt|AltGraph|Meta|Shift|CapsLock|F\d+)$/;
/** Keys that may open something. */
const OPENING = new Set(["Enter", " ", "F5"]);

let lastInputAt = 0;
let usedAt = 0;
let reportedAt = 0;
let shownBeforeMs = 0;
/** @type {number | null} */
let shownSince = null;

/**
 * Starts to keep account.
 * @param {(input: Omit<import("../protocol.js").InputSeen, "type">) => void} report called with human input, for the tab as a whole
 * @param {() => void} appeared called when the page comes to the screen
 * @param {() => void} left called when it goes from the screen
 * @param {() => void} used called when somebody first uses it
 */
export function watchPresence(report, appeared, left, used) {
  for (const name of INPUT_EVENTS) {
    window.addEventListener(name, (event) => inputSeen(event, report, used), { capture: true, passive: true });
  }
  const update = () => {
    if (isVisible() && shownSince === null) {
      shownSince = performance.now();
      appeared();
    } else if (!isVisible() && shownSince !== null) {
      shownBeforeMs += performance.now() - shownSince;
      shownSince = null;
      left();
    }
  };
  document.addEventListener("visibilitychange", update);
  document.addEventListener("prerenderingchange", update);
  window.addEventListener("pagehide", left);
  if (isVisible()) shownSince = performance.now();
}

/** Whether this document is shown: not in a background tab, not prerendered, not in a frame without area. */
export function isVisible() {
  const prerendering = "prerendering" in document && document.prerendering === true;
  if (document.visibilityState !== "visible" || prerendering) return false;
  // Asking for its area lays the page out, which costs the time of a page that loads: only a frame may have none.
  return isTop() || (window.innerWidth > 0 && window.innerHeight > 0);
}

/** Whether this is the tab's own document, and no frame's. */
export function isTop() {
  return window.top === window;
}

/** How long this document has been shown, in milliseconds. */
export function visibleMs() {
  // A frame without area that has been given one tells nobody.
  if (shownSince === null && isVisible()) shownSince = performance.now();
  return shownBeforeMs + (shownSince === null ? 0 : performance.now() - shownSince);
}

/**
 * Time since the last human input in this frame, in milliseconds.
 * @param {number} now milliseconds since 1970
 * @returns {number | null}
 */
export function sinceInputMs(now) {
  return lastInputAt === 0 ? null : Math.max(0, now - lastInputAt);
}

/**
 * All of it, at one time.
 * @param {number} now milliseconds since 1970
 * @returns {import("../protocol.js").Presence}
 */
export function presence(now) {
  return { visible_ms: visibleMs(), since_input_ms: sinceInputMs(now), used_ms: usedAt === 0 ? null : Math.max(0, now - usedAt) };
}

/**
 * Only what the browser itself says came from a device counts: a page can make events, but not trusted ones.
 * @param {Event} event
 * @param {Parameters<typeof watchPresence>[0]} report
 * @param {() => void} used
 */
function inputSeen(event, report, used) {
  if (!event.isTrusted) return;
  const now = Date.now();
  lastInputAt = now;
  const isKey = event instanceof KeyboardEvent;
  const isCommand = isKey && (event.ctrlKey || event.altKey || event.metaKey);
  const touch = event.type === "pointerdown" || event.type === "touchstart" || (isKey && (isCommand || OPENING.has(event.key)));
  if (touch || now - reportedAt >= REPORT_MS_MIN) {
    reportedAt = now;
    report(touch ? { at: now, touch, link: linkOf(event) } : { at: now });
  }
  if (isCommand || (isKey && LEAVING.test(event.key)) || !isVisible() || visibleMs() < USED_AFTER_MS) return;
  const isFirst = usedAt === 0;
  usedAt = now;
  if (isFirst) used();
}

/** The address of the link that an event happened on. @param {Event} event */
function linkOf(event) {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement || node instanceof HTMLAreaElement);
  return link instanceof HTMLAnchorElement || link instanceof HTMLAreaElement ? link.href : "";
}
