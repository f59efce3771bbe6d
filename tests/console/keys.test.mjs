// An officer at two at night with a keyboard: from the inbox to the last decision without touching anything else, and no single key does
// anything once they are turned off.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../browser/lib/browsers.mjs";
import { lastNumbered } from "../browser/lib/extension-control.mjs";
import { openByHand } from "../browser/lib/story.mjs";
import { until } from "../browser/lib/until.mjs";
import { Officer } from "../e2e/lib/officer.mjs";
import { Pages } from "../e2e/lib/pages.mjs";
import { Stack } from "../e2e/lib/stack.mjs";
import { faults } from "./faults.mjs";

test("an officer clears the inbox with keys alone, and can turn single keys off", async () => {
  const stack = await new Stack().start();
  const pages = await new Pages().start();
  const officer = await Officer.signIn(stack);
  const browser = await launch("chromium", { userDataDir: join(stack.folder, "chromium"), hostManifestPath: stack.hostManifest("chromium") });
  try {
    const [visitor = await browser.newPage()] = await browser.pages();
    const none = await lastNumbered(browser);
    await visitor.goto(pages.url("/plain"));
    await until("the extension to read", async () => (await lastNumbered(browser)) > none);
    await openByHand({ page: visitor }, pages.url("/lantern"));
    const alert = await officer.newAlert();

    const { tab } = officer;
    const press = (/** @type {import("puppeteer-core").KeyInput} */ key) => tab.keyboard.press(key);
    const leave = (/** @type {import("puppeteer-core").KeyInput} */ key) => Promise.all([tab.waitForNavigation(), press(key)]);
    const path = () => new URL(tab.url()).pathname;
    const at = () => tab.evaluate(() => document.activeElement?.closest("[data-alert]")?.getAttribute("data-alert") ?? document.activeElement?.id ?? "");
    const says = () => tab.evaluate(() => document.body.innerText);
    await tab.bringToFront();

    await press("/");
    assert.equal(await at(), "inbox-filter");
    await tab.keyboard.type("jx?");
    assert.equal(await tab.$eval("#inbox-filter", (field) => /** @type {HTMLInputElement} */ (field).value), "jx?", "in a field keys are letters");
    await tab.reload();
    await press("j");
    assert.equal(await at(), alert, "the first row");
    await press("x");
    assert.ok(await tab.$eval("[data-alert] input[type=checkbox]", (box) => /** @type {HTMLInputElement} */ (box).checked), "ticked");
    await press("j");
    await leave("e");
    assert.match(await says(), /1 alert taken.*You took it/s);
    await press("j");
    await leave("s");
    assert.equal(path(), "/inbox/handle");
    assert.deepEqual(await faults(tab), [], "rest");
    await tab.goBack();

    await press("j");
    await leave("Enter");
    assert.equal(path(), `/alerts/${alert}`);
    await leave("o");
    assert.match(await says(), /harbour lantern/);
    await press("d");
    assert.equal(await at(), "outcome");
    await press("Space");
    await press("Tab");
    assert.equal(await at(), "reason");
    await tab.keyboard.type("Read the passage: a page about lamps. No more than that.");
    await press("Tab");
    await leave("Enter");
    assert.match(await says(), /Decision recorded/);
    await leave("u");
    assert.match(await says(), /Nothing waits for a decision/);

    await leave("?");
    assert.equal(path(), "/inbox/help");
    assert.deepEqual(await faults(tab), [], "help");
    await tab.focus('button[name="keys"]');
    await leave("Enter");
    assert.match(await says(), /Single keys are off for you/);
    await press("/");
    await press("?");
    assert.equal(path(), "/inbox/help", "no key does anything");
    await tab.goto(`${stack.console}/`);
    await press("/");
    assert.notEqual(await at(), "inbox-filter");
  } finally {
    await browser.close();
    await officer.close();
    pages.stop();
    await stack.stop();
  }
});
