// Every page that an officer or the supervised person sees, on a real server and agent: no fault that axe-core finds, no message
// of the browser, no sideways scrolling, at desktop width, on a phone and in the dark.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../browser/lib/browsers.mjs";
import { lastNumbered } from "../browser/lib/extension-control.mjs";
import { wavesPng } from "../browser/lib/picture-pages.mjs";
import { Site } from "../browser/lib/site.mjs";
import { openByHand } from "../browser/lib/story.mjs";
import { until } from "../browser/lib/until.mjs";
import { Officer } from "../e2e/lib/officer.mjs";
import { Pages } from "../e2e/lib/pages.mjs";
import { must, run } from "../e2e/lib/program.mjs";
import { PASSWORD, PIN, Stack, USERNAME } from "../e2e/lib/stack.mjs";
import { faults } from "./faults.mjs";

const here = dirname(fileURLToPath(import.meta.url));

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

/** A visit to the device, made and filed. @param {Stack} stack */
async function visit(stack) {
  const server = (/** @type {string[]} */ args) => must("proviso-server", ["--data-dir", stack.data, "--json", "visit", ...args]);
  const [pass, home] = ["stick", "sam"].map((name) => join(stack.folder, name));
  mkdirSync(home);
  await server(["prepare", "--case", stack.case, "--officer", USERNAME, "--out", pass]);
  const out = join(pass, "visit");
  await run("proviso-agent", ["--state-dir", stack.state, "visit", "--pass", pass, "--home", home, "--account", stack.account, "--out", out]);
  const filed = JSON.parse(await server(["file", join(out, "visit-record.json")]));
  assert.ok(filed.new && filed.device, "the record says which device it was");
}

test("no page of console or person has a fault that axe-core or the browser finds", async () => {
  const stack = await new Stack().start();
  const pages = await new Pages().start();
  await stack.admin(["officer-add", "--username", "auditor", "--name", "Auditor (invented)", "--role", "auditor"], `${PASSWORD}\n`);
  await stack.admin(["officer-add", "--username", "alex", "--name", "Alex (invented)", "--role", "administrator"], `${PASSWORD}\n`);
  await stack.admin(["officer-add", "--username", "chris", "--name", "Chris (invented)", "--role", "supervisor"], `${PASSWORD}\n`);
  const officer = await Officer.signIn(stack);
  const browser = await launch("chromium", { userDataDir: join(stack.folder, "chromium"), hostManifestPath: stack.hostManifest("chromium") });
  try {
    const [tab = await browser.newPage()] = await browser.pages();
    const none = await lastNumbered(browser);
    await tab.goto(pages.url("/plain"));
    await until("the extension to read", async () => (await lastNumbered(browser)) > none);
    await openByHand({ page: tab }, pages.url("/lantern"));
    await officer.newAlert();
    await visit(stack);
    const who = { PROVISO_USER: USERNAME, PROVISO_PASSWORD: PASSWORD, PROVISO_AUDITOR: "auditor", PROVISO_SUPERVISOR: "chris", PROVISO_ADMINISTRATOR: "alex", PROVISO_DECIDE: "1", PROVISO_PERSONAL: stack.personal };
    const { code, words } = await look([stack.console, process.env.PROVISO_PICTURES ?? join(stack.folder, "pictures")], who);
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
    await own.goto(`${stack.page()}/details/statement`);
    assert.match(await own.evaluate(() => document.body.innerText), /Nobody need write here/);
    assert.deepEqual(await faults(own), [], "where the person may write");
    await own.goto(`${stack.page()}/details/data`);
    assert.match(await own.evaluate(() => document.body.innerText), /Nobody need ask anything/);
    assert.deepEqual(await faults(own), [], "where the person may ask about their data");
    await own.setExtraHTTPHeaders({ "accept-language": "pl-PL,pl;q=0.9,en;q=0.5" });
    const polish = { "/": /To konto jest monitorowane/, "/notice": /This account on this device[^]*Program przygląda się/, "/details": /Warunki w słowach sądu/, "/details/statement": /Nikt nie musi tu pisać/, "/details/data": /Nikt nie musi o nic prosić/ };
    for (const [path, words] of Object.entries(polish)) {
      await own.goto(stack.page() + path);
      assert.match(await own.evaluate(() => document.body.innerText), words, path);
      assert.deepEqual(await faults(own), [], `${path} in Polish`);
      if (process.env.PROVISO_PICTURES) await own.screenshot({ path: join(process.env.PROVISO_PICTURES, `own-pl-${path.replaceAll("/", "_")}.png`), fullPage: true });
    }
  } finally {
    await browser.close();
    await officer.close();
    pages.stop();
    await stack.stop();
  }
});

