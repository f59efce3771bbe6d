// A conversation in a real browser: one alert that grows with it, never one per line, and the account's own words apart from others'.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../../browser/lib/browsers.mjs";
import { until } from "../../browser/lib/until.mjs";
import { Officer } from "../lib/officer.mjs";
import { Pages } from "../lib/pages.mjs";
import { Stack } from "../lib/stack.mjs";

/** What the alert's page says once its content is opened. @param {Officer} officer @param {string} id */
async function opened(officer, id) {
  const tab = await officer.read(`/alerts/${id}`);
  await Promise.all([tab.waitForNavigation(), tab.click("form[action$='/content'] button")]);
  const words = await tab.evaluate(() => document.body.innerText);
  await tab.close();
  return words;
}

for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  test(`${name}: a conversation makes one alert that grows, with what the account wrote apart from what others wrote`, async () => {
    const stack = await new Stack().start();
    const pages = await new Pages().start();
    const officer = await Officer.signIn(stack);
    const browser = await launch(name, { userDataDir: join(stack.folder, name), hostManifestPath: stack.hostManifest(name) });
    try {
      const [tab = await browser.newPage()] = await browser.pages();
      await tab.goto(pages.url("/room"));
      const say = async (/** @type {string} */ text) => {
        await tab.type("#message", text);
        await tab.keyboard.press("Enter");
      };
      await say("I have an old brass compass here");
      const id = await officer.newAlert();
      assert.match(await opened(officer, id), /I have an old brass compass here/);
      await say("and a harbour lantern beside it");
      let words = "";
      await until("the second message to join the alert", async () => {
        words = await opened(officer, id);
        return words.includes("and a harbour lantern beside it");
      });
      assert.match(words, /The conversation so far/);
      assert.match(words, /I have an old brass compass here/, "what it began with is there still");
      await until("the first message to stand as one that was sent", async () => {
        words = await opened(officer, id);
        return !/brass compass here\s+Typed in account test014; not seen sent/.test(words);
      });
      const talk = words.slice(words.indexOf("The conversation so far"), words.indexOf("What was captured"));
      assert.equal(talk.split("I have an old brass compass here").length, 2, `typed and sent is one message: ${talk}`);
      assert.equal((await officer.alerts()).length, 1, "one conversation, one alert");
    } finally {
      await browser.close();
      await officer.close();
      pages.stop();
      await stack.stop();
    }
  });
}
