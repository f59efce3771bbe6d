import assert from "node:assert/strict";
import { grantAccess, stopBackground } from "../lib/extension-control.mjs";
import { fence, readPopup, story } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";

/** @typedef {import("../lib/story.mjs").Scene} Scene */

/** No number of an instance ever came with two contents, and none is missing. @param {Scene["agent"]} agent */
function assertNumbersWhole(agent) {
  const numbers = new Set(agent.observations.map(({ n }) => n));
  assert.deepEqual([...numbers].sort((a, b) => a - b), Array.from({ length: numbers.size }, (_, at) => at + 1));
  for (const [number, texts] of agent.texts) assert.equal(texts.size, 1, `number ${number} came with ${texts.size} contents`);
  assert.equal(new Set(agent.hellos.map(({ instance }) => instance)).size, 1);
}

story("what was not acknowledged comes again when the host was killed", async (scene) => {
  const { agent, page, site } = scene;
  agent.acknowledging = false;
  await page.goto(site.url("/late"));
  const first = await agent.page("Morning calm");
  process.kill(agent.pids.at(-1) ?? 0, "SIGKILL");
  await agent.hello(1);
  await agent.observation("the same again", ({ n }) => n === first.n, agent.observations.indexOf(agent.observations.find(({ n }) => n === first.n) ?? first) + 1);
  agent.acknowledging = true;
  agent.acknowledge(first.n);
  await fence(scene);
  assertNumbersWhole(agent);
});

story("what was acknowledged does not come again", async (scene) => {
  const { agent } = scene;
  await fence(scene);
  const before = agent.observations.length;
  agent.drop();
  await agent.hello(1);
  await fence(scene);
  const again = agent.observations.slice(before).filter(({ n }) => n <= agent.acknowledged && agent.observations.findIndex((other) => other.n === n) < before);
  assert.deepEqual(again, []);
  assertNumbersWhole(agent);
});

story("what happens while the agent is away comes when it is back", async (scene) => {
  const { agent, page, site } = scene;
  await fence(scene);
  agent.close();
  await page.goto(site.url("/late"));
  await page.type("body", "x");
  await agent.listen();
  await agent.page("Morning calm");
  await fence(scene);
  assertNumbersWhole(agent);
});

story("a refused observation counts as acknowledged", async (scene) => {
  const { agent, page, site } = scene;
  agent.acknowledging = false;
  await page.goto(site.url("/late"));
  const { n } = await agent.page("Morning calm");
  agent.send({ type: "refused", n, reason: "a test of refusing" });
  agent.acknowledging = true;
  await fence(scene);
  const before = agent.observations.length;
  agent.drop();
  await agent.hello(1);
  await fence(scene);
  assert.ok(agent.observations.slice(before).every((observation) => observation.n !== n));
});

story("a full outbox stops capture with a broken connection, and the agent gets all that was numbered", async (scene) => {
  const { agent, page, site } = scene;
  agent.acknowledging = false;
  let visits = 0;
  while (agent.hellos.length === 1) {
    visits += 1;
    await page.goto(site.url(`/big?${visits}`));
    const url = page.url();
    await agent.notices.until("the page, or the end of the connection", () =>
      agent.hellos.length > 1 || agent.observations.some(({ fact }) => fact.kind === "page" && fact.url === url && fact.cut));
  }
  assert.ok(visits >= 3, `the connection broke after ${visits} pages`);
  assert.equal((await readPopup(scene)).badge, "off");
  const highest = Math.max(...agent.observations.map(({ n }) => n));
  agent.acknowledging = true;
  agent.acknowledge(highest);
  await until("capture to go on", async () => (await readPopup(scene)).badge === "");
  await fence(scene);
  assertNumbersWhole(agent);
});

story("a stopped background loses nothing and uses no number twice", async (scene) => {
  const { agent, page, site } = scene;
  agent.acknowledging = false;
  await page.goto(site.url("/late"));
  const { n } = await agent.page("Morning calm");
  for (let stops = 1; stops <= 3; stops += 1) {
    const count = agent.observations.length;
    await stopBackground(scene);
    await agent.notices.until("the host's end", () => !agent.connected);
    await page.click("body");
    await agent.hello(stops);
    await agent.observation("the same again", (observation) => observation.n === n, count);
    await fence(scene);
  }
  agent.acknowledging = true;
  agent.acknowledge(n);
  await fence(scene);
  assertNumbersWhole(agent);
});

story("the extension says every 20 seconds that it is alive", async ({ agent, page, site }) => {
  await page.goto(site.url("/late"));
  const { n } = await agent.page("Morning calm");
  const before = agent.pulses.length;
  const sent = await agent.notices.until("two pulses", () => (agent.pulses.length >= before + 2 ? agent.pulses.at(-1) : null));
  assert.ok((sent ?? 0) >= n);
  assert.equal(agent.hellos.length, 1, "an idle background is not stopped while its host is there");
});

story("invariant 8: where somebody takes its access to pages away the extension breaks the connection, and is back with it", async (scene) => {
  const { agent } = scene;
  await fence(scene);
  await grantAccess(scene, false);
  await until("the connection to end", () => !agent.connected);
  const { length } = agent.hellos;
  await grantAccess(scene, true);
  await agent.hello(length);
  await fence(scene);
});
