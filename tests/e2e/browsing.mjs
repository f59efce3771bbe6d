// What the monitoring of pictures costs somebody who browses: pages full of pictures in two browsers in turn, one with the
// extension and an agent behind it, one without; and how soon a listed picture is before an officer. Prints one JSON object a line. PROVISO_PAGES and PROVISO_LOOK_MS change how
// many pages and how long each is looked at.

import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { launch } from "../browser/lib/browsers.mjs";
import { openPopup } from "../browser/lib/extension-control.mjs";
import { DEADLINE_MS, until } from "../browser/lib/until.mjs";
import { ImageRich } from "./lib/image-rich.mjs";
import { importLists, ORDER } from "./lib/listed.mjs";
import { program } from "./lib/program.mjs";
import { withBrowser } from "./lib/scene.mjs";
import { at, visitsMs } from "./lib/visits.mjs";

// What the agent says of itself is read below.
process.env.NO_COLOR = "1";
const PAGES = Number(process.env.PROVISO_PAGES ?? 200);
const LOOK_MS = Number(process.env.PROVISO_LOOK_MS ?? 3_000);
const ADDED_PERCENT_MAX = 5;
const CPU_PERCENT_MAX = 10;
const VISITS = 15;
const INBOX_MS_MAX = 2_000;
/** Time in which somebody looks at so many pages. */
const HOUR_S = 3_600;
const TICKS_A_SECOND = 100;
const WINDOW = { chromium: ["--window-size=1280,900"], firefox: ["--width", "1280", "--height", "900"] };

/** @param {string} bench @param {number} ours @param {string} unit @param {object} [aim] */
const say = (bench, ours, unit, aim = {}) => process.stdout.write(`${JSON.stringify({ bench, ours: Math.round(ours * 100) / 100, unit, ...aim })}\n`);

/** Processor time of the agent, its hosts and its processes for pictures, seconds. */
function agentSeconds() {
  const agent = realpathSync(program("proviso-agent"));
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/exe`) !== agent) continue;
      const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").pop()?.split(" ") ?? [];
      // User and system time, its own and of children that have ended.
      for (const field of [11, 12, 13, 14]) ticks += Number(fields[field] ?? 0);
    } catch {
      // It has ended meanwhile, or is not ours to look at.
    }
  }
  return ticks / TICKS_A_SECOND;
}

/** Opens a page and gives the milliseconds until it has loaded. @param {import("puppeteer-core").Page} tab @param {string} url */
async function load(tab, url) {
  await tab.goto(url, { waitUntil: "load" });
  return tab.evaluate(() => {
    const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    return entry?.loadEventStart ?? 0;
  });
}

/** Reads on, down the page. @param {import("puppeteer-core").Page} tab */
async function read(tab) {
  for (const part of [0.5, 1]) {
    await tab.waitForFunction((ms) => performance.now() >= ms, { timeout: DEADLINE_MS }, LOOK_MS * part);
    await tab.evaluate((share) => scrollTo(0, (document.body.scrollHeight - innerHeight) * share), part);
  }
}

/**
 * Waits until the agent has decided on everything, ends it, and compares what the extension numbered with what the agent says.
 * Gives the processor time that the agent has had by then.
 * @param {"chromium" | "firefox"} name @param {import("./lib/scene.mjs").Scene} scene
 */
async function account(name, { stack, browser }) {
  const popup = await openPopup({ name, browser });
  const held = () => popup.evaluate(() => chrome.storage.session.get(null));
  const left = await until("every observation to be acknowledged", async () => {
    const stored = await held();
    return !Object.keys(stored).some((key) => key.startsWith("observation:")) && stored;
  }, 10 * DEADLINE_MS);
  const used = agentSeconds();
  await stack.agent?.end();
  const said = stack.agent?.err ?? "";
  const sum = (/** @type {RegExp} */ what) => [...said.matchAll(what)].reduce((all, [, count]) => all + Number(count), 0);
  const [observed, pictures] = [sum(/\bobserved=(\d+)/g), sum(/\bpictures=(\d+)/g)];
  const lost = sum(/\b(\d+) (?:too many at once|bytes could not be had|too large|the process that looks at them did not run)/g);
  process.stdout.write(`# ${name}: ${pictures} pictures looked at, ${lost} not and in a gap\n`);
  say(`observations in no record and in no gap, ${name}`, Number(left.last) - observed - lost, "", { ours_max: 0 });
  return used;
}

/** @param {"chromium" | "firefox"} name */
async function measure(name) {
  await withBrowser(name, async (scene) => {
    const { stack, officer, tab } = scene;
    const site = await new ImageRich().start(officer.tab);
    const plain = await launch(name, { userDataDir: join(stack.folder, `${name}-plain`), extensionDir: null, args: WINDOW[name] });
    const [beside = await plain.newPage()] = await plain.pages();
    const watched = /** @type {number[]} */ ([]);
    const alone = /** @type {number[]} */ ([]);
    try {
      for (const [warm, into] of /** @type {const} */ ([[tab, 0], [beside, 1]])) await load(warm, site.url(1_000 + into));
      const [from, used] = [performance.now(), agentSeconds()];
      for (let page = 0; page < PAGES; page += 1) {
        const visits = [async () => watched.push(await load(tab, site.url(page))), async () => alone.push(await load(beside, site.url(page)))];
        for (const visit of page % 2 === 0 ? visits : visits.reverse()) await visit();
        await read(tab);
      }
      const seconds = (performance.now() - from) / 1_000;
      const added = (/** @type {number} */ share) => (at(watched, share) / at(alone, share) - 1) * 100;
      process.stdout.write(`# ${name}: ${PAGES} pages in ${Math.round(seconds)} s, load average ${loadavg().map((load) => load.toFixed(1)).join(" ")}\n`);
      for (const [words, share] of /** @type {const} */ ([["median", 0.5], ["p95", 0.95]])) {
        say(`loading a page, ${words} of ${PAGES}, ${name}`, at(watched, share), "ms", { beside: "without the extension", theirs: at(alone, share) });
      }
      say(`added to loading a page, p95, ${name}`, added(0.95), "%", { ours_max: ADDED_PERCENT_MAX });
      const cpu = (await account(name, scene)) - used;
      say(`agent, ${PAGES} pages in an hour, ${name}`, (cpu / HOUR_S) * 100, "% of one core", { ours_max: CPU_PERCENT_MAX });
      say(`agent, ${PAGES} pages as fast as here, ${name}`, (cpu / seconds) * 100, "% of one core");
    } finally {
      await plain.close();
      site.stop();
    }
  }, { order: ORDER }, { args: WINDOW[name] });
}

/** From asking for a page with a listed picture, which has to be on the screen for a second, to the officer's open inbox. @param {"chromium" | "firefox"} name */
async function latency(name) {
  await withBrowser(name, async (scene) => {
    const taken = await visitsMs(scene, "/listed", "8", VISITS);
    say(`picture to open inbox, median of ${VISITS}, ${name}`, at(taken, 0.5), "ms", { ours_max: INBOX_MS_MAX });
    say(`picture to open inbox, slowest of ${VISITS}, ${name}`, at(taken, 1), "ms");
  }, { order: ORDER, prepare: importLists });
}

for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  if (process.argv[2] === "latency" || !process.argv[2]) await latency(name);
  if (!process.argv[2] || process.argv[2] === name) await measure(name);
}
