import assert from "node:assert/strict";
import { story } from "../lib/story.mjs";

/** @typedef {import("../lib/scene.mjs").Scene} Scene */

/** A gesture that leaves the page: it is over when the next one is there, so that nothing after it meets the old one. @param {Scene} scene @param {Promise<unknown>} gesture */
async function leaving({ page }, gesture) {
  await Promise.all([page.waitForNavigation(), gesture]);
}

/** What the page of results for a query says of how the search began. @param {Scene} scene @param {string} query */
async function searchFor({ agent }, query) {
  const { fact } = await agent.observation(
    `the results for ${query}`,
    ({ fact }) => fact.kind === "page" && fact.url.endsWith(`/results?q=${query.replaceAll(" ", "+")}`),
  );
  assert.equal(fact.kind, "page");
  return "search" in fact ? fact.search : undefined;
}

story("a search that was typed goes with what was typed", async (scene) => {
  const { page, site } = scene;
  await page.goto(site.url("/suggest"));
  await page.type("#q", "tide table");
  await leaving(scene, page.keyboard.press("Enter"));
  const search = await searchFor(scene, "tide table");
  assert.equal(search?.typed, "tide table");
  assert.equal(search?.suggestion, undefined);
});

story("a search chosen from suggestions goes with the beginning that was typed", async (scene) => {
  const { page, site } = scene;
  await page.goto(site.url("/suggest"));
  await page.type("#q", "harb");
  await leaving(scene, page.click("#first"));
  const search = await searchFor(scene, "harbour lantern");
  assert.equal(search?.typed, "harb");
  assert.equal(search?.suggestion, true);
});

for (const [title, entry] of [["an entry of another list", "#stranger"], ["an entry that says something else than the query", "#other"]]) {
  story(`${title} is no suggestion that was chosen`, async (scene) => {
    const { page, site } = scene;
    await page.goto(site.url("/suggest"));
    await page.type("#q", "harb");
    await leaving(scene, page.click(entry ?? ""));
    const search = await searchFor(scene, "harbour lantern");
    assert.deepEqual([search?.typed, search?.suggestion], ["harb", undefined]);
  });
}

story("a suggestion chosen with the keys is one", async (scene) => {
  const { page, site } = scene;
  await page.goto(site.url("/suggest"));
  await page.type("#q", "harb");
  await page.evaluate(() => {
    const field = /** @type {HTMLInputElement} */ (document.querySelector("#q"));
    field.setAttribute("aria-activedescendant", "first");
    field.value = "harbour lantern";
  });
  await leaving(scene, page.keyboard.press("Enter"));
  assert.equal((await searchFor(scene, "harbour lantern"))?.suggestion, true);
});

story("a search that came with a link says so, and an earlier search is not taken for it", async (scene) => {
  const { page, site } = scene;
  await page.goto(site.url("/suggest"));
  await page.type("#q", "tide table");
  await leaving(scene, page.keyboard.press("Enter"));
  await searchFor(scene, "tide table");
  await page.goto(site.url("/suggest"));
  await leaving(scene, page.click("#linked"));
  assert.deepEqual(await searchFor(scene, "linked lantern"), { by: "link" });
});

story(
  "where only pages may be captured, what was typed is not told",
  async (scene) => {
    const { agent, page, site } = scene;
    await page.goto(site.url("/suggest"));
    await page.type("#q", "harb");
    await leaving(scene, page.click("#first"));
    const search = await searchFor(scene, "harbour lantern");
    assert.equal(search?.typed, undefined);
    assert.equal(search?.suggestion, undefined);
    assert.ok(!agent.bytes.includes('"harb"'));
  },
  { prepare: (agent) => Object.assign(agent.state.capture, { typed: false, searches: false }) },
);
