import { test } from "node:test";
import { openPopup } from "./extension-control.mjs";
import { BROWSERS, IS_FIRST, openScene } from "./scene.mjs";
import { until } from "./until.mjs";

/**
 * @typedef {import("./scene.mjs").Scene} Scene
 * @typedef {import("./scene.mjs").BrowserName} BrowserName
 */

/**
 * Tells a story in each browser.
 * @param {string} title a sentence
 * @param {(scene: Scene) => Promise<void>} tell
 * @param {Parameters<typeof openScene>[1] & {browsers?: BrowserName[]}} [options]
 */
export function story(title, tell, { browsers = BROWSERS, ...options } = {}) {
  for (const name of browsers.filter((one) => BROWSERS.includes(one))) {
    test(`${name}: ${title}`, async () => {
      const scene = await openScene(name, options);
      try {
        await tell(scene);
      } finally {
        await scene.close();
      }
    });
  }
}

/**
 * Tells a story that is not told once in each browser.
 * @param {string} title a sentence
 * @param {() => Promise<void>} tell
 */
export function once(title, tell) {
  if (IS_FIRST) test(title, tell);
}

let fences = 0;

/**
 * Opens a page in front and waits until it has arrived: whatever the extension would have sent before has then come too.
 * The agent must be taking pages or addresses.
 * @param {Scene} scene
 */
export async function fence({ agent, page, site }) {
  fences += 1;
  const url = site.url(`/results?fence=${fences}`);
  await page.bringToFront();
  await page.goto(url);
  await agent.observation(`the page ${url}`, ({ fact }) => "url" in fact && fact.url === url);
}

/**
 * Opens a page as a person does: by a click on a link to it. Whoever asks waits for what the page shows.
 * @param {Pick<Scene, "page">} scene
 * @param {string} url
 * @param {string} [from] a page to stand on; the one that is there where none is given
 * @returns {Promise<number>} when it was clicked, by `performance.now`
 */
export async function openByHand({ page }, url, from) {
  await page.bringToFront();
  if (from) await page.goto(from);
  await page.evaluate((address) => {
    document.body.prepend(Object.assign(document.createElement("a"), { id: "by-hand", href: address, textContent: "Go on" }));
  }, url);
  const clicked = performance.now();
  await page.click("#by-hand");
  return clicked;
}

/**
 * Opens the background page by a real ctrl-click, as a person opens a tab behind, and waits until it has loaded there.
 * @param {Scene} scene
 */
export async function openBehind({ page, site }) {
  await page.goto(site.url("/links"));
  await page.keyboard.down("Control");
  await page.click("#background");
  await page.keyboard.up("Control");
  await site.pageLoaded("/background");
}

/**
 * The page that shows an address.
 * @param {Scene} scene
 * @param {string} url
 */
export function pageAt({ browser }, url) {
  return until(`a tab at ${url}`, async () => (await browser.pages()).find((page) => page.url() === url));
}

/** Opens the popup and reads it and the toolbar's sign. @param {Scene} scene */
export async function readPopup(scene) {
  const popup = await openPopup(scene);
  const shown = await until("the popup to say something", async () => {
    const now = await popup.evaluate(async () => ({
      heading: document.querySelector("h1")?.textContent ?? "",
      words: document.getElementById("words")?.textContent ?? "",
      link: document.querySelector("a")?.href ?? "",
      title: await chrome.action.getTitle({}),
      badge: await chrome.action.getBadgeText({}),
    }));
    return now.words.startsWith("It is") && now;
  });
  await popup.close();
  return shown;
}
