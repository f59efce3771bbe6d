// When a page has come far enough to be read. Whoever opened it waits for nothing of ours until then.

/** A page whose text is there and that goes on loading is read after this long. */
const PARSED_MS_MAX = 500;
/** And one whose text never ends. */
const BEGUN_MS_MAX = 3_000;

/**
 * Acts once: after the page's `load`, or before it where that takes long.
 * @param {() => void} act
 */
export function whenSettled(act) {
  let done = false;
  const once = () => {
    if (!done) act();
    done = true;
  };
  if (document.readyState === "complete") return once();
  // After the page's own work at that event, which counts as loading too.
  window.addEventListener("load", () => setTimeout(once), { once: true });
  setTimeout(once, BEGUN_MS_MAX);
  // A frame is drawn once the style sheets are there: before that, hidden text would pass for visible.
  const parsed = () => setTimeout(() => requestAnimationFrame(once), PARSED_MS_MAX);
  if (document.readyState === "interactive") parsed();
  else document.addEventListener("DOMContentLoaded", parsed, { once: true });
}
