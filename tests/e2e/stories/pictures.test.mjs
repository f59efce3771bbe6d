// From a picture in a real browser to the officer's open inbox.

import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../browser/lib/until.mjs";
import { ALSO_LISTED, importLists, LISTED, ORDER } from "../lib/listed.mjs";
import { withBrowser } from "../lib/scene.mjs";

const PICTURES = { order: ORDER, prepare: importLists };

for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  test(`${name}: a picture whose file is on a list raises an alert; behind, below the fold or tiny it raises none`, async () => {
    await withBrowser(name, async ({ pages, officer, tab }) => {
      await tab.goto(pages.url("/listed/unseen"));
      await tab.keyboard.down("Control");
      await tab.click("#behind");
      await tab.keyboard.up("Control");
      await pages.pageLoaded("/listed/behind");
      await tab.bringToFront();
      // One that is shown, later than all of them: whatever they had raised would have come before it, into the same alert.
      const from = Date.now();
      await tab.$eval("#later", (image, source) => image.setAttribute("src", source), `/picture/${ALSO_LISTED}.png`);
      const id = await officer.newAlert();
      process.stdout.write(`# ${name}: ${Date.now() - from} ms from picture to inbox\n`);
      assert.match((await officer.alerts())[0]?.words ?? "", /Paragraph 8/);
      const words = await officer.opened(id);
      assert.match(words, /same SHA-256/);
      assert.match(words, new RegExp(`/picture/${ALSO_LISTED}\\.png`));
      assert.doesNotMatch(words, new RegExp(`/picture/${LISTED}\\b`), "what nobody could see is in no alert");
    }, PICTURES);
  });

  test(`${name}: another site's picture, a canvas, a frame of a film and a saved file raise an alert, by the same file or by how they look`, async () => {
    await withBrowser(name, async ({ pages, officer, tab }) => {
      /** @type {[string, RegExp][]} */
      const cases = [
        ["/listed/elsewhere", new RegExp(`http://localhost:\\d+/picture/${LISTED}\\.png`)],
        ["/listed/canvas", /a drawing of the page’s own program/],
        ["/listed/film", /a frame of a video/],
        ["/listed/saved", /Saved\s+as a file/],
      ];
      for (const [path, said] of cases) {
        await tab.goto(pages.url(path));
        await tab.$("#save").then((link) => link?.click());
        await until(`an alert that says ${said}`, async () => {
          for (const { id } of await officer.alerts()) if (said.test(await officer.opened(id))) return true;
          return false;
        });
      }
    }, PICTURES);
  });
}
