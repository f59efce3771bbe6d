// How long it takes from an address typed in a real browser to the officer's open inbox. Prints one JSON object a line.

import { DEADLINE_MS } from "../browser/lib/until.mjs";
import { withBrowser } from "./lib/scene.mjs";

const VISITS = 21;
const MEDIAN_MS_MAX = 1_500;

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** @param {"chromium" | "firefox"} name */
async function measure(name) {
  await withBrowser(name, async ({ pages, officer, tab }) => {
    const taken = [];
    for (let visit = 1; visit <= VISITS; visit += 1) {
      const from = performance.now();
      await tab.goto(pages.url(`/lantern?visit=${visit}`));
      // The first visit makes the alert; each further one joins it and its count rises.
      await officer.tab.waitForFunction(
        (words) => document.querySelector("[data-alert]")?.textContent?.replace(/\s+/g, " ").includes(words),
        { timeout: DEADLINE_MS, polling: "mutation" },
        visit === 1 ? "Paragraph 3" : `${visit} times`,
      );
      taken.push(performance.now() - from);
    }
    process.stdout.write(`${JSON.stringify({ bench: `page to open inbox, ${name}, median of ${VISITS}`, ours: median(taken), unit: "ms", ours_max: MEDIAN_MS_MAX })}\n`);
  });
}

for (const name of /** @type {const} */ (["chromium", "firefox"])) await measure(name);
