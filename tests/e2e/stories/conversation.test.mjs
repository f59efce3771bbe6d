// A conversation in a real browser: one alert that grows with it, never one per line, and the account's own words apart from others'.

import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../browser/lib/until.mjs";
import { withBrowser } from "../lib/scene.mjs";

for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  test(`${name}: a conversation makes one alert that grows, with what the account wrote apart from what others wrote`, async () => {
    await withBrowser(name, async ({ pages, officer, tab }) => {
      await tab.goto(pages.url("/room"));
      const say = async (/** @type {string} */ text) => {
        await tab.type("#message", text);
        await tab.keyboard.press("Enter");
      };
      await say("I have an old brass compass here");
      const id = await officer.newAlert();
      assert.match(await officer.opened(id), /I have an old brass compass here/);
      await say("and a harbour lantern beside it");
      let words = "";
      await until("the second message to join the alert", async () => {
        words = await officer.opened(id);
        return words.includes("and a harbour lantern beside it");
      });
      assert.match(words, /The conversation so far/);
      assert.match(words, /I have an old brass compass here/, "what it began with is there still");
      await until("the first message to stand as one that was sent", async () => {
        words = await officer.opened(id);
        return !/brass compass here\s+Typed in account test014; not seen sent/.test(words);
      });
      const talk = words.slice(words.indexOf("The conversation so far"), words.indexOf("What was captured"));
      assert.equal(talk.split("I have an old brass compass here").length, 2, `typed and sent is one message: ${talk}`);
      assert.equal((await officer.alerts()).length, 1, "one conversation, one alert");
    });
  });
}
