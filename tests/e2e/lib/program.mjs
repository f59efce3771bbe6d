// Starts the project's programs and reads what they print.

import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(here, "../../..");
const BUILT = process.env.PROVISO_PROGRAMS ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), process.env.PROVISO_PROFILE ?? "debug");

/** The path of a program. @param {string} name */
export function program(name) {
  return join(BUILT, name);
}

/**
 * Runs a program to its end.
 * @param {string} name
 * @param {string[]} args
 * @param {string} [input] for its standard input
 * @returns {Promise<{code: number | null, out: string, err: string}>}
 */
export function run(name, args, input = "") {
  return new Promise((resolve, reject) => {
    const child = spawn(program(name), args, { stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (data) => { out += data; });
    child.stderr.on("data", (data) => { err += data; });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
    // A program may end without reading what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** As `run`, and fails unless the program is content. @param {string} name @param {string[]} args @param {string} [input] */
export async function must(name, args, input) {
  const done = await run(name, args, input);
  if (done.code !== 0) throw new Error(`${name} ${args.join(" ")} ended with ${done.code}: ${done.err}${done.out}`);
  return done.out;
}

/** A program that stays. */
export class Running {
  out = "";
  err = "";
  /** @type {Array<() => void>} */
  #waiting = [];

  /** @param {string} name @param {string[]} args @param {Record<string, string>} [env] beside this process's own */
  constructor(name, args, env = {}) {
    this.name = name;
    this.child = spawn(program(name), args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    this.child.stdout.on("data", (data) => { this.out += data; this.#wake(); });
    this.child.stderr.on("data", (data) => { this.err += data; });
    this.ended = new Promise((resolve) => this.child.once("exit", (code) => { resolve(code); this.#wake(); }));
  }

  #wake() {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The first line of its output. */
  async line() {
    while (!this.out.includes("\n")) {
      if (this.child.exitCode !== null) throw new Error(`${this.name} ended with ${this.child.exitCode}: ${this.err}`);
      await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
    }
    return this.out.slice(0, this.out.indexOf("\n"));
  }

  /** @param {NodeJS.Signals} [signal] */
  async end(signal = "SIGTERM") {
    if (this.child.exitCode === null) this.child.kill(signal);
    return this.ended;
  }
}
