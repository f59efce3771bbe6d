import assert from "node:assert/strict";
import { allowInPrivateWindows, openPrivateWindow } from "../lib/extension-control.mjs";
import { NOTHING } from "../lib/fake-agent.mjs";
import { WORDS } from "../lib/site.mjs";
import { fence, openBehind, readPopup, story } from "../lib/story.mjs";

/** Visits, typing and searching: everything that could be captured. @param {import("../lib/story.mjs").Scene} scene */
async function useTheBrowser({ page, site }) {
  await page.goto(site.url("/article"));
  await page.goto(site.url("/search"));
  await page.type("#remark", "a plain remark");
  await page.type("#q", "harbour lantern");
  await page.keyboard.press("Enter");
  await site.requested("/results");
}

story("invariant 1: while the agent does not watch, nothing is captured", async (scene) => {
  const { agent } = scene;
  await useTheBrowser(scene);
  agent.say({ watching: true, capture: { ...NOTHING, addresses: true } });
  await fence(scene);
  const before = agent.observations.filter(({ fact }) => "url" in fact && !fact.url.includes("/results"));
  assert.deepEqual(before, []);
  for (const word of [WORDS.article, "a plain remark", "harbour lantern"]) assert.ok(!agent.bytes.includes(word), word);
}, { prepare: (agent) => Object.assign(agent.state, { watching: false, capture: NOTHING }) });

story("invariant 1: where only addresses may be captured there is no text and no title", async (scene) => {
  const { agent, site } = scene;
  await useTheBrowser(scene);
  await fence(scene);
  assert.ok(agent.observations.some(({ fact }) => fact.kind === "page" && fact.url === site.url("/article")));
  assert.ok(agent.observations.every(({ fact }) => fact.kind === "page" && fact.text === "" && fact.title === ""), agent.summary());
}, { prepare: (agent) => (agent.state.capture = { ...NOTHING, addresses: true }) });

story("invariant 1: where only searches may be captured no other field is read", async (scene) => {
  const { agent } = scene;
  await useTheBrowser(scene);
  await agent.typed("harbour lantern");
  assert.ok(!agent.bytes.includes("remark"));
  assert.ok(agent.observations.every(({ fact }) => fact.kind === "typed" && fact.field === "search"), agent.summary());
}, { prepare: (agent) => (agent.state.capture = { ...NOTHING, searches: true }) });

story("a page that is open when watching begins arrives, and none after it has ended", async (scene) => {
  const { agent, page, site } = scene;
  await page.goto(site.url("/article"));
  agent.say({ watching: true });
  await agent.page(WORDS.article);
  agent.say({ watching: false, capture: NOTHING });
  await page.goto(site.url("/late"));
  agent.say({ watching: true, capture: { ...NOTHING, addresses: true } });
  await fence(scene);
  assert.ok(!agent.bytes.includes("Morning calm"));
}, { prepare: (agent) => (agent.state.watching = false) });

story("the notice is opened once in a browser session, and the agent's own pages are not captured", async (scene) => {
  const { agent, browser, site } = scene;
  await site.requested("/article");
  await site.pageLoaded("/article");
  agent.drop();
  await agent.hello(1);
  const other = browserOrigin(site.origin);
  await scene.page.bringToFront();
  await scene.page.goto(`${other}/late`);
  await agent.page("Morning calm");
  assert.equal(site.requests.filter((path) => path === "/article").length, 1);
  assert.equal((await browser.pages()).filter((page) => page.url().endsWith("/article")).length, 1);
  assert.ok(!agent.bytes.includes(WORDS.article));
}, { prepare: (agent, site) => (agent.state.notice_url = site.url("/article")) });

story("the sign says that the account is monitored and whether that works, nothing more", async (scene) => {
  const { agent } = scene;
  const watching = await readPopup(scene);
  assert.equal(watching.heading, "This account is monitored");
  assert.equal(watching.title, "This account is monitored");
  assert.equal(watching.words, "It is working.");
  assert.equal(watching.badge, "");
  agent.say({ watching: false, capture: NOTHING });
  const resting = await untilBadge(scene, "off");
  assert.equal(resting.words, "It is installed and is not watching at the moment.");
});

story("an agent of another protocol is shown, and nothing is captured", async (scene) => {
  const { agent } = scene;
  await useTheBrowser(scene);
  const shown = await untilBadge(scene, "off");
  assert.match(shown.words, /versions that do not fit together/);
  assert.deepEqual(agent.observations, []);
  agent.mismatched = false;
  const count = agent.hellos.length;
  agent.drop();
  await agent.hello(count);
  await fence(scene);
  await untilBadge(scene, "");
}, { prepare: (agent) => (agent.mismatched = true) });

story("a tab opened behind while nothing watches stays unknown when watching begins", async (scene) => {
  const { agent } = scene;
  await openBehind(scene);
  agent.say({ watching: true });
  await fence(scene);
  assert.ok(!agent.bytes.includes(WORDS.background));
}, { prepare: (agent) => (agent.state.watching = false) });

/** The same site by another name. @param {string} origin */
function browserOrigin(origin) {
  return origin.replace("127.0.0.1", "localhost");
}

/** @param {import("../lib/story.mjs").Scene} scene @param {string} badge */
async function untilBadge(scene, badge) {
  for (;;) {
    const shown = await readPopup(scene);
    if (shown.badge === badge) return shown;
  }
}

story("invariant 4: an open private window is a fact, and nothing in it is read", async (scene) => {
  const { agent, site } = scene;
  assert.equal(agent.hellos[0]?.private_allowed, false);
  await allowInPrivateWindows(scene);
  await agent.notices.until("a hello that says so", () => agent.hellos.find((hello) => hello.private_allowed));
  await openPrivateWindow(scene, site.url("/background"));
  const { fact } = await agent.observation("the fact", ({ fact }) => fact.kind === "private-window");
  assert.deepEqual(fact, { kind: "private-window", browser: scene.name });
  await site.pageLoaded("/background");
  await fence(scene);
  assert.ok(!agent.bytes.includes(WORDS.background));
  assert.ok(!agent.bytes.includes("/background"));
  assert.equal(agent.observations.filter(({ fact }) => fact.kind === "private-window").length, 1);
});
