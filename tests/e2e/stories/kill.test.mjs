// Real programs killed without warning while pages are read: whatever was shown stands in the record, once.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../../browser/lib/browsers.mjs";
import { lastNumbered } from "../../browser/lib/extension-control.mjs";
import { openByHand } from "../../browser/lib/story.mjs";
import { until } from "../../browser/lib/until.mjs";
import { must } from "../lib/program.mjs";
import { Pages } from "../lib/pages.mjs";
import { Stack } from "../lib/stack.mjs";

/** Addresses in the captured part of a bundle, whose files are stored as they are. @param {Stack} stack */
async function recorded(stack) {
  const out = join(stack.folder, `bundle-${Date.now()}.zip`);
  await stack.admin(["bundle-export", "--case", stack.case, "--out", out]);
  const said = await must("proviso-verify", [out, "--trust", join(stack.data, "trust.json")]);
  assert.match(said, /Verified\./);
  return [...readFileSync(out, "latin1").matchAll(/lantern\?visit=(\d+)\\?"/g)].map(([, visit]) => Number(visit));
}

test("chromium: server and agent are killed in turn; every page shown stands in the record once, and it verifies", async () => {
  const stack = await new Stack().start();
  const pages = await new Pages().start();
  const browser = await launch("chromium", { userDataDir: join(stack.folder, "chromium"), hostManifestPath: stack.hostManifest("chromium") });
  try {
    const [tab = await browser.newPage()] = await browser.pages();
    let visits = 0;
    // A page that is left before the extension could read it was not shown to anybody: each stays until it is captured.
    const visit = async () => {
      const before = await lastNumbered(browser);
      visits += 1;
      // By a link on the page before, as a person goes on: what came by itself would raise nothing.
      await openByHand({ page: tab }, pages.url(`/lantern?visit=${visits}`));
      await until("the page to be captured", async () => (await lastNumbered(browser)) > before);
    };
    const none = await lastNumbered(browser);
    await tab.goto(pages.url("/plain"));
    await until("the extension to read", async () => (await lastNumbered(browser)) > none);
    await visit();
    await until("the first record", () => recorded(stack).then((held) => held.length > 0, () => false));
    for (const kill of ["server", "agent", "server"]) {
      await visit();
      await (kill === "server" ? stack.server : stack.agent)?.end("SIGKILL");
      await visit();
      await (kill === "server" ? stack.serve() : stack.watch());
      await visit();
    }
    const all = Array.from({ length: visits }, (_, index) => index + 1);
    /** @type {number[]} */
    let held = [];
    const whole = async () => {
      held = await recorded(stack);
      return all.every((visit) => held.includes(visit));
    };
    await until("every page to stand in the record", whole).catch((error) => assert.deepEqual(held, all, error.message));
    assert.deepEqual(held.sort((a, b) => a - b), all, "none is missing and none is there twice");
  } finally {
    await browser.close();
    pages.stop();
    await stack.stop();
  }
});
