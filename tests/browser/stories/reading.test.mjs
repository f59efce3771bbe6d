import assert from "node:assert/strict";
import { holdReader } from "../lib/reader-page.mjs";
import { story } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";

/** Does something with what `holdReader` left in the page. @template T @param {import("../lib/story.mjs").Scene} scene @param {(held: import("../lib/reader-page.mjs").Held) => T} act */
function withHeld({ page }, act) {
  return page.evaluate(`(${act})(window.held)`);
}

story("a scan that is asked for while a conversation is read is made afterwards", async (scene) => {
  const { page, site } = scene;
  await page.goto(site.url("/results"));
  await page.evaluate(holdReader, site.url("/extension/content/page.js"), 0);
  // The first time the page has text to send; after that it has nothing new.
  for (const reading of [1, 2, 3, 4]) {
    await until(`reading ${reading}`, async () => (await withHeld(scene, (held) => held.readings)) === reading);
    await withHeld(scene, (held) => {
      held.look();
      held.finish();
    });
  }
});

story("a page that reading conversations makes slow is read less often", async (scene) => {
  const { page, site } = scene;
  await page.goto(site.url("/results"));
  await page.evaluate(holdReader, site.url("/extension/content/page.js"), 60_000);
  await until("the first reading", async () => (await withHeld(scene, (held) => held.readings)) === 1);
  await withHeld(scene, (held) => held.finish());
  const longest = await until("a wait of ten times what the reading took", () =>
    withHeld(scene, (held) => {
      held.changed();
      return held.waits.find((ms) => ms >= 600_000);
    }));
  assert.ok(Number(longest) >= 600_000);
});

story("rows of a long list are gone through once, however many marks they have", async ({ page, site }) => {
  await page.goto(site.url("/results"));
  const [some = 0, twice = 0] = await page.evaluate(async (module) => {
    const { findConversations } = await import(module);
    const look = Element.prototype.querySelector;
    return [300, 600].map((rows) => {
      document.body.innerHTML = `<table>${"<tr><td><time>10:02</time></td></tr>".repeat(rows)}</table>`;
      let looks = 0;
      Element.prototype.querySelector = function (/** @type {string} */ selector) {
        looks += 1;
        return look.call(this, selector);
      };
      findConversations();
      Element.prototype.querySelector = look;
      return looks;
    });
  }, site.url("/extension/content/conversations.js"));
  assert.ok(some > 0 && twice <= 2.2 * some, `${some} looks for 300 rows, ${twice} for 600`);
});
