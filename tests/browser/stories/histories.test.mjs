// The real helper reads what real browsers keep, while they run and after, and the real engine says what became of it.

import assert from "node:assert/strict";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { must } from "../../e2e/lib/program.mjs";
import { launchChromium, launchFirefox } from "../lib/browsers.mjs";
import { inFirefox } from "../lib/extension-control.mjs";
import { FakeSessionAgent } from "../lib/fake-session-agent.mjs";
import { BROWSERS } from "../lib/scene.mjs";
import { Site } from "../lib/site.mjs";
import { once } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";

const ORDER = `
reference = "T2026-0034"
kind = "shpo-conviction"
made_on = 2026-03-31
expires_on = 2099-03-30
timezone = "Europe/London"
[person]
name = "Test Person 034"
[authority]
basis = "paragraph"
paragraph = "4"
legal_basis = "Order T2026-0034, paragraph 4."
recorded_by = "Officer 4412"
recorded_on = 2026-04-01
[[condition]]
paragraph = "10"
text = "Must not delete the history of internet use."
kind = "no-history-deletion"
`;

/** @typedef {import("puppeteer-core").Browser} Browser */

/** What the engine finds between two readings of one profile. @param {string} order @param {any} before @param {any} after */
async function found(order, before, after) {
  const fact = { kind: "history", browser: after.browser, profile: after.profile, before: before.reading, after: after.reading };
  const observation = { observed_at: after.reading.at, source: "histories", account: "sam", attribution: { act: "unknown", foreground: false }, fact };
  const out = await must("proviso-agent", ["evaluate", "--order", order], `${JSON.stringify(observation)}\n`);
  return out.split("\n").filter(Boolean).map((line) => JSON.parse(line)).flatMap((line) => line.findings ?? [line]);
}

/** An extension that may delete history: the browser itself does it, as for the person. @param {string} folder */
function historyExtension(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ manifest_version: 3, name: "h", version: "1", permissions: ["history"], background: { service_worker: "w.js" } }));
  writeFileSync(join(folder, "w.js"), "");
  return folder;
}

/** @param {Browser} browser @param {string} expression */
async function inChromium(browser, expression) {
  const target = await browser.waitForTarget((one) => one.type() === "service_worker");
  await (await target.worker())?.evaluate(expression);
}

const places = 'ChromeUtils.importESModule("resource://gre/modules/PlacesUtils.sys.mjs").PlacesUtils.history';

const KEEPERS = [
  {
    name: "Chromium",
    at: ".config/chromium/Default",
    /** @param {string} home @param {string} folder */
    start: (home, folder) => launchChromium({ userDataDir: join(home, ".config/chromium"), extensionDir: historyExtension(join(folder, "extension")) }),
    /** @param {Browser} browser @param {string} url */
    forget: (browser, url) => inChromium(browser, `chrome.history.deleteUrl({ url: ${JSON.stringify(url)} })`),
    /** @param {Browser} browser */
    clear: (browser) => inChromium(browser, "chrome.history.deleteAll()"),
  },
  {
    name: "Firefox",
    at: ".mozilla/firefox/profile",
    /** @param {string} home */
    start: (home) => launchFirefox({ userDataDir: join(home, ".mozilla/firefox"), extensionDir: null }),
    /** @param {Browser} browser @param {string} url */
    forget: (browser, url) => inFirefox(browser, `${places}.remove(${JSON.stringify(url)}).then(() => true)`),
    /** @param {Browser} browser */
    clear: (browser) => inFirefox(browser, `${places}.clear().then(() => true)`),
  },
];

