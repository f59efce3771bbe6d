// What a person or the browser itself does to an extension: stop its background, allow it in private windows, open its popup.

import { DEBUGGERS } from "./browsers.mjs";
import { CHROMIUM_ID, FIREFOX_ID, FIREFOX_UUID } from "./host-manifest.mjs";
import { inBrowserProcess } from "./firefox-debugger.mjs";
import { until } from "./until.mjs";

/**
 * @typedef {import("./scene.mjs").Scene} Scene
 * @typedef {import("puppeteer-core").Page} Page
 */

/**
 * Stops the extension's background as the browser does when it is idle or short of memory.
 * @param {Scene} scene
 */
export async function stopBackground({ name, browser }) {
  if (name === "firefox") {
    await inFirefox(browser, `WebExtensionPolicy.getByID("${FIREFOX_ID}").extension.terminateBackground({ disableResetIdleForTest: true }).then(() => true)`);
    return;
  }
  const worker = await browser.waitForTarget((target) => target.type() === "service_worker" && target.url().includes(CHROMIUM_ID));
  await (await worker.worker())?.close();
}

/**
 * The highest number that the extension in Chromium has given to an observation: it rises once a page is captured.
 * @param {import("puppeteer-core").Browser} browser
 * @returns {Promise<number>}
 */
export async function lastNumbered(browser) {
  const worker = await browser.waitForTarget((target) => target.type() === "service_worker" && target.url().includes(CHROMIUM_ID));
  // A worker that is just starting has no `chrome` yet.
  const read = await (await worker.worker())?.evaluate("globalThis.chrome?.storage?.session.get('last')");
  return Number(/** @type {{last?: number} | undefined} */ (read)?.last ?? 0);
}

/**
 * Allows the extension in private windows, as a person does on the browser's page of extensions. It starts anew.
 * @param {Scene} scene
 */
export async function allowInPrivateWindows({ name, browser }) {
  if (name === "firefox") {
    await inFirefox(browser, `(async () => {
      const { ExtensionPermissions } = ChromeUtils.importESModule("resource://gre/modules/ExtensionPermissions.sys.mjs");
      const { AddonManager } = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
      await ExtensionPermissions.add("${FIREFOX_ID}", { permissions: ["internal:privateBrowsingAllowed"], origins: [] });
      await (await AddonManager.getAddonByID("${FIREFOX_ID}")).reload();
    })()`);
    return;
  }
  const page = await browser.newPage();
  await page.goto("chrome://extensions");
  // Outside developer mode Chromium would not start an unpacked extension again.
  await page.evaluate("chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true })");
  await page.evaluate(`chrome.developerPrivate.updateExtensionConfiguration({ extensionId: "${CHROMIUM_ID}", incognitoAccess: true })`);
  await page.close();
}

/**
 * Takes the extension's access to pages away, or gives it back, as a person does on the browser's page of extensions.
 * @param {Scene} scene
 * @param {boolean} granted
 */
export async function grantAccess({ name, browser }, granted) {
  if (name === "firefox") {
    await inFirefox(browser, `(async () => {
      const { ExtensionPermissions } = ChromeUtils.importESModule("resource://gre/modules/ExtensionPermissions.sys.mjs");
      const { extension } = WebExtensionPolicy.getByID("${FIREFOX_ID}");
      const everything = { permissions: [], origins: ["<all_urls>", "http://*/*", "https://*/*"] };
      await ExtensionPermissions.${granted ? "add" : "remove"}("${FIREFOX_ID}", everything, extension);
    })()`);
    return;
  }
  const page = await browser.newPage();
  await page.goto("chrome://extensions");
  const access = granted ? "ON_ALL_SITES" : "ON_CLICK";
  await page.evaluate(`chrome.developerPrivate.updateExtensionConfiguration({ extensionId: "${CHROMIUM_ID}", hostAccess: "${access}" })`);
  await page.close();
}

/**
 * Types an address into the browser's address bar and goes there.
 * @param {Pick<Scene, "name" | "browser">} scene
 * @param {Page} page in front
 * @param {string} url
 */
