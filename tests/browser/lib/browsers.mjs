// Real browsers with the extension in them, each in a throw-away folder of its own.

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { build } from "../../../extension/build.mjs";
import { DEBUGGER_PREFERENCES } from "./firefox-debugger.mjs";
import { FIREFOX_ID, FIREFOX_UUID, HOST_NAME } from "./host-manifest.mjs";

/**
 * @typedef {import("puppeteer-core").Browser} Browser
 * @typedef {object} Launch
 * @property {string} userDataDir empty or new folder: the browser's profile and, for Firefox, its HOME
 * @property {string} [hostManifestPath] native host manifest to install for this browser only (see host-manifest.mjs)
 * @property {string | null} [extensionDir] unpacked extension, none where null; the one of `extension/dist` by default
 * @property {boolean} [headless] true by default
 * @property {string[]} [args]
 * @property {Record<string, string | number | boolean>} [preferences] of Firefox
 * @property {Record<string, string>} [environment]
 */

const here = dirname(fileURLToPath(import.meta.url));
const DIST = join(here, "../../../extension/dist");
const CHROMIUM_FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
export const CHROMIUM = process.env.PROVISO_CHROMIUM ?? "/usr/bin/chromium";
export const FIREFOX = process.env.PROVISO_FIREFOX ?? "/usr/bin/firefox-esr";

/** Builds the extension for a browser and gives its folder. @param {"chromium" | "firefox"} browser */
export function extensionFor(browser) {
  return build(browser, DIST);
}

/**
 * Starts Chromium with the extension.
 * @param {Launch} launch
 * @returns {Promise<Browser>}
 */
export async function launchChromium({ userDataDir, hostManifestPath, extensionDir, headless = true, args = [], environment = {} }) {
  if (hostManifestPath) install(hostManifestPath, join(userDataDir, "NativeMessagingHosts"));
  mkdirSync(join(userDataDir, "Default"), { recursive: true });
  writeFileSync(join(userDataDir, "Default/Preferences"), JSON.stringify({ download: { default_directory: join(userDataDir, "saved") } }));
  return puppeteer.launch({
    executablePath: CHROMIUM,
    headless,
    userDataDir,
    pipe: true,
    enableExtensions: extensionDir === null ? false : [extensionDir ?? join(DIST, "chromium")],
    defaultViewport: null,
    env: { ...process.env, ...environment },
    args: [...CHROMIUM_FLAGS, ...args],
  });
}

/**
 * Starts Chromium at an address with the extension and without DevTools, under which it does not draw pages ahead.
 * @param {Launch & {url: string}} launch
 * @returns {{close: () => Promise<void>}}
 */
export function launchChromiumAlone({ userDataDir, hostManifestPath, extensionDir, args = [], environment = {}, url }) {
  if (hostManifestPath) install(hostManifestPath, join(userDataDir, "NativeMessagingHosts"));
  const flags = ["--headless=new", `--user-data-dir=${userDataDir}`, `--load-extension=${extensionDir ?? join(DIST, "chromium")}`];
  const child = spawn(CHROMIUM, [...flags, ...CHROMIUM_FLAGS, ...args, url], { stdio: "ignore", env: { ...process.env, ...environment } });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

/** Where each Firefox listens for its debugger. @type {WeakMap<Browser, string>} */
export const DEBUGGERS = new WeakMap();

/**
 * Starts Firefox and installs the extension in it. `userDataDir` holds `home` (native hosts) and `profile`.
 * @param {Launch} launch
 * @returns {Promise<Browser>}
 */
export async function launchFirefox({ userDataDir, hostManifestPath, extensionDir, headless = true, args = [], preferences = {}, environment = {} }) {
  const home = join(userDataDir, "home");
  const profile = join(userDataDir, "profile");
  const debuggerSocket = join(userDataDir, "debugger");
  for (const folder of [home, profile]) mkdirSync(folder, { recursive: true });
  if (hostManifestPath) {
    // Newer versions look under ~/.config unless ~/.mozilla is there.
    for (const folder of [".mozilla", ".config/mozilla"]) install(hostManifestPath, join(home, folder, "native-messaging-hosts"));
  }
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: FIREFOX,
    headless,
    userDataDir: profile,
    defaultViewport: null,
    env: { ...process.env, ...environment, HOME: home, XDG_CONFIG_HOME: join(home, ".config"), MOZ_CRASHREPORTER_DISABLE: "1" },
    args: ["--remote-allow-system-access", "--start-debugger-server", debuggerSocket, ...args],
    extraPrefsFirefox: { ...DEBUGGER_PREFERENCES, ...preferences, "extensions.webextensions.uuids": JSON.stringify({ [FIREFOX_ID]: FIREFOX_UUID }) },
  });
  DEBUGGERS.set(browser, debuggerSocket);
  if (extensionDir !== null) await browser.installExtension(extensionDir ?? join(DIST, "firefox"));
  return browser;
}

/**
 * @param {"chromium" | "firefox"} name
 * @param {Launch} launch
 */
export function launch(name, launch) {
  return name === "chromium" ? launchChromium(launch) : launchFirefox(launch);
}

/** @param {string} manifest @param {string} folder */
function install(manifest, folder) {
  mkdirSync(folder, { recursive: true });
  copyFileSync(manifest, join(folder, `${HOST_NAME}.json`));
}
