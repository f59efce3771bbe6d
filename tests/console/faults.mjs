// What axe-core finds.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe-core finds on the page that a tab shows. @param {import("puppeteer-core").Page} tab */
export async function faults(tab) {
  await tab.evaluate(AXE);
  return tab.evaluate(async (rules) => {
    const { violations: found } = await /** @type {any} */ (globalThis).axe.run(document, { runOnly: rules });
    return found.map((/** @type {any} */ fault) => `${fault.id}: ${fault.nodes.map((/** @type {any} */ node) => node.target).join(", ")}`);
  }, RULES);
}
