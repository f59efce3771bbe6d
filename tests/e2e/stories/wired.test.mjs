// The case of a man who was jailed for an adult site in a tab that nobody touched (WIRED, 2023), and what a person opens.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../../browser/lib/browsers.mjs";
import { restoreBehind } from "../../browser/lib/extension-control.mjs";
import { until } from "../../browser/lib/until.mjs";
import { ORDER } from "../lib/listed.mjs";
import { withBrowser } from "../lib/scene.mjs";
import { ADULT, FINDS, importSite } from "../lib/wired-pages.mjs";

/** A page counts as looked at, and is touched, only after it was on the screen for longer than this. */
const LOOK_MS = 2_500;

/** @param {import("puppeteer-core").Page} tab */
const look = (tab) => tab.waitForFunction((ms) => performance.now() > ms, {}, LOOK_MS);

for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  test(`${name}: invariant 7: an adult-listed site restored behind, fetched ahead, refreshed, in an advertisement and by redirect raises nothing; opened by a person it raises an alert`, async () => {
    await withBrowser(name, async ({ stack, pages, officer, browser: first, tab: firstTab }) => {
      await until("the list of sites on the device", async () => {
        const { site_lists, site_lists_missing } = await stack.status();
        return site_lists === 1 && site_lists_missing === 0;
      });
      const adult = (/** @type {string} */ path) => pages.url(path).replace("127.0.0.1", ADULT);
      const loads = () => pages.loaded.filter((path) => path === "/adult/refreshing").length;

      // Opened behind, where it refreshes itself; then the browser ends and restores it behind, where it goes on.
      await firstTab.goto(pages.url("/news"));
      await firstTab.keyboard.down("Control");
      await firstTab.click("#adult");
      await firstTab.keyboard.up("Control");
      await until("it to refresh itself behind", () => loads() >= 2);
      const { browser, tab } = await restored(name, stack, { browser: first, tab: firstTab }, adult("/adult/refreshing"));
      try {
        const before = loads();
        await until("the restored tab to refresh itself", () => loads() >= before + 2);

        await tab.bringToFront();
        await tab.goto(pages.url("/news/ahead"));
        await pages.requested("/adult?ahead");
        // These three are on the screen, and nobody touches them.
        await tab.goto(pages.url("/news/frame"));
        await until("the advertisement to be shown", () => pages.asked.includes("/adult?frame"));
        await look(tab);
        await tab.goto(pages.url("/news/onward"));
        await until("the redirect to have come", () => tab.url() === adult("/adult?onward"));
        await look(tab);
        await tab.goto(pages.url("/news"));
        await tab.click("#hop");
        await until("the other redirect to have come", () => tab.url() === adult("/adult?hop"));
        await look(tab);
        assert.deepEqual(await officer.alerts(), []);

        await tab.goto(pages.url("/asked"));
        await look(tab);
        const from = performance.now();
        await tab.click("#adult");
        const id = await officer.newAlert();
        process.stdout.write(`# ${name}: ${Math.round(performance.now() - from)} ms from the click to the inbox\n`);
        const words = await officer.opened(id);
        assert.match(words, /\/adult\?asked/);
        assert.match(words, /after a link to it was pressed/);
        for (const path of ["refreshing", "ahead", "frame", "onward", "hop"]) assert.doesNotMatch(words, new RegExp(path), "nothing else is in the alert");
        assert.equal((await officer.alerts()).length, 1);
      } finally {
        if (browser !== first) await browser.close();
      }
    }, { order: ORDER, prepare: importSite }, FINDS[name]);
  });
}

/**
 * The session restored with its tab behind: Chromium's own way at its next start, Firefox's own store of sessions.
 * @param {"chromium" | "firefox"} name
 * @param {import("../lib/stack.mjs").Stack} stack
 * @param {{browser: import("puppeteer-core").Browser, tab: import("puppeteer-core").Page}} scene
 * @param {string} url of the tab
 */
async function restored(name, stack, scene, url) {
  if (name === "firefox") {
    await restoreBehind(scene.browser, url);
    return scene;
  }
  await scene.browser.close();
  const args = [...(FINDS.chromium.args ?? []), "--restore-last-session"];
  const browser = await launch(name, { userDataDir: join(stack.folder, name), hostManifestPath: stack.hostManifest(name), args });
  await until("the restored tab", async () => (await browser.pages()).some((page) => page.url() === url));
  return { browser, tab: await browser.newPage() };
}
