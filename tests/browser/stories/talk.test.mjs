import assert from "node:assert/strict";
import { actOf } from "../lib/attribution.mjs";
import { fence, openByHand, story } from "../lib/story.mjs";

/** @typedef {import("../../../extension/src/protocol.js").MessagesFact} MessagesFact */

/** @param {import("../lib/story.mjs").Scene} scene @param {string} text @param {(message: import("../../../extension/src/protocol.js").Message) => boolean} [is] */
async function message({ agent }, text, is = () => true) {
  const observation = await agent.observation(`the message "${text}"`, ({ fact }) => fact.kind === "messages" && fact.messages.some((one) => one.text === text && is(one)));
  const fact = /** @type {MessagesFact} */ (observation.fact);
  const found = fact.messages.find((one) => one.text === text && is(one));
  assert.ok(found);
  return { observation, fact, message: found };
}

story("a chat is read message by message, the account's own apart from others', and not again as text of the page", async (scene) => {
  const { agent, page, site } = scene;
  await openByHand(scene, site.url("/room"), site.url("/results"));
  const first = await message(scene, "the gulls are loud");
  assert.equal(first.fact.channel, "Room 7");
  assert.equal(first.message.author, "kit");
  assert.equal(first.message.own, false);
  assert.equal(first.message.time, "2026-11-24T10:01:00Z");
  assert.equal((await message(scene, "they are, down by the pier")).message.own, true, "the other side of the page is the account's own");

  await page.type("#message", "shall we meet at the lamp");
  await page.keyboard.press("Enter");
  const sent = await message(scene, "shall we meet at the lamp", (one) => one.unsent !== true);
  assert.equal(sent.message.typed, true);
  assert.equal(sent.message.own, true);
  assert.equal(actOf(sent.observation), "typed");
  await page.click("#answer");
  const answer = await message(scene, "see you at the lamp");
  assert.deepEqual([answer.message.own, answer.message.typed, answer.message.author], [false, undefined, "kit"]);
  assert.equal(actOf(answer.observation), "received");
  assert.ok(answer.message.index > sent.message.index);
  await fence(scene);
  const asPage = agent.observations.filter(({ fact }) => fact.kind === "page" && fact.text.includes("gulls"));
  assert.deepEqual(asPage, []);
  const gulls = agent.observations.filter(({ fact }) => fact.kind === "messages" && fact.messages.some((one) => one.text === "the gulls are loud"));
  assert.equal(gulls.length, 1, "a message is sent once");
});

story("a chat that is drawn anew under another query or fragment is not captured again", async (scene) => {
  const { agent, page, site } = scene;
  await openByHand(scene, site.url("/room"), site.url("/results"));
  await message(scene, "they are, down by the pier");
  for (const address of ["/room?seen=2", "/room?seen=2#latest"]) {
    await page.evaluate((next) => {
      history.pushState({}, "", next);
      const log = /** @type {Element} */ (document.querySelector("#log"));
      log.innerHTML = String(log.innerHTML);
    }, address);
    // The page is captured anew: by then its conversation has been read.
    await agent.observation(`the page ${address}`, ({ fact }) => fact.kind === "page" && fact.url.endsWith(address.split("#")[0] ?? ""));
  }
  await page.click("#answer");
  const answer = await message(scene, "see you at the lamp");
  assert.equal(actOf(answer.observation), "received", "a message that comes later is not what opening the page showed");
  await fence(scene);
  const gulls = agent.observations.filter(({ fact }) => fact.kind === "messages" && fact.messages.some((one) => one.text === "the gulls are loud"));
  assert.equal(gulls.length, 1);
});

story("a forum thread is read post by post with its authors; nobody's side is guessed", async (scene) => {
  const { page, site } = scene;
  await page.goto(site.url("/thread"));
  const { fact } = await message(scene, "Post 1 about harbour paint");
  assert.equal(fact.channel, "Painting the boat shed");
  assert.deepEqual(fact.messages.map(({ author, own, time, text }) => ({ author, own, time, text })), [
    { author: "Test Person 31", own: undefined, time: "2026-11-20", text: "Post 0 about harbour paint" },
    { author: "Test Person 32", own: undefined, time: "2026-11-21", text: "Post 1 about harbour paint" },
    { author: "Test Person 31", own: undefined, time: "2026-11-22", text: "Post 2 about harbour paint" },
  ]);
});

story("without a condition that reads conversations none is read", async (scene) => {
  const { agent, page, site } = scene;
  await agent.say({ capture: { pages: true, addresses: true, typed: false, searches: true, messages: false, private_windows: false, software: false } });
  await page.goto(site.url("/room"));
  await agent.page("the gulls are loud");
  await fence(scene);
  assert.deepEqual(agent.observations.filter(({ fact }) => fact.kind === "messages"), []);
});
