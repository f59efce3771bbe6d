// Opens every page of a running console in Chromium, checks it with axe-core, and takes pictures.
// How to run it: tests/console/README.md.
import { execSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { orders } from "./orders.mjs";

const [base = "http://localhost:8099", out = "/tmp/console-look"] = process.argv.slice(2);
const username = process.env.PROVISO_USER ?? "om1";
const password = process.env.PROVISO_PASSWORD ?? "correct horse battery";
const require = createRequire(process.env.PROVISO_NODE ? `${process.env.PROVISO_NODE}/` : import.meta.url);
const { launch } = require("puppeteer-core");
const axeSource = require("node:fs").readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(out, { recursive: true });

const views = [
  { name: "desktop", width: 1280, height: 900, dark: false },
  { name: "mobile", width: 390, height: 844, dark: false },
  { name: "dark", width: 1280, height: 900, dark: true },
];
const faults = [];

const browser = await launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  acceptInsecureCerts: true,
  userDataDir: mkdtempSync(join(tmpdir(), "console-look-")),
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage();
await page.setBypassCSP(false);
page.on("console", (line) => {
  if (["error", "warn"].includes(line.type())) faults.push(`console on ${page.url()}: ${line.text()}`);
});
page.on("pageerror", (error) => faults.push(`script on ${page.url()}: ${error.message}`));

async function look(name) {
  for (const view of views) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: view.dark ? "dark" : "light" }]);
    await page.setViewport({ width: view.width, height: view.height });
    await page.screenshot({ path: join(out, `${name}-${view.name}.png`), fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) faults.push(`${name} ${view.name}: the page scrolls sideways by ${wide}px`);
    // Isolated world: the page's own policy stays as strict as it is.
    const client = await page.createCDPSession();
    const { frameTree } = await client.send("Page.getFrameTree");
    const { executionContextId } = await client.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
    await client.send("Runtime.evaluate", { contextId: executionContextId, expression: axeSource });
    const { result } = await client.send("Runtime.evaluate", {
      contextId: executionContextId, awaitPromise: true, returnByValue: true,
      expression: "axe.run(document, { runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'] }).then(r => r.violations.map(v => v.impact + ' ' + v.id + ': ' + v.nodes.map(n => n.target + ' ' + (n.any[0]?.message ?? '')).join(' | ')))",
    });
    for (const text of result.value ?? ["axe did not answer"]) faults.push(`${name} ${view.name}: ${text}`);
    await client.detach();
  }
}

async function go(path) { await page.goto(base + path, { waitUntil: "load" }); }
async function press(selector) {
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);
}
async function signIn(name) {
  await go("/sign-in");
  await page.type("#username", name);
  await page.type("#password", password);
  await press("main button");
}

