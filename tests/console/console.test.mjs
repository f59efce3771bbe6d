// Every page that an officer or the supervised person sees, on a real server and agent: no fault that axe-core finds, no message
// of the browser, no sideways scrolling, at desktop width, on a phone and in the dark.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../browser/lib/browsers.mjs";
import { Officer } from "../e2e/lib/officer.mjs";
import { Pages } from "../e2e/lib/pages.mjs";
import { PASSWORD, PIN, Stack, USERNAME } from "../e2e/lib/stack.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Runs look.mjs and gives its exit code and words. @param {string[]} args @param {Record<string, string>} environment */
function look(args, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(here, "look.mjs"), ...args], { env: { ...process.env, ...environment } });
    let words = "";
    child.stdout.on("data", (data) => { words += data; });
    child.stderr.on("data", (data) => { words += data; });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, words }));
  });
}

/** What axe-core finds on the page that a tab shows. @param {import("puppeteer-core").Page} tab */
async function faults(tab) {
  await tab.evaluate(AXE);
  return tab.evaluate(async (rules) => {
    const { violations: found } = await /** @type {any} */ (globalThis).axe.run(document, { runOnly: rules });
    return found.map((/** @type {any} */ fault) => `${fault.id}: ${fault.nodes.map((/** @type {any} */ node) => node.target).join(", ")}`);
  }, RULES);
}

test("no page of console or person has a fault that axe-core or the browser finds", async () => {
  const stack = await new Stack().start();
  const pages = await new Pages().start();
  await stack.admin(["officer-add", "--username", "auditor", "--name", "Auditor (invented)", "--role", "auditor"], `${PASSWORD}\n`);
  const officer = await Officer.signIn(stack);
  const browser = await launch("chromium", { userDataDir: join(stack.folder, "chromium"), hostManifestPath: stack.hostManifest("chromium") });
  try {
    const [tab = await browser.newPage()] = await browser.pages();
    await tab.goto(pages.url("/lantern"));
    await officer.newAlert();
    const who = { PROVISO_USER: USERNAME, PROVISO_PASSWORD: PASSWORD, PROVISO_AUDITOR: "auditor", PROVISO_DECIDE: "1" };
    const { code, words } = await look([stack.console, join(stack.folder, "pictures")], who);
    assert.equal(code, 0, words);
    const own = await officer.browser.newPage();
    for (const path of ["/", "/notice", "/details"]) {
      await own.goto(stack.page() + path);
      assert.deepEqual(await faults(own), [], path);
    }
    await own.type("input[name=pin]", PIN);
    await Promise.all([own.waitForNavigation(), own.click("button")]);
    assert.match(await own.evaluate(() => document.body.innerText), /Not to search on the internet for tide bells/, "the court's words, behind the PIN");
    assert.deepEqual(await faults(own), [], "the details");
  } finally {
    await browser.close();
    await officer.close();
    pages.stop();
    await stack.stop();
  }
});
