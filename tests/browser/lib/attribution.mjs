// What the agent's table of attribution makes of observations: the real program, `proviso-agent attribute`.

import { spawnSync } from "node:child_process";
import { program } from "../../e2e/lib/program.mjs";

/**
 * @typedef {import("./fake-agent.mjs").Observation} Observation
 * @typedef {import("./fake-agent.mjs").PictureMessage} PictureMessage
 * @typedef {{act: import("../../../extension/src/protocol.js").Act, row: string | null, weighs: string, because: string | null}} Decided
 */

/** @param {Array<Observation | PictureMessage>} observations @returns {Decided[]} */
export function decided(observations) {
  const input = observations.map((one) => JSON.stringify(asRecorded(one))).join("\n");
  const { status, stdout, stderr, error } = spawnSync(program("proviso-agent"), ["attribute"], { input, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (error || status !== 0) throw new Error(`proviso-agent attribute: ${error ?? stderr}; has the workspace been built?`);
  return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/** The act of one. @param {Observation | PictureMessage} observation */
export function actOf(observation) {
  return decided([observation])[0]?.act;
}

/** As the agent would write it down; the digests of a picture are its own to find, and no part of attribution. @param {Observation | PictureMessage} one */
function asRecorded(one) {
  const { observed_at, attribution } = one;
  if (one.type === "observation") return { observed_at, source: "browser", attribution, fact: one.fact };
  const { without: _, ...shown } = one.shown;
  return { observed_at, source: "browser", attribution, fact: { kind: "picture", ...shown, sha256: "0".repeat(64), md5: "0".repeat(32), bytes: 1, type: "png" } };
}
