// Passkeys in real Chromium, with its virtual authenticator: registered, signed in with, confirmed with, refused when nobody verified or when the
// count goes back, and removed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEADLINE_MS } from "../browser/lib/until.mjs";
import { PASSWORD, USERNAME } from "../e2e/lib/stack.mjs";
import { faults } from "./faults.mjs";
import { browserAt, consoleAlone, press, words } from "./signed-in.mjs";

/** Uses a passkey and waits for what the page then says. @param {import("puppeteer-core").Page} tab @param {RegExp} says */
async function refusedWith(tab, says) {
  await tab.click("#use");
  await tab.waitForFunction((source) => new RegExp(source).test(document.body.innerText), { timeout: DEADLINE_MS }, says.source);
}

test("an officer sets up a passkey and signs in, confirms and is refused with it as it should be", async () => {
  const stack = await consoleAlone(() => "require_second_factor = true\n");
  const browser = await browserAt(stack);
  try {
    const tab = await browser.newPage();
    const said = [];
    tab.on("console", (message) => { if (message.type() === "error" && !/status of 403/.test(message.text())) said.push(message.text()); });
    const devtools = await tab.createCDPSession();
    await devtools.send("WebAuthn.enable");
    const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });

    await tab.goto(`${stack.console}/`);
    assert.deepEqual(await faults(tab), [], "signing in");
    await tab.type("#username", USERNAME);
    await tab.type("#password", PASSWORD);
    await press(tab, "form button[type=submit]");
    assert.match(await words(tab), /lets nobody work here without/);
    await press(tab, "a[href='/passkeys']");
    assert.match(await words(tab), /You have none/);
    assert.deepEqual(await faults(tab), [], "none yet");
    await press(tab, "form[action='/passkeys/begin'] button");
    assert.deepEqual(await faults(tab), [], "adding one");
    await tab.type("#name", "desk laptop");
    await press(tab, "#use");
    assert.match(await words(tab), /desk laptop\s[^]*Not used yet/);
    assert.deepEqual(await faults(tab), [], "with one");
    const { credentials: [made] } = await devtools.send("WebAuthn.getCredentials", { authenticatorId });
    assert.ok(made?.isResidentCredential, "the authenticator keeps it, so that no user name is needed");
    await tab.goto(`${stack.console}/`);
    await tab.waitForSelector("[data-inbox]");

    await tab.goto(`${stack.console}/account`);
    await press(tab, "form[action='/sign-out'] button");
    await tab.type("#username", USERNAME);
    await tab.type("#password", PASSWORD);
    await press(tab, "form button[type=submit]");
    assert.match(await words(tab), /your password alone is not enough/);
    await press(tab, "a[href^='/sign-in/passkey']");
    assert.deepEqual(await faults(tab), [], "signing in with it");
    await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await refusedWith(tab, /No passkey was given/);
    await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    await press(tab, "#use");
    await tab.waitForSelector("[data-inbox]");

    await tab.goto(`${stack.console}/confirm?next=/people`);
    assert.deepEqual(await faults(tab), [], "confirming");
    await press(tab, "a[href^='/confirm/passkey']");
    await press(tab, "#use");
    assert.equal(new URL(tab.url()).pathname, "/people");

    // A copy of the key, made before it was last used.
    const { credentials: [used] } = await devtools.send("WebAuthn.getCredentials", { authenticatorId });
    assert.ok((used?.signCount ?? 0) >= 2, JSON.stringify(used));
    await devtools.send("WebAuthn.removeCredential", { authenticatorId, credentialId: used.credentialId });
    await devtools.send("WebAuthn.addCredential", { authenticatorId, credential: { ...used, signCount: 0 } });
    await tab.goto(`${stack.console}/account`);
    await press(tab, "form[action='/sign-out'] button");
    await tab.goto(`${stack.console}/sign-in/passkey`);
    await press(tab, "#use");
    assert.match(await words(tab), /The passkey was not accepted/);

    // The key itself again, and it is removed.
    await devtools.send("WebAuthn.removeCredential", { authenticatorId, credentialId: used.credentialId });
    await devtools.send("WebAuthn.addCredential", { authenticatorId, credential: used });
    await press(tab, "#use");
    await tab.waitForSelector("[data-inbox]");
    await tab.goto(`${stack.console}/passkeys`);
    await press(tab, "form[action='/passkeys/remove'] button");
    assert.match(await words(tab), /You have none/);
    assert.deepEqual(said, [], "the browser had nothing to say, of the content security policy either");
  } finally {
    await browser.close();
    await stack.stop();
  }
});
