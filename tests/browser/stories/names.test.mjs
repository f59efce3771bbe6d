import assert from "node:assert/strict";
import { actOf } from "../lib/attribution.mjs";
import { NOTHING } from "../lib/fake-agent.mjs";
import { assertNothingOf, SECRET_LETTERS } from "../lib/secrets.mjs";
import { fence, story } from "../lib/story.mjs";

story("the name in a form for signing in that a person sends arrives, and neither the password nor any other form does", async (scene) => {
  const { agent, page, site } = scene;
  agent.say({ capture: { ...NOTHING, addresses: true, names: true, recipients: true } });
  const name = (/** @type {string} */ wanted) => agent.observation(`the name ${wanted}`, ({ fact }) => fact.kind === "name" && fact.called === wanted);

  await page.goto(site.url("/sign-in"));
  await page.type("#user", "lantern-7");
  await page.type("#password", SECRET_LETTERS);
  await page.keyboard.press("Enter");
  const typed = await name("lantern-7");
  assert.deepEqual(typed.fact, { kind: "name", url: site.url("/sign-in"), called: "lantern-7", how: "sign-in", typed: true });
  assert.equal(actOf(typed), "typed");

  await page.goto(site.url("/filled"));
  await page.click("#go");
  assert.equal(actOf(await name("old-heron")), "shown");

  await page.goto(site.url("/register"));
  await page.type("#given", "Testperson");
  await page.type("#shown", "Grey Heron");
  await page.type("#mail", "heron@post.example");
  await page.click("#go");
  await name("Grey Heron");
  await name("heron@post.example");

  await page.goto(site.url("/compose"));
  await page.type("#to", "Noor <noor@post.example>, +44 7700 900123");
  await page.type("#letter", "the tide is out");
  await page.click("#go");
  const sender = await name("Quay <quay@post.example>");
  assert.equal(sender.fact.kind === "name" && sender.fact.how, "sender");

  await page.goto(site.url("/newsletter"));
  await page.type("#mail", "news@post.example");
  await page.click("#go");
  await page.goto(site.url("/sent-by-page"));

  await page.goto(site.url("/quay"));
  await page.type("#message", "they are, by the pier");
  await page.keyboard.press("Enter");
  const author = await name("quay-walker");
  assert.equal(author.fact.kind === "name" && author.fact.how, "author");

  await fence(scene);
  assertNothingOf(SECRET_LETTERS, agent.bytes);
  for (const words of ["filled-in", "Testperson", "news@post.example", "made-by-page", "by the pier", "the tide is out", "kit"]) {
    assert.ok(!agent.observations.some((one) => JSON.stringify(one).includes(`"${words}`)), `${words}: ${agent.summary()}`);
  }
  const told = agent.observations.map(({ fact }) => (fact.kind === "name" ? fact.called : fact.kind));
  assert.deepEqual(told.filter((what) => what !== "page"), ["lantern-7", "old-heron", "Grey Heron", "heron@post.example", "Noor <noor@post.example>", "+44 7700 900123", "Quay <quay@post.example>", "quay-walker"]);
});
