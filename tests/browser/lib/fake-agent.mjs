// The agent's side of docs/protocol.md part 1, in the test's own process: records every byte and answers.

import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { endianness } from "node:os";
import { Notices } from "./until.mjs";

/**
 * @typedef {import("../../../extension/src/protocol.js").Capture} Capture
 * @typedef {import("../../../extension/src/protocol.js").Hello} Hello
 * @typedef {import("../../../extension/src/protocol.js").ObservationMessage} Observation
 * @typedef {import("../../../extension/src/protocol.js").PictureMessage} PictureMessage
 * @typedef {import("../../../extension/src/protocol.js").ToHost} ToHost
 * @typedef {import("../../../extension/src/protocol.js").ToExtension} ToExtension
 * @typedef {import("../../../extension/src/protocol.js").PageFact} PageFact
 * @typedef {import("../../../extension/src/protocol.js").TypedFact} TypedFact
 */

/** @type {Capture} */
export const NOTHING = { pages: false, addresses: false, typed: false, searches: false, messages: false, pictures: false, private_windows: false, software: false };
/** @type {Capture} */
export const EVERYTHING = { pages: true, addresses: true, typed: true, searches: true, messages: true, private_windows: true, software: true };
const LENGTH_BYTES = 4;

export class FakeAgent {
  /** Everything that reached the native host, of all connections. @type {Buffer[]} */
  received = [];
  /** @type {Hello[]} */
  hellos = [];
  /** Observations as they came, sent-again ones included. @type {Observation[]} */
  observations = [];
  /** Pictures as they came. @type {PictureMessage[]} */
  pictures = [];
  /** JSON text that came for each number of an instance; a number must never come with another. @type {Map<string, Set<string>>} */
  texts = new Map();
  /** @type {number[]} */
  pulses = [];
  /** How many messages came in parts. */
  inParts = 0;
  /** Process ids of the hosts that the browser started. @type {number[]} */
  pids = [];
  /** Whether observations are acknowledged as they come. */
  acknowledging = true;
  /** Whether hello is answered with a mismatch. */
  mismatched = false;
  acknowledged = 0;
  notices = new Notices();
  /** @type {import("node:net").Socket | null} */
  #open = null;
  /** @type {string[]} */
  #parts = [];
  #path;
  #server;
  /** What the agent says in `state`. */
  state = { watching: true, capture: { ...EVERYTHING }, sign: "This account is monitored", notice_url: /** @type {string | null} */ (null) };

  /** @param {string} path of the Unix socket that the fake host connects to */
  constructor(path) {
    this.#path = path;
    this.#server = createServer((socket) => this.#connected(socket));
  }

