// The whole suite, both browsers at once: each waits for its pages far more than it reckons. What one says is printed as it comes, what the
// other says after it, so that both can be read and counted.

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";

const stories = readdirSync("stories").filter((name) => name.endsWith(".test.mjs")).map((name) => `stories/${name}`);
const units = readdirSync("unit").filter((name) => name.endsWith(".test.mjs")).map((name) => `unit/${name}`);

/**
 * @param {import("./lib/scene.mjs").BrowserName} browser
 * @param {string[]} files
 * @param {boolean} live whether to print as it comes
 * @returns {Promise<{code: number | null, said: string}>}
 */
function run(browser, files, live) {
  const child = spawn(process.execPath, ["--test", "--test-concurrency=1", ...files], { env: { ...process.env, PROVISO_BROWSER: browser }, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    if (live) process.stdout.write(text);
    else said += text;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, said })));
}

const firefox = run("firefox", stories, false);
const chromium = await run("chromium", [...units, ...stories], true);
const after = await firefox;
process.stdout.write(after.said);
process.exitCode = chromium.code === 0 && after.code === 0 ? 0 : 1;