await go("/sign-in");
await look("sign-in");
await page.type("#username", username);
await page.type("#password", "not the password");
await press("main button");
await look("sign-in-wrong");
await signIn(username);
await look("inbox");
if (process.env.PROVISO_RAISE) {
  // A command that makes one new alert: it must appear without a reload, be announced, and move nothing.
  const alerts = () => page.$$eval("[data-alerts]", (rows) => rows.flatMap((row) => row.dataset.alerts.split(",")).length);
  const before = await alerts();
  await page.setViewport({ width: 1280, height: 420 });
  const link = await page.$("[data-alert] h3 a");
  await link?.focus();
  const scroll = await page.evaluate(() => { window.stillTheSamePage = true; window.scrollTo(0, 40); return window.scrollY; });
  const started = Date.now();
  execSync(process.env.PROVISO_RAISE, { stdio: "ignore" });
  await page.waitForFunction((n) => [...document.querySelectorAll("[data-alerts]")].flatMap((row) => row.dataset.alerts.split(",")).length === n + 1, { timeout: 60000 }, before);
  const took = Date.now() - started;
  const after = await page.evaluate(() => ({
    same: window.stillTheSamePage === true, scroll: window.scrollY, said: document.querySelector("[data-live]").textContent,
    focused: document.activeElement?.closest("[data-alert]") !== null,
  }));
  if (!after.same || scroll !== 40 || after.scroll !== 40 || after.said !== "1 new alert" || after.focused !== (link !== null)) {
    faults.push(`live inbox: ${JSON.stringify(after)}`);
  }
  process.stdout.write(`a new alert was on the open inbox after ${took} ms\n`);
  await look("inbox-live");
}
await go("/inbox/help");
await look("inbox-help");
await go("/?q=is%3Anew+paragraph%3A4");
await look("inbox-filtered");
await go("/?q=is%3Alost");
await look("inbox-filter-wrong");
for (const act of ["rest", "assign", "take"]) {
  await go("/");
  // A row that is to be looked at now has no box to tick.
  if (!await page.$("[data-alert] input[type=checkbox]")) break;
  await page.click("[data-alert] input[type=checkbox]");
  await page.select("#bulk-do", act);
  await press("#bulk button");
  await look(`inbox-${act}`);
}
await go("/");
const folded = await page.$eval("a[href^='/inbox/rows/']", (link) => link.getAttribute("href")).catch(() => "");
if (folded) {
  await go(folded);
  await look("row");
  await press('form[action$="/content"] button');
  await look("row-content");
}
await go("/");
let alert = "";
for (const href of await page.$$eval("[data-alert] h3 a", (links) => links.map((link) => link.getAttribute("href")).filter((href) => href.startsWith("/alerts/")))) {
  await go(href);
  alert = href;
  if (await page.$('form[action$="/content"]')) break; // a state, such as a private window, has no content to open
}
await look("alert");
await page.click('form[action$="/bundle"] summary');
await page.click("#leave-out-passage");
await look("bundle-form");
await page.click('form[action$="/bundle"] summary');
await press('form[action$="/content"] button');
await look("content");
await press('form[action$="/decision"] button');
await look("decision-wrong");
await page.click('input[value="suspected-breach"]');
await page.type("#reason", "Read the passage; it uses the scheduled words. To be put to the person at the next visit.");
await press('form[action$="/decision"] button');
await look("confirm");
if (process.env.PROVISO_DECIDE) {
  await press("main form button");
  await look("decided");
}
await page.setJavaScriptEnabled(false);
await go(alert);
await press('form[action$="/content"] button');
if (await page.$(".pv-content") === null) faults.push("without scripts the content does not open");
await page.setJavaScriptEnabled(true);
await go("/people");
await look("people");
await press(".pv-row a");
await look("person");
const person = page.url();
await press('a[href*="/devices/"]');
await look("device");
await press("form.pv-ask button");
await look("device-answer");
await page.goto(person, { waitUntil: "load" });
await press('form[action$="/enrolment-code"] button');
await look("code");
const visit = await page.goto(person, { waitUntil: "load" }).then(() => page.$('a[href*="/visits/"]'));
if (visit) {
  await press('a[href*="/visits/"]');
  await look("visit");
}
await page.goto(`${person}/visit-pack`, { waitUntil: "load" });
await look("visit-pack");
await page.goto(`${person}/visit-record`, { waitUntil: "load" });
await look("visit-form");
await page.setJavaScriptEnabled(false);
await page.click("#met-seen");
await page.type("#present", "Two officers; a support worker");
await page.type("#seen", "Both rooms were shown. The tablet was charging. An invented sentence.");
await page.click('input[value="working"]');
if (await page.$("#answer-0")) await page.type("#answer-0", "It was at a repair shop; a receipt was shown.");
await page.$eval("#due-0", (field) => { field.value = "2026-12-01"; });
await press('form[action$="/visit-record"] button');
await page.setJavaScriptEnabled(true);
await look("visit-form-wrong");
await page.type("#agreed-0", "Show the receipt of the new laptop");
await press('form[action$="/visit-record"] button');
await look("visit-recorded");
await page.goto(`${person}/visit-pack`, { waitUntil: "load" });
await look("visit-pack-next");
await page.goto(`${person}/text`, { waitUntil: "load" });
await look("case-text");
await page.goto(person, { waitUntil: "load" });
await look("person-visited");
await page.goto(`${person}/duties`, { waitUntil: "load" });
await look("duties-none");
await page.type("#what", "A new telephone, seen in its box");
await page.type("#note", "An invented note.");
await page.$eval("#due", (field) => { field.value = "2026-11-01"; });
await press('form[action$="/duties"] button');
await look("duties");
await go("/planner");
await look("planner");
if (process.env.PROVISO_PERSONAL) {
  await page.goto(person, { waitUntil: "load" });
  await press('form[action$="/personal-link"] button');
  await look("personal-link");
  const path = new URL(await page.$eval(".pv-address code", (place) => place.textContent)).pathname;
  const code = await page.$eval(".pv-code", (place) => place.textContent);
  const own = async (place, text) => {
    await page.goto(process.env.PROVISO_PERSONAL + place, { waitUntil: "load" });
    if (text) await page.type("#code", text);
  };
  /** The page is in that language and says that. */
  const says = async (lang, words) => {
    const [found, text] = await page.evaluate(() => [document.documentElement.lang, document.body.innerText]);
    if (found !== lang || !text.includes(words)) faults.push(`${page.url()} is in ${found}, not ${lang} with "${words}"`);
  };
  await own(path, "00000-00000");
  await press("main button");
  await look("personal-code");
  await says("en", "The code is not right");
  await press('a[hreflang="pl"]');
  await says("pl", "Wpisz swój kod");
  await look("personal-code-pl");
  await page.type("#code", code);
  await press("main button");
  await says("pl", "Czemu się przygląda");
  await look("personal-page-pl");
  await press('a[hreflang="ro"]');
  await says("ro", "La ce se uită");
  await look("personal-page-ro");
  await press('a[hreflang="en"]');
  await look("personal-page");
  await own("/page/statement?lang=pl");
  await says("pl", "Nikt nie musi tu pisać");
  await own("/page/statement?lang=en");
  await look("personal-statement");
  await page.type("#text", "An advertisement opened it. This is an invented sentence.");
  await press("main button");
  await look("personal-written");
  await own("/page");
  await press('form[action="/page/close"] button');
  await look("personal-closed");
  await go("/");
}
await go("/account");
await look("account");
await go("/account/notifications");
await look("notifications");
await page.$eval("#email", (field) => { field.value = "pat@police.example"; });
await page.$eval("#quiet-from", (field) => { field.value = "20:00"; });
await press('form[action="/account/notifications"] button');
await look("notifications-wrong");
await page.$eval("#quiet-until", (field) => { field.value = "07:00"; });
await press('form[action="/account/notifications"] button');
await look("notifications-kept");
await go("/no-such-page");
await look("missing");
faults.splice(0, faults.length, ...faults.filter((fault) => !/no-such-page.*404|sign-in: Failed.*403|decision: Failed.*422|visit-record: Failed.*422|notifications: Failed.*422|link\/.*: Failed.*403/.test(fault)));
if (process.env.PROVISO_AUDITOR) {
  await go("/account");
  await press('form[action="/sign-out"] button');
  await signIn(process.env.PROVISO_AUDITOR);
  await look("audit");
  await page.select("#kind", "consultation");
  await press('form[action="/audit"] button');
  await look("audit-search");
}
if (process.env.PROVISO_SUPERVISOR) {
  await go("/account");
  await press('form[action="/sign-out"] button');
  await signIn(process.env.PROVISO_SUPERVISOR);
  await go("/people");
  await press(".pv-row a");
  await look("why");
  await press('button[value="supervision"]');
  if (!/\/people\/[^/]+$/.test(page.url())) faults.push(`after saying why the officer is at ${page.url()}`);
  await go("/cover");
  await look("cover");
  const chosen = await page.$$eval("#officer option", (options) => options.map((option) => option.value).filter(Boolean));
  await page.select("#officer", chosen[0]);
  await page.select("#covered-by", chosen[0]);
  for (const [field, value] of [["#from", "2026-12-01T08:00"], ["#until", "2099-01-04T08:00"]]) await page.$eval(field, (box, text) => { box.value = text; }, value);
  await press('form[action="/cover"] button');
  await look("cover-wrong");
  faults.splice(0, faults.length, ...faults.filter((fault) => !/cover: Failed.*422/.test(fault)));
  const case_ = new URL(person).pathname;
  for (const [name, path] of Object.entries({ team: "/workload", rules: "/rules", "second-looks": "/blind-reviews", caseload: "/caseload", conflicts: "/conflicts", retention: "/retention", "person-retention": `${case_}/retention`, rights: "/rights", "person-rights": `${case_}/rights` })) {
    await go(path);
    await look(name);
  }
}
if (process.env.PROVISO_SUPERVISOR) {
  await go("/account");
  await press('form[action="/sign-out"] button');
  await signIn(username);
  await orders({ page, look, go, signIn, press, user: username, supervisor: process.env.PROVISO_SUPERVISOR, faults });
}
if (process.env.PROVISO_ADMINISTRATOR) {
  await go("/account");
  await press('form[action="/sign-out"] button');
  await signIn(process.env.PROVISO_ADMINISTRATOR);
  await go("/updates");
  await look("updates");
  await go("/account");
  await look("account-administrator");
}
await browser.close();

process.stdout.write(faults.length ? `${[...new Set(faults)].join("\n")}\n` : "every page: no fault found\n");
process.exit(faults.length ? 1 : 0);
