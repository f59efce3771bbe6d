import assert from "node:assert/strict";
import { actOf } from "../lib/attribution.mjs";
import { openSceneAlone } from "../lib/scene.mjs";
import { WORDS } from "../lib/site.mjs";
import { fence, once, openBehind, pageAt, story } from "../lib/story.mjs";

story("a page followed by a click arrives as opened, in front, with what is visible and nothing else", async (scene) => {
  const { agent, page, site } = scene;
  await page.goto(site.url("/links"));
  await agent.page("To the article");
  await page.click("#article");
  const article = await agent.page(WORDS.article);
  const { attribution, fact } = article;
  assert.equal(actOf(article), "opened");
  assert.equal(attribution.foreground, true);
  assert.ok(attribution.since_input_ms !== undefined && attribution.since_input_ms < 60_000);
  assert.equal(fact.url, site.url("/article"));
  assert.equal(fact.title, "The harbour");
  assert.equal(fact.cut, false);
  await agent.page(WORDS.shadow);
  const frame = await agent.page(WORDS.frame);
  assert.equal(frame.fact.url, site.url("/frame"));
  const inline = await agent.page(WORDS.inline);
  assert.equal(inline.fact.url, site.url("/article"), "a frame without an address of its own belongs to its page");
  await fence(scene);
  assert.ok(!agent.bytes.includes(WORDS.hidden), "hidden text, scripts and the values of fields are not visible text");
  assert.ok(!agent.bytes.includes("/frame?none"), "a frame without area shows nothing");
});

story("a page that goes on by itself is shown, not opened", async ({ agent, page, site }) => {
  await page.goto(site.url("/links"));
  await agent.page("To the article");
  await page.evaluate(() => location.assign("/article"));
  const article = await agent.page(WORDS.article);
  assert.equal(actOf(article), "shown");
  assert.equal(article.attribution.foreground, true);
});

story("invariant 7: a page in a background tab never arrives until it is looked at", async (scene) => {
  const { agent, site } = scene;
  await openBehind(scene);
  await fence(scene);
  assert.ok(!agent.bytes.includes(WORDS.background));
  assert.ok(!agent.bytes.includes("/background"));
  await (await pageAt(scene, site.url("/background"))).bringToFront();
  const { attribution } = await agent.page(WORDS.background);
  assert.equal(attribution.foreground, true);
});

story("invariant 7: a page that is only fetched ahead never arrives", async (scene) => {
  const { agent, page, site } = scene;
  await page.goto(site.url("/prefetch"));
  await site.requested("/prefetched");
  await fence(scene);
  assert.ok(!agent.bytes.includes(WORDS.prefetched));
});

// Firefox does not draw pages ahead; Chromium does not while DevTools steers it.
once("chromium: invariant 7: a page that is only drawn ahead never arrives, and arrives once it is shown", async () => {
  const { agent, site, close } = await openSceneAlone("/ahead");
  try {
    await agent.page("Drawn ahead of need");
    await site.pageLoaded("/prerendered");
    await site.signal();
    await agent.page(WORDS.late);
    assert.ok(!agent.bytes.includes(WORDS.prerendered));
    await site.signal();
    assert.equal((await agent.page(WORDS.prerendered)).attribution.foreground, true);
    assert.equal(site.requests.filter((path) => path === "/prerendered").length, 1, "what is shown is what was drawn ahead");
  } finally {
    await close();
  }
});

story("a page that changes its own address arrives again with what it then shows", async ({ agent, page, site }) => {
  await page.goto(site.url("/spa"));
  await agent.page(WORDS.spaFirst);
  await page.click("#go");
  const second = await agent.page(WORDS.spaSecond);
  assert.equal(second.fact.url, site.url("/spa/second"));
  assert.equal(actOf(second), "opened");
});

story("a page gone back to arrives again", async (scene) => {
  const { agent, page, site } = scene;
  await page.goto(site.url("/article"));
  await agent.page(WORDS.article);
  await page.goto(site.url("/late"));
  await agent.page("Morning calm");
  const before = agent.observations.length;
  await page.evaluate(() => history.back()); // Not goBack: it waits for a load that a page kept by the browser never has.
  await agent.observation("the article again", ({ fact }) => fact.kind === "page" && fact.text.includes(WORDS.article), before);
});

story("text that appears later arrives without the text that came before", async ({ agent, page, site }) => {
  await page.goto(site.url("/late"));
  await agent.page("Morning calm");
  await page.click("#more");
  const { fact } = await agent.page(WORDS.late);
  assert.ok(!fact.text.includes("Morning calm"));
});

story("a 10 MB page arrives in parts, cut at the limit, and says so", async ({ agent, page, site }) => {
  await page.goto(site.url("/big"));
  await agent.observation("a page that is cut", ({ fact }) => fact.kind === "page" && fact.cut);
  const texts = agent.observations.flatMap(({ fact }) => (fact.kind === "page" && fact.url === site.url("/big") ? [fact.text] : []));
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  assert.ok(bytes <= 2 * 1024 * 1024, `${bytes} bytes`);
  assert.ok(bytes > 2 * 1024 * 1024 - 200, `${bytes} bytes`);
  assert.ok(agent.inParts >= 1);
});
