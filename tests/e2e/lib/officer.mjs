// An officer at the console, in a browser of their own.

import { createRequire } from "node:module";
import { join } from "node:path";
import { CHROMIUM } from "../../browser/lib/browsers.mjs";
import { DEADLINE_MS } from "../../browser/lib/until.mjs";
import { PASSWORD, USERNAME } from "./stack.mjs";

const puppeteer = createRequire(new URL("../../browser/package.json", import.meta.url))("puppeteer-core");

export class Officer {
  /** Signs in and stays at the inbox. @param {import("./stack.mjs").Stack} stack */
  static async signIn(stack) {
    const officer = new Officer();
    officer.stack = stack;
    officer.browser = await puppeteer.launch({
      executablePath: CHROMIUM,
      headless: true,
      userDataDir: join(stack.folder, "officer"),
      acceptInsecureCerts: true,
      defaultViewport: { width: 1280, height: 900 },
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    officer.tab = await officer.browser.newPage();
    await officer.tab.goto(`${stack.console}/`);
    await officer.tab.type("#username", USERNAME);
    await officer.tab.type("#password", PASSWORD);
    await Promise.all([officer.tab.waitForNavigation(), officer.tab.click("form button[type=submit]")]);
    await officer.tab.waitForSelector("[data-inbox]");
    // A page that is loaded again would forget this.
    await officer.tab.evaluate(() => { Object.assign(window, { kept: true }); });
    return officer;
  }

  /** Waits for an alert that `ids` does not name yet, without loading the page again. @param {string[]} [ids] */
  async newAlert(ids = []) {
    const found = await this.tab.waitForFunction(
      (known) => [...document.querySelectorAll("[data-alerts]")].flatMap((row) => (row.getAttribute("data-alerts") ?? "").split(",")).find((id) => !known.includes(id)),
      { timeout: DEADLINE_MS, polling: "mutation" },
      ids,
    );
    const id = await found.jsonValue();
    if (!(await this.tab.evaluate(() => "kept" in window))) throw new Error("the inbox was loaded again");
    return String(id);
  }

  /** The alerts on the inbox now, with the words of the row in which each stands. @returns {Promise<Array<{id: string, words: string}>>} */
  alerts() {
    return this.tab.evaluate(() => [...document.querySelectorAll("[data-alerts]")].flatMap((row) => (row.getAttribute("data-alerts") ?? "").split(",").map((id) => ({
      id,
      words: (row.textContent ?? "").replace(/\s+/g, " ").trim(),
    }))));
  }

  /** Opens a page of the console in a tab of its own and gives its words. @param {string} path */
  async read(path) {
    const tab = await this.browser.newPage();
    await tab.goto(`${this.stack.console}${path}`);
    return tab;
  }

  /** What an alert's page says once its content is opened. @param {string} id */
  async opened(id) {
    const tab = await this.read(`/alerts/${id}`);
    await Promise.all([tab.waitForNavigation(), tab.click("form[action$='/content'] button")]);
    const words = await tab.evaluate(() => document.body.innerText);
    await tab.close();
    return words;
  }

  async close() {
    await this.browser.close();
  }
}
