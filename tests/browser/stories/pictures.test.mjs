import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { actOf } from "../lib/attribution.mjs";
import { NOTHING } from "../lib/fake-agent.mjs";
import { wavesPng } from "../lib/picture-pages.mjs";
import { fence, story } from "../lib/story.mjs";

/**
 * @typedef {import("../lib/fake-agent.mjs").FakeAgent} FakeAgent
 * @typedef {import("../lib/fake-agent.mjs").PictureMessage} PictureMessage
 */

/** Only pictures may be captured. @param {FakeAgent} agent */
const picturesOnly = (agent) => (agent.state.capture = { ...NOTHING, pictures: true });

/** @param {Buffer} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** @param {PictureMessage} picture */
const digestOf = ({ data }) => sha256(Buffer.from(data ?? "", "base64"));

/** Where what no page's script may read is had from: Firefox lets the extension read it all the same. */
const CLOSED_TO_PAGES = { chromium: "tab-pixels", firefox: "element-pixels" };

/** @param {string} from @param {PictureMessage["shown"]} shown @param {string} [data] */
function assertSeen(from, shown, data) {
  assert.deepEqual([shown.from, shown.without], [from, undefined]);
  assert.ok((data ?? "").length > 1_000);
}

/** Waits for the picture of a number, by its exact bytes. @param {FakeAgent} agent @param {number} number */
function waves(agent, number) {
  const digest = sha256(wavesPng(number));
  return agent.picture(`picture ${number}`, (picture) => digestOf(picture) === digest);
}

story("a picture that is shown arrives once with its exact bytes, whatever element shows it and whichever site it is of", async ({ agent, page, site }) => {
  await page.goto(site.url("/pictures"));
  const told = await Promise.all([1, 2, 3, 4, 6, 7].map((number) => waves(agent, number)));
  assert.deepEqual(told.map(({ shown }) => [shown.element, shown.from]), [
    ["img", "fetched-again"], ["img", "fetched-again"], ["img", "fetched-again"], ["img", "loaded"], ["background", "fetched-again"], ["img", "fetched-again"],
  ]);
  const [first] = told;
  const { width, height, shown_width, shown_height, url, title, address } = first?.shown ?? {};
  assert.deepEqual({ width, height, shown_width, shown_height, url, title, address },
    { width: 160, height: 120, shown_width: 160, shown_height: 120, url: site.url("/pictures"), title: "Pictures", address: site.url("/picture/1.png") });
  assert.ok(first && actOf(first) === "shown" && first.attribution.foreground && first.attribution.visible_ms >= 1_000);
  assert.equal(agent.pictures.length, 6);
}, { prepare: picturesOnly });

story("pictures that nobody can see or that are tiny do not arrive; one below the fold does once it is scrolled to", async ({ agent, page, site }) => {
  await page.goto(site.url("/pictures/links"));
  await page.keyboard.down("Control");
  await page.click("#behind");
  await page.keyboard.up("Control");
  await site.pageLoaded("/pictures/behind");
  await page.bringToFront();
  await page.goto(site.url("/pictures/none"));
  await waves(agent, 1);
  // What would have ripened with the first has come when a later one comes.
  await page.$eval("#seen", (image) => image.setAttribute("src", "/picture/2.png"));
  await waves(agent, 2);
  assert.equal(agent.pictures.length, 2);
  await page.$eval("#below", (image) => image.scrollIntoView());
  await waves(agent, 13);
  await waves(agent, 14);
  assert.equal(agent.pictures.length, 4);
}, { prepare: picturesOnly });

story("a picture of a page that goes on loading, or whose text never ends, arrives all the same", async ({ agent, page, site }) => {
  await page.goto(site.url("/pictures/loading"), { waitUntil: "domcontentloaded" });
  await waves(agent, 20);
  await page.evaluate((url) => location.assign(url), site.url("/pictures/endless"));
  await waves(agent, 21);
}, { prepare: picturesOnly });

story("a canvas arrives, also one that no script of its page may read", async ({ agent, name, page, site }) => {
  await page.goto(site.url("/pictures/canvas"));
  const drawn = await agent.picture("the canvas", ({ shown, data }) => shown.element === "canvas" && shown.url.endsWith("/canvas") && data !== undefined);
  assert.equal(drawn.shown.from, "element-pixels");
  await page.goto(site.url("/pictures/tainted"));
  const { shown, data } = await agent.picture("the other canvas", (picture) => picture.shown.url.endsWith("/tainted"));
  assert.equal(shown.element, "canvas");
  assertSeen(CLOSED_TO_PAGES[name], shown, data);
}, { prepare: picturesOnly });

