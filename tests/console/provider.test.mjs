// Signing in at the force's own OpenID Connect provider: a real one, in real Chromium.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { must } from "../e2e/lib/program.mjs";
import { USERNAME } from "../e2e/lib/stack.mjs";
import { faults } from "./faults.mjs";
import { ForceAccounts } from "./provider.mjs";
import { browserAt, consoleAlone, press, words } from "./signed-in.mjs";

const SECRET = "an-invented-secret-of-a-client";

/** Signs in at the provider's own page. @param {import("puppeteer-core").Page} tab @param {string} account */
async function as(tab, account) {
  await tab.waitForSelector("#account");
  await tab.type("#account", account);
  await tab.click("button");
}

test("the provider vouches for whom an administrator linked, for both factors only if the settings say so, and again before evidence leaves", async () => {
  const accounts = await new ForceAccounts().open();
  const stack = await consoleAlone((stack) => {
    writeFileSync(join(stack.folder, "oidc.secret"), `${SECRET}\n`);
    return `require_second_factor = true\n[oidc]\nissuer = "${accounts.issuer}"\nclient_id = "proviso"\nclient_secret_file = "${join(stack.folder, "oidc.secret")}"\nsecond_factor_amr = ["otp"]\n`;
  });
  accounts.serve(stack.console, SECRET);
  const admin = (/** @type {string[]} */ args) => must("proviso-server", ["--config", stack.settings ?? "", "--data-dir", stack.data, "--json", "admin", ...args]);
  const browser = await browserAt(stack);
  try {
    const tab = await browser.newPage();
    const devtools = await tab.createCDPSession();
    const forgotten = () => devtools.send("Network.clearBrowserCookies");
    await tab.goto(`${stack.console}/sign-in?next=/people`);
    assert.match(await words(tab), /Sign in with your force account/);
    assert.deepEqual(await faults(tab), [], "the sign-in page");
    await press(tab, "a[href^='/sign-in/provider']");
    const asked = new URL(tab.url());
    await as(tab, "account-0147");
    await tab.waitForSelector("#username");
    assert.match(await words(tab), /not linked to an officer here/, "nobody becomes an officer by signing in");

    await admin(["officer-link", "--username", USERNAME, "--subject", "account-0147"]);
    await assert.rejects(admin(["officer-link", "--username", USERNAME, "--subject", "account-0147"]), /linked to an officer already/);
    await press(tab, "a[href^='/sign-in/provider']");
    await tab.waitForFunction(() => location.pathname === "/second-factor");
    assert.match(await words(tab), /lets nobody work here without/, "one factor there is one factor here");

    await forgotten();
    accounts.amr = ["pwd", "otp"];
    let back = "";
    tab.on("request", (request) => { if (request.url().startsWith(`${stack.console}/sign-in/provider/back`)) back = request.url(); });
    await tab.goto(`${stack.console}/sign-in?next=/people`);
    await press(tab, "a[href^='/sign-in/provider']");
    await as(tab, "account-0147");
    await tab.waitForFunction(() => location.pathname === "/people");
    assert.match(await words(tab), /People/, "where the officer wanted to go");

    // The answer counts once, and in no other browser.
    assert.match(back, /code=/);
    const other = await browser.createBrowserContext();
    const thief = await other.newPage();
    await thief.goto(back);
    assert.match(await words(thief), /did not work/);
    await thief.goto(`${stack.console}/sign-in/provider/back?code=abc&state=${asked.searchParams.get("state") ?? ""}`);
    assert.match(await words(thief), /did not work/);
    await other.close();

    await tab.goto(`${stack.console}/confirm?next=/account`);
    assert.deepEqual(await faults(tab), [], "confirming");
    await press(tab, "a[href^='/confirm/provider']");
    await as(tab, "account-0148");
    await tab.waitForSelector("#username");
    assert.match(await words(tab), /not linked|did not work/, "somebody else at the provider is not this officer");
    await tab.goto(`${stack.console}/confirm?next=/account`);
    await press(tab, "a[href^='/confirm/provider']");
    await as(tab, "account-0147");
    await tab.waitForFunction(() => location.pathname === "/account");

    await admin(["officer-unlink", "--username", USERNAME]);
    await tab.goto(`${stack.console}/people`);
    assert.equal(new URL(tab.url()).pathname, "/sign-in", "the session ended with the link");
    assert.doesNotMatch(stack.server?.err ?? "", new RegExp(`${SECRET}|account-014`), "no log holds the secret or who somebody is there");
  } finally {
    await browser.close();
    await stack.stop();
    await accounts.stop();
  }
});
