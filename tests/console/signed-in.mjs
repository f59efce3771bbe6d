// A force's console alone, without a device: for the stories of signing in.

import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHROMIUM } from "../browser/lib/browsers.mjs";
import { PASSWORD, Stack, USERNAME } from "../e2e/lib/stack.mjs";

const puppeteer = createRequire(new URL("../browser/package.json", import.meta.url))("puppeteer-core");

/** A console that knows its own address, with what `more` adds to its settings. @param {(stack: Stack) => string} more */
export async function consoleAlone(more) {
  const stack = new Stack();
  await stack.admin(["init", "--force-name", "Test Force", "--root-medium", `${stack.data}-root`], "an invented passphrase\n");
  await stack.admin(["officer-add", "--username", USERNAME, "--name", "Officer 4412 (invented)", "--role", "offender-manager"], `${PASSWORD}\n`);
  // Its port is known once it runs; then it is told its address and started again there.
  await stack.serve();
  stack.settings = join(stack.folder, "server.toml");
  writeFileSync(stack.settings, `console_address = "${stack.console}"\n${more(stack)}`);
  await stack.server?.end();
  await stack.serve();
  return stack;
}

/** A browser that takes the test force's certificate. @param {Stack} stack */
export async function browserAt(stack) {
  return puppeteer.launch({
    executablePath: CHROMIUM,
    headless: true,
    userDataDir: join(stack.folder, "officer"),
    acceptInsecureCerts: true,
    defaultViewport: { width: 1280, height: 900 },
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--ignore-certificate-errors"],
  });
}

/** Presses something and waits for the page that it leads to. @param {import("puppeteer-core").Page} tab @param {string} what */
export async function press(tab, what) {
  await Promise.all([tab.waitForNavigation(), tab.click(what)]);
}

/** The words of a page. @param {import("puppeteer-core").Page} tab */
export function words(tab) {
  return tab.evaluate(() => document.body.innerText);
}