  /** @returns {Promise<void>} */
  listen() {
    rmSync(this.#path, { force: true });
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#path, () => resolve());
    });
  }

  close() {
    this.drop();
    this.#server.close();
  }

  /** Whether a browser is connected. */
  get connected() {
    return this.#open !== null;
  }

  /** Ends the connection, which ends the host process. */
  drop() {
    this.#open?.destroy();
    this.#open = null;
  }

  /**
   * Changes what the agent says, and says it.
   * @param {Partial<FakeAgent["state"]>} change
   */
  say(change) {
    Object.assign(this.state, change);
    if (this.#open) this.#sendState();
  }

  /** Acknowledges everything up to `n`. @param {number} n */
  acknowledge(n) {
    this.acknowledged = Math.max(this.acknowledged, n);
    this.send({ type: "ack", n });
  }

  /** @param {ToExtension} message */
  send(message) {
    const body = Buffer.from(JSON.stringify(message));
    const length = Buffer.alloc(LENGTH_BYTES);
    if (endianness() === "LE") length.writeUInt32LE(body.length);
    else length.writeUInt32BE(body.length);
    this.#open?.write(Buffer.concat([length, body]));
  }

  /**
   * Waits for an observation.
   * @param {string} what in words
   * @param {(observation: Observation) => boolean} wanted
   * @param {number} [from] number of observations to leave out
   */
  observation(what, wanted, from = 0) {
    return this.notices.until(what, () => this.observations.slice(from).find(wanted), () => `Came: ${this.summary()}`);
  }

  /** Waits for a page that shows a text. @param {string} text */
  async page(text) {
    const found = await this.observation(`a page that shows "${text}"`, ({ fact }) => fact.kind === "page" && fact.text.includes(text));
    return { ...found, fact: /** @type {PageFact} */ (found.fact) };
  }

  /** Waits for a picture. @param {string} what in words @param {(picture: PictureMessage) => boolean} wanted */
  picture(what, wanted) {
    return this.notices.until(what, () => this.pictures.find(wanted), () => `Came: ${JSON.stringify(this.pictures.map(({ shown, data }) => ({ ...shown, data: data?.length })))}`);
  }

  /** Waits for typed text. @param {string} text */
  async typed(text) {
    const found = await this.observation(`typed text "${text}"`, ({ fact }) => fact.kind === "typed" && fact.text.includes(text));
    return { ...found, fact: /** @type {TypedFact} */ (found.fact) };
  }

  /** Waits for the next hello after `count`. @param {number} count */
  hello(count = 0) {
    return this.notices.until(`hello number ${count + 1}`, () => this.hellos[count]);
  }

  /** All that came, as one. */
  get bytes() {
    return Buffer.concat(this.received);
  }

  summary() {
    return JSON.stringify(this.observations.map(({ n, attribution, fact }) => ({ n, ...attribution, ...fact, ...("text" in fact ? { text: fact.text.slice(0, 80) } : {}) })));
  }

  /** @param {import("node:net").Socket} socket */
  #connected(socket) {
    this.#open = socket;
    this.#parts = [];
    let greeted = false;
    /** @type {Buffer} */
    let rest = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (this.#open === socket) this.#open = null;
      this.notices.announce();
    });
    socket.on("data", (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      if (!greeted) {
        const end = rest.indexOf(10);
        if (end < 0) return;
        greeted = true;
        this.pids.push(JSON.parse(rest.subarray(0, end).toString()).pid);
        rest = rest.subarray(end + 1);
        this.received.push(rest);
      } else {
        this.received.push(bytes);
      }
      rest = this.#frames(rest);
      this.notices.announce();
    });
  }

  /** @param {Buffer} bytes @returns {Buffer} what is not a whole frame yet */
  #frames(bytes) {
    while (bytes.length >= LENGTH_BYTES) {
      const length = endianness() === "LE" ? bytes.readUInt32LE() : bytes.readUInt32BE();
      if (bytes.length < LENGTH_BYTES + length) break;
      this.#message(JSON.parse(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length).toString()), length);
      bytes = bytes.subarray(LENGTH_BYTES + length);
    }
    return bytes;
  }

  /** @param {ToHost} message @param {number} length */
  #message(message, length) {
    if (length > 1024 * 1024) throw new Error(`a message of ${length} bytes: longer than 1 MiB`);
    switch (message.type) {
      case "hello":
        this.hellos.push(message);
        if (this.mismatched) this.send({ type: "mismatch", protocol_min: 7, protocol_max: 9 });
        else this.#sendState();
        break;
      case "observation":
      case "picture":
        this.#observed(message, JSON.stringify(message));
        break;
      case "part":
        this.#part(message);
        break;
      case "pulse":
        this.pulses.push(message.sent);
        break;
    }
  }

  /** @param {import("../../../extension/src/protocol.js").Part} part */
  #part({ index, count, data }) {
    if (index !== this.#parts.length) throw new Error(`part ${index} came as number ${this.#parts.length}`);
    if (Buffer.byteLength(data) > 512 * 1024) throw new Error("a part longer than 512 KiB");
    this.#parts.push(data);
    if (this.#parts.length < count) return;
    const text = this.#parts.join("");
    this.#parts = [];
    this.inParts += 1;
    this.#observed(JSON.parse(text), text);
  }

  /** @param {Observation | PictureMessage} observation @param {string} text */
  #observed(observation, text) {
    const key = `${this.hellos.at(-1)?.instance} ${observation.n}`;
    this.texts.set(key, (this.texts.get(key) ?? new Set()).add(text));
    if (observation.type === "picture") this.pictures.push(observation);
    else this.observations.push(observation);
    if (this.acknowledging) this.acknowledge(observation.n);
  }

  #sendState() {
    this.send({ type: "state", protocol: 1, ...this.state, acknowledged: this.acknowledged });
  }
}
