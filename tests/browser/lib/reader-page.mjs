// Runs in a page: `watchPage` of the content script with a reader of conversations that a story holds in its hand.

/**
 * @typedef {object} Held
 * @property {number} readings how often conversations were read
 * @property {() => void} look asks for a scan
 * @property {() => void} changed says that the page has changed
 * @property {() => void} finish ends the reading that goes on
 * @property {number[]} waits milliseconds that were waited for since the last look; the waiting itself is left out
 */

/**
 * Starts it as `window.held`.
 * @param {string} module address of `content/page.js`
 * @param {number} tookMs what each reading says that it took
 */
export async function holdReader(module, tookMs) {
  const { watchPage } = await import(module);
  const held = { readings: 0, finish: () => {}, waits: /** @type {number[]} */ ([]) };
  const wait = window.setTimeout;
  window.setTimeout = /** @type {typeof wait} */ ((/** @type {() => void} */ act, /** @type {number} */ ms) => {
    held.waits.push(ms);
    return wait(act, 0);
  });
  const readTalk = () => {
    held.readings += 1;
    return new Promise((resolve) => {
      held.finish = () => resolve(tookMs);
    });
  };
  const config = () => ({ capture: { pages: true, messages: true } });
  Object.assign(held, watchPage(config, async () => true, () => false, readTalk));
  Object.assign(window, { held });
}