export async function typeAddress({ name, browser }, page, url) {
  // WebDriver's own way to an address is to Firefox a link without a click; DevTools' is to Chromium the address bar.
  if (name === "firefox") await inFirefox(browser, `(() => { gURLBar.focus(); gURLBar.value = ${JSON.stringify(url)}; gURLBar.handleCommand(); })()`);
  else await page.goto(url);
}

/**
 * Has Firefox restore a tab behind, out of its own store of sessions.
 * @param {import("puppeteer-core").Browser} browser
 * @param {string} url of a tab that is open
 */
export function restoreBehind(browser, url) {
  return inFirefox(browser, `(async () => {
    const { SessionStore } = ChromeUtils.importESModule("resource:///modules/sessionstore/SessionStore.sys.mjs");
    const { TabStateFlusher } = ChromeUtils.importESModule("resource:///modules/sessionstore/TabStateFlusher.sys.mjs");
    const tab = gBrowser.tabs.find((one) => one.linkedBrowser.currentURI.spec === ${JSON.stringify(url)});
    await TabStateFlusher.flush(tab.linkedBrowser);
    const state = SessionStore.getTabState(tab);
    const restored = gBrowser.addTrustedTab("about:blank", { inBackground: true });
    gBrowser.removeTab(tab);
    await SessionStore.promiseInitialized;
    SessionStore.setTabState(restored, state);
  })()`);
}

/**
 * Opens a private window at an address.
 * @param {Scene} scene
 * @param {string} url
 */
export async function openPrivateWindow(scene, url) {
  if (scene.name === "firefox") {
    await inFirefox(scene.browser, `new Promise((resolve) => {
      const opened = OpenBrowserWindow({ private: true });
      // Earlier than this the window may still put its own first page over the one that is asked for.
      const topic = "browser-delayed-startup-finished";
      const started = (window) => {
        if (window !== opened) return;
        Services.obs.removeObserver(started, topic);
        opened.openTrustedLinkIn(${JSON.stringify(url)}, "current");
        resolve(true);
      };
      Services.obs.addObserver(started, topic);
    })`);
    return;
  }
  const popup = await openPopup(scene);
  await popup.evaluate((address) => chrome.windows.create({ incognito: true, url: address }).then(() => true), url);
  await popup.close();
}

/**
 * Opens the extension's popup in a tab of its own.
 * @param {Pick<Scene, "name" | "browser">} scene
 * @returns {Promise<Page>}
 */
export async function openPopup({ name, browser }) {
  if (name === "chromium") {
    const popup = await browser.newPage();
    await popup.goto(`chrome-extension://${CHROMIUM_ID}/popup/popup.html`);
    return popup;
  }
  // WebDriver may not steer a tab to an extension's page, but may read one that Firefox itself has opened.
  const before = new Set(await browser.pages());
  await inFirefox(browser, `(() => { gBrowser.selectedTab = gBrowser.addTrustedTab("moz-extension://${FIREFOX_UUID}/popup/popup.html"); })()`);
  return until("the popup's tab", async () => {
    const added = (await browser.pages()).find((page) => !before.has(page));
    return (await added?.evaluate(() => location.protocol === "moz-extension:" && document.readyState === "complete")) ? added : null;
  });
}

/**
 * Evaluates an expression in Firefox's own window (the browser is started with `--remote-allow-system-access`).
 * @param {import("puppeteer-core").Browser} browser
 * @param {string} expression
 */
export async function inFirefox(browser, expression) {
  // The connection is not in puppeteer's public types: the commands with `moz:scope` are Firefox's own.
  const { connection } = /** @type {{connection: {send: (method: string, parameters: object) => Promise<any>}}} */ (/** @type {unknown} */ (browser));
  const tree = await connection.send("browsingContext.getTree", { "moz:scope": "chrome" });
  const context = tree.result.contexts.find((/** @type {{url: string}} */ { url }) => url === "chrome://browser/content/browser.xhtml");
  // Before it knew that scope, Firefox answered with the pages' own contexts.
  if (!context) return inBrowserProcess(DEBUGGERS.get(browser) ?? "", expression);
  const { result } = await connection.send("script.evaluate", { expression, target: { context: context.context }, awaitPromise: true });
  if (result.type !== "success") throw new Error(`Firefox: ${JSON.stringify(result.exceptionDetails?.text)}`);
}