story("a picture that its server gives only once is taken from the screen", async ({ agent, page, site }) => {
  await page.goto(site.url("/pictures/once"));
  const { shown, data } = await agent.picture("a picture", () => true);
  assert.match(shown.address, /\/picture\/once\/16\.png$/);
  // A browser that has it in its cache all the same has its exact bytes.
  if (data && shown.from === "fetched-again") assert.equal(sha256(Buffer.from(data, "base64")), sha256(wavesPng(16)));
  else assertSeen("tab-pixels", shown, data);
}, { prepare: picturesOnly });

story("a picture longer than the limit is told of without its bytes", async ({ agent, page, site }) => {
  await page.goto(site.url("/pictures/long"));
  const { shown, data } = await agent.picture("a picture", () => true);
  assert.equal(shown.without, "too-large");
  assert.equal(data, undefined);
}, { prepare: picturesOnly });

story("frames of a video that plays on the screen arrive, and none once it rests", async ({ agent, page, site }) => {
  await page.goto(site.url("/pictures/video"));
  const isFrame = (/** @type {PictureMessage} */ { shown, data }) => shown.element === "video-frame" && data !== undefined;
  const first = await agent.picture("a frame", isFrame);
  assert.equal(actOf(first), "shown", "nobody started it");
  assert.deepEqual([first.shown.width, first.shown.height], [160, 120]);
  await agent.picture("another frame", (picture) => isFrame(picture) && picture.data !== first.data);
}, { prepare: picturesOnly });

story("a film of another site, which no script of its page may read, is seen", async ({ agent, name, page, site }) => {
  await page.goto(site.url("/pictures/elsewhere"));
  const first = await agent.picture("a frame", ({ shown }) => shown.element === "video-frame");
  assertSeen(CLOSED_TO_PAGES[name], first.shown, first.data);
  assert.match(first.shown.address, /^http:\/\/localhost:\d+\/kept\.webm$/);
  await agent.picture("another frame", ({ shown, data }) => shown.element === "video-frame" && data !== undefined && data !== first.data);
}, { prepare: picturesOnly });

story("protected playback is said to be not inspectable, and no frame of it is guessed at", async ({ agent, page, site }) => {
  await page.goto(site.url("/pictures/protected"));
  const film = await agent.picture("word of the film", () => true);
  assert.deepEqual([film.shown.element, film.shown.without, actOf(film)], ["video-frame", "not-inspectable", "shown"]);
  // Each of these ripens for a second, and frames are due every two.
  for (const number of [1, 2, 3]) {
    await page.$eval("#later", (image, source) => image.setAttribute("src", source), `/picture/${number}.png`);
    await waves(agent, number);
  }
  const ofFilm = agent.pictures.filter((picture) => picture.shown.element === "video-frame");
  assert.deepEqual(ofFilm.map(({ data }) => data), [undefined], "told once, without a frame");
}, { prepare: picturesOnly });

story("black frames are not taken for what plays: after some it is not inspectable, and what comes to light is looked at", async ({ agent, page, site }) => {
  await page.goto(site.url("/pictures/dark"));
  const dark = await agent.picture("word of the film", () => true);
  assert.deepEqual([dark.shown.element, dark.shown.without, dark.data], ["video-frame", "not-inspectable", undefined]);
  await page.evaluate(() => Object.assign(window, { light: true }));
  const { shown } = await agent.picture("a frame", ({ data }) => data !== undefined);
  assert.equal(shown.element, "video-frame");
  assert.equal(agent.pictures.filter(({ data }) => data === undefined).length, 1);
}, { prepare: picturesOnly });

story("a picture that is saved arrives, as a file and not as shown; other files and tiny pictures do not", async ({ agent, page, site }) => {
  await page.goto(site.url("/pictures/save"));
  for (const id of ["other", "tiny", "picture"]) await page.click(`#${id}`);
  const saved = await waves(agent, 18);
  const { attribution, shown } = saved;
  assert.deepEqual([shown.element, shown.from, shown.width, shown.height, shown.shown_width], ["download", "fetched-again", 160, 120, 0]);
  assert.deepEqual([shown.url, shown.address], [site.url("/pictures/save"), site.url("/picture/18.png")]);
  assert.deepEqual([actOf(saved), attribution.foreground, attribution.visible_ms], ["downloaded", false, 0]);
  assert.ok(attribution.since_input_ms !== undefined, "somebody was at the keyboard or the mouse before");
  assert.equal(agent.pictures.length, 1);
}, { prepare: picturesOnly });

story("invariant 1: where no pictures may be captured none are", async (scene) => {
  const { agent, page, site } = scene;
  await page.goto(site.url("/pictures/canvas"));
  agent.say({ capture: { ...NOTHING, pictures: true } });
  await agent.picture("the canvas", () => true);
  agent.say({ capture: { ...NOTHING, addresses: true } });
  await page.goto(site.url("/pictures"));
  await fence(scene);
  assert.equal(agent.pictures.length, 1);
  assert.ok(agent.observations.every(({ fact }) => fact.kind === "page" && fact.text === ""), agent.summary());
}, { prepare: (agent) => (agent.state.capture = NOTHING) });
