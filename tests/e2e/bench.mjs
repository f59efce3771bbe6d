// How long it takes from an address typed in a real browser to the officer's open inbox. Prints one JSON object a line.

import { withBrowser } from "./lib/scene.mjs";
import { at, visitsMs } from "./lib/visits.mjs";

const VISITS = 21;
const MEDIAN_MS_MAX = 1_500;

/** @param {"chromium" | "firefox"} name */
async function measure(name) {
  await withBrowser(name, async (scene) => {
    const taken = await visitsMs(scene, "/lantern", "3", VISITS);
    process.stdout.write(`${JSON.stringify({ bench: `page to open inbox, ${name}, median of ${VISITS}`, ours: at(taken, 0.5), unit: "ms", ours_max: MEDIAN_MS_MAX })}\n`);
  });
}

for (const name of /** @type {const} */ (["chromium", "firefox"])) await measure(name);
