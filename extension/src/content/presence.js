// Whether the page is really on the screen, for how long, and when a human last touched it.

/** Input is reported to the background at most this often, except for what may start a navigation. */
const REPORT_MS_MIN = 1_000;
const INPUT_EVENTS = ["pointerdown", "keydown", "wheel", "touchstart", "paste", "drop", "compositionupdate"];

let lastInputAt = 0;
let reportedAt = 0;
let shownBeforeMs = 0;
/** @type {number | null} */
let shownSince = null;

/**
 * Starts to keep account.
 * @param {(at: number) => void} report called with the time of human input, for the tab as a whole
 * @param {() => void} appeared called when the page comes to the screen
 * @param {() => void} left called when it goes from the screen
 */
export function watchPresence(report, appeared, left) {
  for (const name of INPUT_EVENTS) {
    window.addEventListener(name, (event) => inputSeen(event, report), { capture: true, passive: true });
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
  return document.visibilityState === "visible" && !prerendering && window.innerWidth > 0 && window.innerHeight > 0;
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
 * Only what the browser itself says came from a device counts: a page can make events, but not trusted ones.
 * @param {Event} event
 * @param {(at: number) => void} report
 */
function inputSeen(event, report) {
  if (!event.isTrusted) return;
  const now = Date.now();
  lastInputAt = now;
  const mayNavigate = event.type === "pointerdown" || (event instanceof KeyboardEvent && event.key === "Enter");
  if (!mayNavigate && now - reportedAt < REPORT_MS_MIN) return;
  reportedAt = now;
  report(now);
}
