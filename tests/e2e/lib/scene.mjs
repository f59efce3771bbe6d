// Everything that a story about one browser and one officer needs, started and ended around it.

import { join } from "node:path";
import { launch } from "../../browser/lib/browsers.mjs";
import { Officer } from "./officer.mjs";
import { Pages } from "./pages.mjs";
import { Stack } from "./stack.mjs";

/**
 * @typedef {object} Scene
 * @property {Stack} stack
 * @property {Pages} pages
 * @property {Officer} officer signed in, at the inbox
 * @property {import("puppeteer-core").Browser} browser of the supervised person
 * @property {import("puppeteer-core").Page} tab of it
 */

/**
 * Tells a story with a browser on an enrolled device.
 * @param {"chromium" | "firefox"} name
 * @param {(scene: Scene) => Promise<void>} story
 * @param {import("./stack.mjs").Options} [options]
 * @param {Partial<import("../../browser/lib/browsers.mjs").Launch>} [more] for the browser
 */
export async function withBrowser(name, story, options, more = {}) {
  const stack = await new Stack(options).start();
  const pages = await new Pages().start();
  const officer = await Officer.signIn(stack);
  const browser = await launch(name, { userDataDir: join(stack.folder, name), hostManifestPath: stack.hostManifest(name), ...more });
  try {
    const [tab = await browser.newPage()] = await browser.pages();
    await story({ stack, pages, officer, browser, tab });
  } finally {
    await browser.close();
    await officer.close();
    pages.stop();
    await stack.stop();
  }
}