const PORNOGRAPHY = `
[[condition]]
paragraph = "22"
text = "Must not view pornography."
kind = "pornography"
`;

/** Imports a list whose only entry looks like the picture of overlaid waves that a page of the site shows. @param {Stack} stack */
async function importLookAlike(stack) {
  const [picture, list] = ["picture.png", "list.txt"].map((name) => join(stack.folder, name));
  writeFileSync(picture, wavesPng(1, 640, 480));
  const { pdq } = JSON.parse(await must("proviso-agent", ["classify", "image", picture]));
  writeFileSync(list, `${pdq}\n`);
  const about = ["--source", "an invented source", "--date", "2026-11-01", "--licence", "none"];
  await must("proviso-server", ["--data-dir", stack.data, "hash-set", "import", list, "--name", "waves", "--format", "pdq", "--device-ok", ...about]);
}

/**
 * Presses a button and waits for the page that it leads to.
 * @param {import("puppeteer-core").Page} tab
 * @param {string} button
 */
async function press(tab, button) {
  await Promise.all([tab.waitForNavigation(), tab.click(button)]);
}

/** Width of the picture that a page shows, once it is there. @param {import("puppeteer-core").Page} tab */
async function width(tab) {
  await tab.waitForFunction(() => document.querySelector(".pv-picture img")?.naturalWidth);
  return tab.$eval(".pv-picture img", (picture) => picture.naturalWidth);
}

test("an officer sees a veiled preview, unveils the picture once, and sees it veiled again after a reload and after leaving", async () => {
  const stack = new Stack();
  const order = join(stack.folder, "order.toml");
  writeFileSync(order, readFileSync(stack.order, "utf8") + PORNOGRAPHY);
  stack.order = order;
  stack.prepare = () => importLookAlike(stack);
  await stack.start();
  const site = await new Site().start();
  const officer = await Officer.signIn(stack);
  const browser = await launch("chromium", { userDataDir: join(stack.folder, "chromium"), hostManifestPath: stack.hostManifest("chromium") });
  try {
    await until("the list on the device", async () => {
      const { hash_sets: named, hash_sets_missing: missing } = await stack.status();
      return named === 1 && missing === 0;
    });
    const [person = await browser.newPage()] = await browser.pages();
    await person.goto(site.url("/pictures/one"));
    const alert = `/alerts/${await officer.newAlert()}`;
    const tab = await officer.read(alert);
    assert.equal(await tab.$(".pv-picture"), null, "no preview before the content is opened");
    await press(tab, 'form[action$="/content"] button');
    assert.equal(await width(tab), 160);
    assert.match(await tab.$eval(".pv-picture img", (picture) => picture.alt), /^Veiled preview, grey and blurred\..*640 by 480 pixels.*PDQ distance/);
    assert.deepEqual(await faults(tab), [], "veiled");

    // With the keyboard alone.
    await tab.focus(".pv-picture button");
    await Promise.all([tab.waitForNavigation(), tab.keyboard.press("Enter")]);
    assert.equal(await width(tab), 640);
    assert.match(await tab.$eval(".pv-picture", (picture) => picture.textContent ?? ""), /Unveiled once: Officer 4412 .*You have unveiled 1 picture this week/s);
    assert.deepEqual(await faults(tab), [], "unveiled");
    await tab.reload();
    assert.equal(new URL(tab.url()).pathname, alert, "a reload leads back to the alert");
    assert.equal(await tab.$("[data-unveiled]"), null);

    await press(tab, 'form[action$="/content"] button');
    await press(tab, ".pv-picture button");
    assert.equal(await width(tab), 640);
    await tab.goto(`${stack.console}/account`);
    assert.match(await tab.evaluate(() => document.body.innerText), /You have unveiled 2 pictures this week, 2 of them today/);
    await tab.goBack();
    // A browser that kept the page gives it back without the picture, and the page loads itself anew.
    await until("the alert itself", () => new URL(tab.url()).pathname === alert);
    await tab.waitForSelector('form[action$="/content"]');
    assert.equal(await tab.$("[data-unveiled]"), null, "nor does Back show it");
  } finally {
    await browser.close();
    await officer.close();
    site.close();
    await stack.stop();
  }
});
