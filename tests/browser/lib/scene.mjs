// Everything a story needs: a site, an agent that records, a browser with the extension connected to it.

import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../../extension/build.mjs";
import { launch, launchChromiumAlone } from "./browsers.mjs";
import { FakeAgent } from "./fake-agent.mjs";
import { writeFakeHost, writeHostManifest } from "./host-manifest.mjs";
import { Site } from "./site.mjs";
import { until } from "./until.mjs";

/** @typedef {"chromium" | "firefox"} BrowserName */
/** @type {BrowserName[]} */
const ALL = ["chromium", "firefox"];
/** The browsers of this run: both, or the one that run.mjs asks for. */
export const BROWSERS = ALL.filter((name) => (process.env.PROVISO_BROWSER ?? name) === name);
/** Whether stories that ask no browser, or both, are told in this run: in one of two. */
export const IS_FIRST = BROWSERS.includes("chromium");

/**
 * @typedef {object} Options
 * @property {(agent: FakeAgent, site: Site) => void} [prepare] sets what the agent says before the browser starts
 * @property {(site: Site) => string[]} [args] further arguments for the browser
 * @property {import("./browsers.mjs").Launch["preferences"]} [preferences] of Firefox
 */

/**
 * A site and an agent, and what a browser needs to find it.
 * @param {BrowserName} name
 * @param {Options} options
 */
async function openStage(name, { prepare = () => undefined, args = () => [], preferences = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "proviso-"));
  const site = await new Site().start();
  const socket = join(folder, "agent");
  const agent = new FakeAgent(socket);
  prepare(agent, site);
  await agent.listen();
  const hostManifestPath = writeHostManifest(name, join(folder, "manifest"), writeFakeHost(join(folder, "host"), socket));
  const close = async () => {
    agent.close();
    site.close();
    // Processes of a browser that has ended still write into its folder for a moment.
    await until(`${folder} to go`, () => rm(folder, { recursive: true, force: true }).then(() => true, () => false));
  };
  const extensionDir = build(name, join(folder, "extension"));
  return { folder, site, agent, close, launch: { userDataDir: join(folder, "browser"), hostManifestPath, extensionDir, args: args(site), preferences } };
}

/**
 * Opens a browser with the extension, connected to an agent of the test's own.
 * @param {BrowserName} name
 * @param {Options} [options]
 */
export async function openScene(name, options = {}) {
  const stage = await openStage(name, options);
  const browser = await launch(name, stage.launch);
  const close = async () => {
    await browser.close();
    await stage.close();
  };
  try {
    await stage.agent.hello();
    const [page = await browser.newPage()] = await browser.pages();
    return { ...stage, name, browser, page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The same with a Chromium that nobody steers.
 * @param {string} path of the site's page to start at
 */
export async function openSceneAlone(path) {
  const stage = await openStage("chromium", {});
  const browser = launchChromiumAlone({ ...stage.launch, url: stage.site.url(path) });
  const close = async () => {
    await browser.close();
    await stage.close();
  };
  return { ...stage, close };
}

/** @typedef {Awaited<ReturnType<typeof openScene>>} Scene */
