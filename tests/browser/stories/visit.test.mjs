// A visit by the real program to a home in which real browsers have kept their things: while they run, and after.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, constants, lstatSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../e2e/lib/program.mjs";
import { extensionFor, launchChromium, launchFirefox } from "../lib/browsers.mjs";
import { Site } from "../lib/site.mjs";
import { once } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";

const ORDER = `
reference = "T2026-0014"
kind = "shpo-conviction"
made_on = 2026-03-31
expires_on = 2099-03-30
timezone = "Europe/London"
[person]
name = "Test Person 014"
[authority]
basis = "paragraph"
paragraph = "4"
legal_basis = "Order T2026-0014, paragraph 4."
recorded_by = "Officer 4412"
recorded_on = 2026-04-01
[[condition]]
paragraph = "4"
text = "Must have monitoring software installed and operational."
kind = "monitoring-software"
[[condition]]
paragraph = "9"
text = "Must not use any device that does not keep and show the history of internet use."
kind = "keep-history"
[[condition]]
paragraph = "10"
text = "Must not delete the history of internet use."
kind = "no-history-deletion"
`;

/** @typedef {{browser: string, folder: string, has_extension?: boolean, trouble?: string, history?: {entries: number, since: number, missing: number, highest: number}}} Profile */

/** Every file below a folder: kind, rights, size, times and content; reading it changes no time. @param {string} path @returns {string[]} */
function snapshot(path) {
  const of = lstatSync(path, { bigint: true });
  const line = [path, of.mode, of.size, of.mtimeNs, of.ctimeNs];
  if (of.isDirectory()) return [line.join(" "), ...readdirSync(path).sort().flatMap((name) => snapshot(join(path, name)))];
  if (of.isSymbolicLink()) return [[...line, readlinkSync(path)].join(" ")];
  if (!of.isFile()) return [line.join(" ")];
  const file = openSync(path, constants.O_RDONLY | constants.O_NOATIME);
  const content = createHash("sha256").update(readFileSync(file)).digest("hex");
  closeSync(file);
  return [[...line, of.atimeNs, content].join(" ")];
}

once("a visit counts what real browsers keep, takes nothing ordinary for deleted, and changes no file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "proviso-visit-"));
  const home = join(folder, "sam");
  const order = join(folder, "order.toml");
  writeFileSync(order, ORDER);
  const site = await new Site().start();
  let count = 0;
  /** @returns {Promise<Profile[]>} */
  const visit = async () => {
    count += 1;
    const out = join(folder, `stick-${count}`);
    const { code, out: said, err } = await run("proviso-agent", ["--state-dir", join(folder, "none"), "visit", "--order", order, "--home", home, "--out", out, "--json"]);
    assert.equal(code, 0, err + said);
    return JSON.parse(said).facts.profiles;
  };
  const launches = [
    () => launchChromium({ userDataDir: join(home, ".config/chromium"), extensionDir: extensionFor("chromium") }),
    () => launchFirefox({ userDataDir: join(home, ".mozilla/firefox"), extensionDir: extensionFor("firefox") }),
  ];
  const browsers = [];
  try {
    for (const launch of launches) browsers.push(await launch());
    for (const browser of browsers) {
      const page = await browser.newPage();
      for (const path of ["/article", "/frame", "/article?again"]) await page.goto(site.url(path));
    }
    // Browsers write what was opened a moment later, into a log beside the history; both hold it open.
    const profiles = await until("both histories to hold what was opened", async () => {
      const found = (await visit()).filter(({ history }) => history && history.entries >= 3);
      return found.length === 2 && found;
    });
    assert.deepEqual(profiles.map(({ browser, folder: at }) => [browser, at]), [["Chromium", ".config/chromium/Default"], ["Firefox", ".mozilla/firefox/profile"]]);
    for (const { browser, history, trouble } of profiles) {
      assert.equal(trouble, undefined, browser);
      assert.ok(history && history.since === history.entries && history.missing === 0 && history.highest >= history.entries, `${browser}: ${JSON.stringify(history)}`);
    }
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    site.close();
  }
  // Processes of a browser that has ended still write into its folder for a moment.
  let before = snapshot(home);
  await until("the browsers' files to rest", async () => {
    const then = before;
    before = snapshot(home);
    return then.join() === before.join();
  });
  const profiles = await visit();
  assert.deepEqual(snapshot(home), before, "the visit changed a file");
  // Firefox has it here for as long as it runs: an extension that is put in by a test is in no profile afterwards.
  assert.deepEqual(profiles.map(({ has_extension }) => has_extension), [true, false], JSON.stringify(profiles));
  rmSync(folder, { recursive: true, force: true });
});
