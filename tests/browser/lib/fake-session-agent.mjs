// The running agent as the helper in the person's session knows it: says what may be captured, and keeps every byte that the helper sends.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { program } from "../../e2e/lib/program.mjs";
import { Notices } from "./until.mjs";

const NOTHING = { pages: false, addresses: false, typed: false, searches: false, private_windows: false, software: false };

/** @typedef {{type: string, n?: number, source?: string, cannot?: string, browser?: string, profile?: string, reading?: any}} Message */

export class FakeSessionAgent {
  /** Everything that the helper has sent. @type {Buffer[]} */
  bytes = [];
  /** @type {Message[]} */
  messages = [];
  #notices = new Notices();
  /** @type {import("node:net").Socket | undefined} */
  #socket;
  /** @type {import("node:net").Server | undefined} */
  #server;
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #helper;

  /** Listens in a state folder, and starts the real helper as the person of this home. @param {string} folder @param {string} home */
  async start(folder, home) {
    mkdirSync(folder, { recursive: true });
    this.#server = createServer((socket) => this.#hear(socket)).listen(join(folder, "agent.sock"));
    await once(this.#server, "listening");
    const { XDG_CACHE_HOME: _, XDG_CONFIG_HOME: __, ...environment } = process.env;
    this.#helper = spawn(program("proviso-agent"), ["--state-dir", folder, "session"], { stdio: "ignore", env: { ...environment, HOME: home } });
    await this.#until("the helper's greeting", () => this.messages.find(({ type }) => type === "session"));
    return this;
  }

  /** What the histories hold now: a source that starts anew reads all of them. @returns {Promise<Map<string, any>>} by browser */
  async histories() {
    const from = this.messages.length;
    this.say({ ...NOTHING, histories: true });
    const since = () => this.messages.slice(from);
    const sight = await this.#until("every history to be read", () => since().find(({ type, source }) => type === "sight" && source === "histories"));
    this.say(NOTHING);
    const read = since().filter(({ type }) => type === "history");
    // A history that was being written is told of by the next look.
    return sight.cannot ? new Map() : new Map(read.map(({ browser = "", profile, reading }) => [browser, { browser, profile, reading }]));
  }

  /** @param {object} capture */
  say(capture) {
    const acknowledged = Math.max(0, ...this.messages.map(({ n }) => n ?? 0));
    const state = Buffer.from(JSON.stringify({ type: "state", protocol: 3, watching: true, capture, sign: "", notice_url: null, acknowledged }));
    const head = Buffer.alloc(4);
    head.writeUInt32LE(state.length);
    this.#socket?.write(Buffer.concat([head, state]));
  }

  async stop() {
    this.#helper?.kill();
    this.#socket?.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** @param {import("node:net").Socket} socket */
  #hear(socket) {
    this.#socket = socket;
    let rest = Buffer.alloc(0);
    let greeted = false;
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      this.bytes.push(data);
      rest = Buffer.concat([rest, data]);
      if (!greeted) {
        const line = rest.indexOf("\n");
        if (line < 0) return;
        rest = rest.subarray(line + 1);
        greeted = true;
      }
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE(0)) {
        const length = rest.readUInt32LE(0);
        this.messages.push(JSON.parse(rest.subarray(4, 4 + length).toString()));
        rest = rest.subarray(4 + length);
      }
      this.#notices.announce();
    });
  }

  /** @template T @param {string} what @param {() => T | undefined} condition */
  #until(what, condition) {
    return this.#notices.until(what, condition, () => JSON.stringify(this.messages.at(-1) ?? null));
  }
}
