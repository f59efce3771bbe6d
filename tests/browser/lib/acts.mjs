// The steps of attribution.cases.mjs: what a person does in a browser, and what is waited for.

import { typeAddress } from "./extension-control.mjs";
import { until } from "./until.mjs";

/**
 * @typedef {import("puppeteer-core").Page} Page
 * @typedef {import("./scene.mjs").Scene} Scene
 * @typedef {import("./acts-site.mjs").ActsSite} ActsSite
 * @typedef {Scene & {acts: ActsSite, of: number, front: Page}} Stage the case's number, and the tab in front
 */

/** A page must have been on the screen for longer than this before a touch counts as using it (presence.js). */
const ON_SCREEN_MS = 2_200;

/** The path of a case's page, under either name of the site. @param {Stage} stage @param {string} name */
const path = ({ of }, name) => `/c/${of}/${name}`;

/** @param {Stage} stage @param {string} name */
function tabOf(stage, name) {
  const isIt = (/** @type {string} */ url) => URL.canParse(url) && new URL(url).pathname === path(stage, name);
  return until(`a tab at ${path(stage, name)}`, async () => (await stage.browser.pages()).find((page) => isIt(page.url())));
}

/** The frame of a case's page. @param {Stage} stage @param {string} name */
async function frameOf(stage, name) {
  await seen(stage, name);
  const isIt = (/** @type {string} */ url) => URL.canParse(url) && new URL(url).pathname === path(stage, name);
  return until(`a frame at ${path(stage, name)}`, () => stage.front.frames().find((one) => isIt(one.url())));
}

/** Where a page or a frame is, by its own word; nowhere while it goes from one page to another. @param {import("puppeteer-core").Frame} frame */
const whereabouts = (frame) => frame.evaluate(() => location.pathname).catch(() => "");

/** Waits until the extension has told of a page, so that its script is at work there. @param {Stage} stage @param {string} name */
export function toldOf({ agent, of }, name) {
  return agent.observation(`the page ${name} of case ${of}`, ({ fact }) => fact.kind === "page" && new URL(fact.url).pathname === `/c/${of}/${name}`);
}

/** Waits until the tab in front has left a page: the extension can be quicker than the driver, whose click would go to the page before. @param {Stage} stage @param {string} path */
export function hasLeft({ front }, path) {
  return until(`the driver to have left ${path}`, async () => ![path, ""].includes(await whereabouts(front.mainFrame())));
}

/** Waits until the extension has told of a page and the driver is there too. @param {Stage} stage @param {string} name */
async function seen(stage, name) {
  await toldOf(stage, name);
  await until(`the driver to be at ${name}`, async () => {
    const frames = (await stage.browser.pages()).flatMap((page) => page.frames()).filter((frame) => frame.url().includes(path(stage, name)));
    return (await Promise.all(frames.map(whereabouts))).includes(path(stage, name));
  });
}

/** @type {Record<string, (stage: Stage, ...args: string[]) => Promise<unknown>>} */
export const STEPS = {
  "click": ({ front }, selector = "") => front.click(selector),
  "click behind": async ({ front }, selector = "") => {
    await front.keyboard.down("Control");
    await front.click(selector);
    await front.keyboard.up("Control");
  },
  "middle click": ({ front }, selector = "") => front.click(selector, { button: "middle" }),
  "click in frame": async (stage, name = "", selector = "") => {
    const frame = await frameOf(stage, name);
    // By where it stands on the screen: not every driver clicks in a frame of another site.
    const [left = 0, top = 0] = await stage.front.evaluate((part) => {
      const element = document.querySelector(`iframe[src*="${part}"]`);
      const { x = 0, y = 0 } = element?.getBoundingClientRect() ?? {};
      return [x + (element?.clientLeft ?? 0), y + (element?.clientTop ?? 0)];
    }, name);
    const [x = 0, y = 0] = await frame.evaluate((wanted) => {
      const { x, y } = document.querySelector(wanted)?.getBoundingClientRect() ?? { x: 0, y: 0 };
      return [x + 6, y + 6];
    }, selector);
    await stage.front.mouse.click(left + x, top + y);
  },
  "type": ({ front, acts, of }, selector = "", text = "") => front.type(selector, text.replace("$WORD", acts.word(of))),
  "type in frame": async (stage, name = "", selector = "", text = "") => (await frameOf(stage, name)).type(selector, text.replace("$WORD", stage.acts.word(stage.of))),
  "focus": ({ front }, selector = "") => front.focus(selector),
  "press": ({ front }, key = "") => front.keyboard.press(/** @type {import("puppeteer-core").KeyInput} */ (key)),
  "wheel": ({ front }) => front.mouse.wheel({ deltaY: 200 }),
  "move": async ({ front }) => {
    await front.mouse.move(40, 40);
    await front.mouse.move(90, 90, { steps: 4 });
  },
  "address bar": (stage, name = "") => typeAddress(stage, stage.front, stage.acts.url(stage.of, name)),
  "another tab": async (stage) => (await stage.browser.newPage()).bringToFront(),
  "look at": async (stage, name = "") => {
    stage.front = await tabOf(stage, name);
    await stage.front.bringToFront();
  },
  "turn to": async (stage, name = "") => {
    stage.front = await tabOf(stage, name);
  },
  "on screen": async (stage, frame = "") => {
    const shown = frame === "" ? stage.front : await frameOf(stage, frame);
    // The extension's own account of it begins before the text has been read.
    const sinceRead = () => {
      const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
      return entry && entry.domInteractive > 0 ? performance.now() - entry.domInteractive : 0;
    };
    // The driver may still be at the page before, which goes away under its question.
    await until("it to have been on the screen", async () => (await shown.evaluate(sinceRead).catch(() => 0)) > ON_SCREEN_MS);
  },
  "seen": seen,
  "told": ({ agent, of }) => agent.picture(`a picture of case ${of}`, ({ shown }) => new URL(shown.url).pathname.startsWith(`/c/${of}/`)),
  "loaded": ({ acts, of }, name = "") => acts.pageLoaded(of, name),
  "loaded twice": ({ acts, of }, name = "") => acts.pageLoaded(of, name, 2),
  "asked for": ({ acts, of }, name = "") => acts.askedFor(of, name),
};
