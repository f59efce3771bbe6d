import assert from "node:assert/strict";
import { actOf } from "../lib/attribution.mjs";
import { ORDINARY_CASES, SECRET_CASES } from "../lib/field-cases.mjs";
import { fieldPath, SECRET_FIELDS } from "../lib/site.mjs";
import { assertNothingOf, SECRET_LETTERS } from "../lib/secrets.mjs";
import { fence, story } from "../lib/story.mjs";

story("a message typed and sent with Enter arrives as typed", async ({ agent, page, site }) => {
  await page.goto(site.url("/chat"));
  await page.type("#message", "harbour lantern tonight");
  await page.keyboard.press("Enter");
  const typed = await agent.typed("harbour lantern tonight");
  const { attribution, fact } = typed;
  assert.equal(actOf(typed), "typed");
  assert.equal(attribution.foreground, true);
  assert.ok(attribution.since_input_ms !== undefined);
  assert.equal(fact.field, "message");
  assert.equal(fact.url, site.url("/chat"));
});

story("text left standing in a field arrives after a pause, without what stood there before", async ({ agent, page, site }) => {
  await page.goto(site.url("/chat"));
  await page.click("#editor");
  await page.keyboard.press("End");
  await page.keyboard.type(" answered lantern");
  const { fact } = await agent.typed("answered lantern");
  assert.equal(fact.field, "message");
  assert.ok(!fact.text.includes("Quoted"), fact.text);
});

story("a search arrives as typed in a search field, and its address as a page", async ({ agent, page, site }) => {
  await page.goto(site.url("/search"));
  await page.type("#q", "harbour lantern");
  await page.keyboard.press("Enter");
  assert.equal((await agent.typed("harbour lantern")).fact.field, "search");
  await agent.observation("the address with the query", ({ fact }) => fact.kind === "page" && fact.url.endsWith("/results?q=harbour+lantern"));
});

story("invariant 4: passwords, payment and one-time codes never leave the extension", async (scene) => {
  const { agent, page, site } = scene;
  await page.goto(site.url("/secrets"));
  for (const id of SECRET_FIELDS.filter((field) => field !== "toggled" && field !== "swapped")) {
    await page.click(`#${id}`);
    await page.keyboard.type(SECRET_LETTERS);
    await page.keyboard.type("4929718266");
  }
  // The page shows the password as plain text, once by changing the field and once by putting another in its place.
  await page.click("#show");
  for (const id of ["toggled", "swapped"]) {
    await page.click(`#${id}`);
    await page.keyboard.type(SECRET_LETTERS);
  }
  assert.ok((await page.$eval("#toggled", (field) => /** @type {HTMLInputElement} */ (field).value)).includes(SECRET_LETTERS), "the secrets were really typed");
  // Enter, leaving the field, a pause and leaving the page are all moments at which typed text is sent.
  await page.keyboard.press("Tab");
  await page.type("#remark", "plain remark");
  await agent.typed("plain remark");
  await page.click("#password");
  await page.keyboard.press("Enter");
  await fence(scene);
  assertNothingOf(SECRET_LETTERS, agent.bytes);
  assertNothingOf("4929718266", agent.bytes);
  const typed = agent.observations.filter(({ fact }) => fact.kind === "typed");
  assert.ok(typed.every(({ fact }) => "text" in fact && "plain remark".startsWith(fact.text)), agent.summary());
});

story("what a page does to its own fields is not typed", async (scene) => {
  const { agent, page, site } = scene;
  await page.goto(site.url("/chat"));
  await page.evaluate(() => {
    const field = /** @type {HTMLTextAreaElement} */ (document.getElementById("message"));
    field.focus();
    document.execCommand("insertText", false, "made by the page");
    field.dispatchEvent(new InputEvent("input", { bubbles: true, data: "made by the page" }));
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    field.blur();
  });
  await fence(scene);
  assert.ok(!agent.bytes.includes("made by the page"));
});

story("invariant 4: each kind of secret field is known by itself", async (scene) => {
  const { agent, site } = scene;
  for (const title of Object.keys(SECRET_CASES)) {
    await typeInto(scene, site.url(fieldPath(title)), SECRET_LETTERS);
    await fence(scene);
    assert.deepEqual(agent.observations.filter(({ fact }) => fact.kind === "typed"), [], title);
  }
  assertNothingOf(SECRET_LETTERS, agent.bytes);
});

story("fields that only resemble secret ones are captured", async (scene) => {
  const { agent, site } = scene;
  for (const title of Object.keys(ORDINARY_CASES)) {
    const words = `lantern in ${title}`;
    await typeInto(scene, site.url(fieldPath(title)), words);
    await agent.typed(words);
  }
});

/** @param {import("../lib/story.mjs").Scene} scene @param {string} url @param {string} text */
async function typeInto({ page }, url, text) {
  await page.goto(url);
  if (await page.$("#show")) await page.click("#show");
  if (await page.$("#f")) await page.click("#f");
  await page.keyboard.press("End");
  await page.keyboard.type(text);
  const typed = await page.evaluate(() => {
    const active = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    return active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement ? active.value : active?.textContent ?? "";
  });
  assert.ok(typed.includes([...text][0] ?? ""), `${url}: nothing was typed`);
  await page.keyboard.press("Tab");
}
