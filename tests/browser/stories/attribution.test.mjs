// Every act of attribution.cases.mjs in one run of each browser, and the row of the table that decides on each thing told of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CASES } from "../attribution.cases.mjs";
import { STEPS, hasLeft, toldOf as toldOfPage } from "../lib/acts.mjs";
import { ActsSite } from "../lib/acts-site.mjs";
import { decided } from "../lib/attribution.mjs";
import { EVERYTHING } from "../lib/fake-agent.mjs";
import { BROWSERS, openScene } from "../lib/scene.mjs";
import { openByHand } from "../lib/story.mjs";

/**
 * @typedef {import("../attribution.cases.mjs").Case} Case
 * @typedef {import("../attribution.cases.mjs").Kind} Kind
 * @typedef {import("../lib/scene.mjs").Scene} Scene
 * @typedef {import("../lib/attribution.mjs").Observation} Observation
 * @typedef {import("../lib/attribution.mjs").PictureMessage} PictureMessage
 */

/** What of everything that came is of a case: with its word, or pictures of its pages. @param {Scene} scene @param {ActsSite} acts @param {number} of @returns {Array<[Kind, Observation | PictureMessage]>} */
function toldOf({ agent }, acts, of) {
  const word = acts.word(of);
  const isOf = (/** @type {string} */ url) => URL.canParse(url) && new URL(url).pathname.startsWith(`/c/${of}/`);
  /** @type {Array<[Kind, Observation | PictureMessage]>} */
  const told = [];
  for (const one of agent.observations) {
    const { fact } = one;
    if (fact.kind === "private-window" || fact.kind === "name") continue;
    if (isOf(fact.url) && JSON.stringify(fact).includes(word)) told.push([fact.kind, one]);
  }
  for (const one of agent.pictures) {
    const { element, url, address } = one.shown;
    if (isOf(url) || isOf(address)) told.push([element === "video-frame" || element === "download" ? element : "picture", one]);
  }
  return told;
}

/** Does what a case says, and waits until as much has been told as it says. @param {Scene} scene @param {ActsSite} acts @param {number} of @param {Case} one */
async function enact(scene, acts, of, { acts: steps = [], told, but }) {
  const stage = { ...scene, acts, of, front: await scene.browser.newPage() };
  await openByHand({ page: stage.front }, acts.url(of, "start"), `${acts.origin}/door`);
  await toldOfPage(stage, "start");
  await hasLeft(stage, "/door");
  for (const [step, ...args] of steps) await STEPS[step]?.(stage, ...args);
  for (const [kind, rows] of Object.entries(but?.[scene.name] ?? told)) {
    await scene.agent.notices.until(`${rows.length} of ${kind}`, () => toldOf(scene, acts, of).filter(([is]) => is === kind).length >= rows.length);
  }
  // What is in front goes last: a browser brings another tab to the front when it closes.
  for (const page of await scene.browser.pages()) if (page !== scene.page && page !== stage.front) await page.close();
  await stage.front.close();
}

/** Rows by kind; a video is told of again and again. @param {Array<[Kind, Observation | PictureMessage]>} told */
function rowsOf(told) {
  const decisions = decided(told.map(([, one]) => one));
  /** @type {Partial<Record<Kind, string[]>>} */
  const rows = {};
  for (const [at, [kind]] of told.entries()) {
    const row = decisions[at]?.row ?? "";
    const before = (rows[kind] ??= []);
    if (kind !== "video-frame" || before.at(-1) !== row) before.push(row);
  }
  return rows;
}

const ARGS = {
  chromium: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"],
  firefox: [],
};
const FIREFOX_PREFERENCES = { "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true, "media.autoplay.default": 0 };

/** Cases whose names match, for looking at one: `PROVISO_CASES="pop-up" node --test stories/attribution.test.mjs`. */
const WANTED = new RegExp(process.env.PROVISO_CASES ?? "");

for (const name of BROWSERS) {
  test(`${name}: the table of attribution`, async (suite) => {
    const acts = await new ActsSite().start();
    const scene = await openScene(name, { prepare: (agent) => (agent.state.capture = { ...EVERYTHING, pictures: true }), args: () => ARGS[name], preferences: FIREFOX_PREFERENCES });
    const cases = CASES.filter((one) => (one.browsers?.includes(name) ?? true) && WANTED.test(one.name)).map((one) => ({ one, of: acts.add(one.pages), failed: /** @type {unknown} */ (null) }));
    try {
      for (const each of cases) await enact(scene, acts, each.of, each.one).catch((error) => (each.failed = error));
      // Whatever would have come of the last case has come too.
      const fence = acts.add({ start: "<p>$WORD</p>" });
      await enact(scene, acts, fence, { name: "fence", pages: {}, told: { page: [] } });
      await scene.agent.notices.until("the fence", () => toldOf(scene, acts, fence).length > 0);
      for (const { one, of, failed } of cases) {
        await suite.test(one.name, () => {
          const told = toldOf(scene, acts, of);
          assert.deepEqual(rowsOf(told), one.but?.[name] ?? Object.fromEntries(Object.entries(one.told).filter(([, rows]) => rows.length > 0)),
            `${failed ?? ""}\n${told.map(([, { attribution }]) => JSON.stringify(attribution)).join("\n")}`);
          if (failed) throw failed;
          if (Object.keys(one.told).length === 0) assert.ok(!scene.agent.bytes.includes(acts.word(of)), "its word is in what reached the native host");
        });
      }
    } finally {
      await scene.close();
      acts.close();
    }
  });
}
