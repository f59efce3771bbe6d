import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const HOST_NAME = "org.proviso.agent";
export const FIREFOX_ID = "extension@proviso.example";
/** Firefox gives each installation its own address; the tests fix it by a preference. */
export const FIREFOX_UUID = "7d0f1f3c-5a4e-4d0b-9a35-0f1e6e1c2b11";
const here = dirname(fileURLToPath(import.meta.url));
/** The fixed id of the extension in Chromium. */
export const CHROMIUM_ID = readFileSync(join(here, "../../../extension/ID"), "utf8").trim();

/**
 * Writes a native host manifest, the file by which a browser finds the program.
 * @param {"chromium" | "firefox"} browser
 * @param {string} folder where `org.proviso.agent.json` goes
 * @param {string} program path of the program; browsers call it without a shell and add arguments of their own
 * @returns {string} path of the manifest
 */
export function writeHostManifest(browser, folder, program) {
  mkdirSync(folder, { recursive: true });
  const who = browser === "chromium" ? { allowed_origins: [`chrome-extension://${CHROMIUM_ID}/`] } : { allowed_extensions: [FIREFOX_ID] };
  const path = join(folder, `${HOST_NAME}.json`);
  writeFileSync(path, JSON.stringify({ name: HOST_NAME, description: "Proviso agent", path: program, type: "stdio", ...who }));
  return path;
}

/**
 * Writes a small program that starts another one with fixed arguments and environment, as manifests cannot name either.
 * @param {string} path
 * @param {string[]} command for example `["/work/target/debug/proviso-agent", "native-host"]`
 * @param {Record<string, string>} [environment] for example `{PROVISO_STATE_DIR: "..."}`
 * @returns {string} the path
 */
export function writeHostProgram(path, command, environment = {}) {
  const quote = (/** @type {string} */ text) => `'${text.replaceAll("'", `'\\''`)}'`;
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${quote(value)} `).join("");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${settings}exec ${command.map(quote).join(" ")} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Writes a host program that connects a browser to a `FakeAgent`. @param {string} path @param {string} socket */
export function writeFakeHost(path, socket) {
  return writeHostProgram(path, [process.execPath, join(here, "fake-host.mjs"), socket]);
}