for (const { name, at, start, forget, clear } of KEEPERS.filter((one) => BROWSERS.some((name) => name === one.name.toLowerCase()))) {
  test(`${name}: what is visited, closed and opened again is no finding, a page and a history that are removed are, and no address leaves`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "proviso-histories-"));
    const home = join(folder, "sam");
    const order = join(folder, "order.toml");
    writeFileSync(order, ORDER);
    const site = await new Site().start();
    let browser = await start(home, folder);
    const agent = await new FakeSessionAgent().start(join(folder, "state"), home);
    /** @param {string} what @param {(reading: any) => boolean} is */
    const reads = (what, is) => until(`${name}: ${what}`, async () => {
      const one = (await agent.histories()).get(name);
      return one && is(one.reading) && one;
    });
    /** @param {string[]} paths */
    const visit = async (paths) => {
      const page = await browser.newPage();
      for (const path of paths) await page.goto(site.url(path));
      return page;
    };
    try {
      await visit(["/article", "/frame", "/article?again"]);
      const first = await reads("what was opened", ({ entries }) => entries >= 3);
      assert.equal(first.profile, at);
      const page = await visit(["/article?more", "/frame?more"]);
      await page.reload();
      // Nothing is asked of this page afterwards: one that a browser kept has no load to wait for.
      await page.evaluate(() => history.back()).catch(() => undefined);
      const more = await reads("what was opened then", ({ entries }) => entries >= first.reading.entries + 2);
      assert.deepEqual(await found(order, first, more), [], "visiting, going back and loading again");

      await forget(browser, site.url("/frame"));
      const less = await reads("one page less", ({ entries }) => entries < more.reading.entries);
      const [one, ...others] = await found(order, more, less);
      assert.equal(others.length, 0);
      assert.ok(one && one.rule === "state/history-deleted" && one.paragraph === "10", JSON.stringify(one));
      assert.match(one.explanation, /gone while older ones were still there/);

      await browser.close();
      browser = await start(home, folder);
      await visit(["/article?later"]);
      const again = await reads("what was opened after", ({ entries }) => entries > less.reading.entries);
      assert.deepEqual(await found(order, less, again), [], "closing and opening the browser");

      await clear(browser);
      const none = await reads("nothing", ({ entries }) => entries === 0);
      assert.equal(none.reading.made_anew ?? false, name === "Chromium");
      const [all] = await found(order, again, none);
      assert.match(all?.explanation ?? "", /all that was there/);
    } finally {
      await browser.close();
      await agent.stop();
      site.close();
    }
    const sent = Buffer.concat(agent.bytes).toString("latin1");
    for (const word of ["http", "127.0.0.1", "localhost", "article", "frame"]) assert.ok(!sent.includes(word), `${word} was sent`);
    assert.ok(!existsSync(join(home, ".cache/proviso-session")), "the copies are gone");
    rmSync(folder, { recursive: true, force: true });
  });
}

once("a history that Chromium finds damaged and makes anew is no finding", async () => {
  const folder = mkdtempSync(join(tmpdir(), "proviso-histories-"));
  const home = join(folder, "sam");
  const order = join(folder, "order.toml");
  writeFileSync(order, ORDER);
  const site = await new Site().start();
  const agent = await new FakeSessionAgent().start(join(folder, "state"), home);
  /** Opens pages until they are in the history, and closes the browser. @param {string[]} paths */
  const use = async (paths) => {
    const browser = await launchChromium({ userDataDir: join(home, ".config/chromium"), extensionDir: null });
    try {
      const page = await browser.newPage();
      for (const path of paths) await page.goto(site.url(path));
      return paths.length > 0 && await until("what was opened", async () => {
        const one = (await agent.histories()).get("Chromium");
        return one && one.reading.entries >= paths.length && one;
      });
    } finally {
      await browser.close();
    }
  };
  try {
    const before = await use(["/article", "/frame", "/article?again"]);
    const file = openSync(join(home, ".config/chromium/Default/History"), "r+");
    writeSync(file, Buffer.alloc(80_000, "junk"), 0, 80_000, 4_096);
    closeSync(file);
    // Chromium empties it in place, keeps none for as long as it runs, and begins anew at its next start.
    await use([]);
    const after = await use(["/article"]);
    assert.ok(before && after && after.reading.entries < before.reading.entries && !after.reading.made_anew, JSON.stringify(after));
    assert.deepEqual(await found(order, before, after), []);
  } finally {
    await agent.stop();
    site.close();
  }
  rmSync(folder, { recursive: true, force: true });
});
