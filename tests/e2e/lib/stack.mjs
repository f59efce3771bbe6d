// A force's server and an enrolled device on this machine, in a throw-away folder.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeHostManifest, writeHostProgram } from "../../browser/lib/host-manifest.mjs";
import { until } from "../../browser/lib/until.mjs";
import { must, program, ROOT, run, Running } from "./program.mjs";

export const USERNAME = "tests";
export const PASSWORD = "an invented pass phrase";
export const PIN = "471147";

// More than anybody would keep, so that what a log may hold is seen at its worst.
const LOG = { PROVISO_LOG: "debug,h2=info,hyper=info,rustls=info", PROVISO_LOG_FORMAT: "json" };
/** What a log never holds: whom an order names, the words it names, what was shown or typed, where, and secrets. */
const PERSONAL = [/Test Person/i, /TP-014/, /T20269014/, /harbour/i, /brass compass/i, /tide bell/i, /\/compass|\/lantern/, /invented pass/, new RegExp(PIN)];

/**
 * @typedef {object} Options
 * @property {string} [order] path of the order; the demonstration's by default
 * @property {string} [account] of the supervised person; an invented one by default, which nobody can log on to
 * @property {string} [settings] a settings file of the server
 * @property {(stack: Stack) => Promise<void>} [prepare] done once the force has its case, before its server runs
 */

export class Stack {
  folder = mkdtempSync(join(tmpdir(), "proviso-e2e-"));
  data = join(this.folder, "server");
  state = join(this.folder, "device");
  order;
  /** @type {Running | undefined} */
  server;
  /** @type {Running | undefined} */
  agent;
  console = "";
  device = "";
  case = "";
  /** Done once the force has its case and before anything else, such as importing a list. @type {() => Promise<void>} */
  prepare;
  #ports = { device: 0, console: 0, personal: 0 };

  /** @param {Options} [options] */
  constructor({ order = join(ROOT, "testdata/demo/order.toml"), account = "test014", settings, prepare = async () => undefined } = {}) {
    this.order = order;
    this.account = account;
    this.settings = settings;
    this.prepare = () => prepare(this);
  }

  /** One command of the server. @param {string[]} args @param {string} [input] */
  async admin(args, input) {
    return JSON.parse(await must("proviso-server", ["--data-dir", this.data, "--json", "admin", ...args], input));
  }

  /** Starts everything: force, officer, case, server, enrolled device, agent. */
  async start() {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start() {
    await this.admin(["init", "--force-name", "Test Force", "--root-medium", `${this.data}-root`], "an invented passphrase\n");
    await this.admin(["officer-add", "--username", USERNAME, "--name", "Officer 4412 (invented)", "--role", "offender-manager"], `${PASSWORD}\n`);
    this.case = (await this.admin(["case-create", "--order", this.order, "--officer", USERNAME])).case;
    await this.prepare();
    await this.serve();
    await this.enrol();
    await this.watch();
    return this;
  }

  async serve() {
    const listen = (/** @type {number} */ port) => `127.0.0.1:${port}`;
    const ports = ["--device-listen", listen(this.#ports.device), "--console-listen", listen(this.#ports.console),
      "--personal-listen", listen(this.#ports.personal), "--personal-address", "https://pages.force.example"];
    const settings = this.settings === undefined ? [] : ["--config", this.settings];
    this.server = new Running("proviso-server", ["--data-dir", this.data, ...settings, "--json", "serve", ...ports], LOG);
    const said = JSON.parse(await this.server.line());
    this.#ports = { device: Number(said.device_address.split(":").pop()), console: Number(said.console_address.split(":").pop()),
      personal: Number(said.personal_address.split(":").pop()) };
    this.device = `https://127.0.0.1:${this.#ports.device}`;
    this.console = `https://localhost:${this.#ports.console}`;
    this.personal = `https://localhost:${this.#ports.personal}`;
  }

  async enrol() {
    const { code } = await this.admin(["enrolment-code", "--case", this.case]);
    const said = ["--pin-stdin", "--notice", "acknowledged", "--notice-by", "officer 4412"];
    const where = ["--server", this.device, "--trust", join(this.data, "trust.json"), "--code", code, "--account", this.account];
    await must("proviso-agent", ["--state-dir", this.state, "enrol", ...where, ...said], `${PIN}\n`);
  }

  async watch() {
    rmSync(join(this.state, "page.address"), { force: true });
    this.agent = new Running("proviso-agent", ["--state-dir", this.state, "run", "--page-port", "0"], LOG);
    await until("the agent's page", () => this.agent?.child.exitCode !== null || existsSync(join(this.state, "page.address")));
    await until("the agent to watch", async () => {
      if (this.agent?.child.exitCode !== null) throw new Error(`the agent ended: ${this.agent?.err}`);
      return this.status().then((status) => status.watching, () => false);
    });
  }

  /** What `proviso-agent status` says, as JSON. */
  async status() {
    const { out } = await run("proviso-agent", ["--state-dir", this.state, "status", "--json"]);
    return JSON.parse(out);
  }

  /** A native host manifest for a browser. @param {"chromium" | "firefox"} browser */
  hostManifest(browser) {
    const command = [program("proviso-agent"), "--state-dir", this.state, "native-host"];
    return writeHostManifest(browser, join(this.folder, "manifest"), writeHostProgram(join(this.folder, "host"), command));
  }

  /** The address of the person's page. */
  page() {
    return readFileSync(join(this.state, "page.address"), "utf8").trim();
  }

  async stop() {
    await this.agent?.end();
    await this.server?.end();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 50 });
    for (const { name, err } of [this.agent, this.server].filter((running) => running !== undefined)) {
      const line = err.split("\n").find((line) => PERSONAL.some((personal) => personal.test(line)));
      if (line !== undefined) throw new Error(`the log of ${name} holds personal data: ${line}`);
      if (this.device !== "" && err === "") throw new Error(`${name} wrote no log, so nothing was searched for personal data`);
    }
  }
}
