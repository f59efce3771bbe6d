// From a page in a real browser to the officer's open inbox.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openByHand } from "../../browser/lib/story.mjs";
import { withBrowser } from "../lib/scene.mjs";

for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  test(`${name}: a page shown raises an alert on the open inbox; behind or fetched ahead it raises none`, async () => {
    await withBrowser(name, async ({ pages, officer, tab }) => {
      assert.deepEqual(await officer.alerts(), []);
      // Behind, by a real ctrl-click, and ahead, by a prefetch: the words are loaded and never shown.
      await tab.goto(pages.url("/plain"));
      await tab.keyboard.down("Control");
      await tab.click("#lantern");
      await tab.keyboard.up("Control");
      await pages.pageLoaded("/lantern");
      await tab.bringToFront();
      await tab.goto(pages.url("/ahead"));
      await pages.requested("/lantern?ahead");
      // Then a page that is shown. Whatever the others had raised would have come before it, into the same alert.
      const from = await openByHand({ page: tab }, pages.url("/compass"), pages.url("/plain"));
      const id = await officer.newAlert();
      process.stdout.write(`# ${name}: ${Math.round(performance.now() - from)} ms from the click to the inbox\n`);
      const [alert] = await officer.alerts();
      assert.match(alert?.words ?? "", /Test Person 014/);
      assert.match(alert?.words ?? "", /Paragraph 3/);
      const read = await officer.read(`/alerts/${id}`);
      const folded = await read.evaluate(() => document.body.innerText);
      assert.match(folded, /harbour lanterns or brass compasses/, "the court's words are shown");
      assert.doesNotMatch(folded, /In the drawer lay/, "content is folded until it is opened");
      await Promise.all([read.waitForNavigation(), read.click("form[action$='/content'] button")]);
      const opened = await read.evaluate(() => document.body.innerText);
      assert.match(opened, /In the drawer lay a brass compass/);
      assert.doesNotMatch(opened, /In the window hung/, "what was only loaded behind is in no alert");
    });
  });
}
