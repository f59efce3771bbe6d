// What the agent costs while nobody is at the device and every source is on: an order with every kind of condition, a session with a
// screen, a window manager and a bus, a text editor in front, and a browser open with the extension. Prints one JSON object a line.
// PROVISO_IDLE_S changes for how long (300 s). PROVISO_AW_SERVER and PROVISO_AW_WATCHER name programs that are watched beside it.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { launch } from "../browser/lib/browsers.mjs";
import { DEADLINE_MS, until } from "../browser/lib/until.mjs";
import { Pages } from "./lib/pages.mjs";
import { program, ROOT, Running } from "./lib/program.mjs";
import { Stack } from "./lib/stack.mjs";

const SECONDS = Number(process.env.PROVISO_IDLE_S ?? 300);
const SETTLING_S = 45;
const CPU_PERCENT_MAX = 1;
const RESIDENT_MIB_MAX = 90;
const TICKS_A_SECOND = 100;
const folder = mkdtempSync(join(tmpdir(), "proviso-idle-"));
/** @type {import("node:child_process").ChildProcess[]} */
const started = [];

/** @param {string} bench @param {number} ours @param {string} unit @param {object} [more] */
const say = (bench, ours, unit, more = {}) => process.stdout.write(`${JSON.stringify({ bench, ours: Math.round(ours * 100) / 100, unit, ...more })}\n`);

/** Starts a program of the session. @param {string} name @param {string[]} args @param {"ignore" | "pipe"} [out] */
function start(name, args, out = "ignore") {
  const child = spawn(name, args, { stdio: ["ignore", out, "ignore"] });
  child.on("error", (error) => { throw error; });
  started.push(child);
  return child;
}

/** Its first line. @param {import("node:child_process").ChildProcess} child */
async function line(child) {
  let text = "";
  for await (const part of child.stdout ?? []) {
    text += part;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}

/** Lets time pass. @param {number} seconds */
async function pass(seconds) {
  const end = performance.now() + seconds * 1_000;
  await until(`${seconds} s to pass`, async () => performance.now() >= end, seconds * 1_000 + DEADLINE_MS);
}

/** A screen with a window manager, a bus and an editor in front of everything. */
async function session() {
  const screen = ["-displayfd", "1", "-noreset", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
  process.env.DISPLAY = `:${await line(start("Xvfb", screen, "pipe"))}`;
  process.env.DBUS_SESSION_BUS_ADDRESS = await line(start("dbus-daemon", ["--session", "--nofork", "--print-address=1"], "pipe"));
  delete process.env.WAYLAND_DISPLAY;
  process.env.HOME = folder;
  start("openbox", ["--sm-disable"]);
}

/** Every process that runs this program, with its arguments' second word. @param {string} exe */
function processes(exe) {
  const found = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/exe`) === exe) found.push(pid);
    } catch {
      // It has ended meanwhile, or is not ours to look at.
    }
  }
  return found;
}

/** Seconds of processor time, resident and proportional memory in MiB of every process of a program. @param {string} exe */
function cost(exe) {
  const sum = { seconds: 0, resident: 0, proportional: 0, count: 0 };
  for (const pid of processes(exe)) {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").pop()?.split(" ") ?? [];
    for (const field of [11, 12, 13, 14]) sum.seconds += Number(fields[field] ?? 0) / TICKS_A_SECOND;
    const memory = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
    const mib = (/** @type {string} */ name) => Number(memory.match(new RegExp(`^${name}:\\s+(\\d+)`, "m"))?.[1] ?? 0) / 1024;
    sum.resident += mib("Rss");
    sum.proportional += mib("Pss");
    sum.count += 1;
  }
  return sum;
}

/** @param {Stack} stack */
async function everythingSees(stack) {
  let said = /** @type {any} */ (null);
  await until("every source to see", async () => {
    said = await stack.status();
    return said.watching && said.helper?.is_connected && said.helper.text === "sees" && said.helper.files === "sees" && said.desktop === "sees";
  }).catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(said)} ${helper.err}`); });
}

await session();
const stack = await new Stack({ order: join(ROOT, "testdata/orders/good/shpo-all-kinds.toml"), account: userInfo().username }).start();
const pages = await new Pages().start();
const helper = new Running("proviso-agent", ["--state-dir", stack.state, "session"]);
const browser = await launch("chromium", { userDataDir: join(stack.folder, "chromium"), hostManifestPath: stack.hostManifest("chromium"), headless: false });
/** @type {Record<string, string | undefined>} */
const peers = { "aw-server": process.env.PROVISO_AW_SERVER, "watcher of ActivityWatch": process.env.PROVISO_AW_WATCHER };
try {
  const [tab = await browser.newPage()] = await browser.pages();
  await tab.goto(pages.url("/plain"));
  writeFileSync(join(folder, "letter.txt"), "An invented letter about nothing at all.\n".repeat(40));
  start("mousepad", [join(folder, "letter.txt")]);
  if (peers["aw-server"]) start(peers["aw-server"], ["--testing"]);
  if (peers["watcher of ActivityWatch"]) start(peers["watcher of ActivityWatch"], []);
  await everythingSees(stack);
  await pass(SETTLING_S);
  const programs = Object.entries({ agent: program("proviso-agent"), ...peers }).filter(([, path]) => path).map(([name, path]) => [name, realpathSync(String(path))]);
  const before = new Map(programs.map(([name, exe]) => [name, cost(String(exe))]));
  const began = performance.now();
  await pass(SECONDS);
  const seconds = (performance.now() - began) / 1_000;
  await everythingSees(stack);
  for (const [name, exe] of programs) {
    const [first, last] = [before.get(name), cost(String(exe))];
    // The process that looks at pictures ends when it has nothing to do; what it used is then in its parent's account.
    if (last.count > (first?.count ?? 0)) throw new Error(`${name}: ${first?.count} processes, then ${last.count}: it was not at rest`);
    const percent = 100 * (last.seconds - first.seconds) / seconds;
    const aims = name === "agent" ? [{ ours_max: CPU_PERCENT_MAX }, { ours_max: RESIDENT_MIB_MAX }] : [{}, {}];
    const label = `idle, every source on, ${Math.round(seconds)} s: ${name}, ${last.count} processes`;
    say(`${label}: processor`, percent, "% of one core", aims[0]);
    say(`${label}: resident memory, all added`, last.resident, "MiB", aims[1]);
    say(`${label}: memory with shared pages divided`, last.proportional, "MiB");
  }
  process.stderr.write(`load ${loadavg()[0]}\n`);
} finally {
  await browser.close();
  await helper.end();
  pages.stop();
  await stack.stop();
  for (const child of started.reverse()) child.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 50 });
}
