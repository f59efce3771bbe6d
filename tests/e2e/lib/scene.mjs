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
 * @property {import("puppeteer-core").Page} tab of the supervised person's browser
 */

/**
 * Tells a story with a browser on an enrolled device.
 * @param {"chromium" | "firefox"} name
 * @param {(scene: Scene) => Promise<void>} story
 */
export async function withBrowser(name, story) {
  const stack = await new Stack().start();
  const pages = await new Pages().start();
  const officer = await Officer.signIn(stack);
  const browser = await launch(name, { userDataDir: join(stack.folder, name), hostManifestPath: stack.hostManifest(name) });
  try {
    const [tab = await browser.newPage()] = await browser.pages();
    await story({ stack, pages, officer, tab });
  } finally {
    await browser.close();
    await officer.close();
    pages.stop();
    await stack.stop();
  }
}
