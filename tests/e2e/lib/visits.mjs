// How soon what a browser shows is before an officer.

import { openByHand } from "../../browser/lib/story.mjs";
import { DEADLINE_MS } from "../../browser/lib/until.mjs";

/**
 * Milliseconds of each visit, from the click on a link to the open inbox. The first visit makes the alert; each further one joins it and its
 * count rises.
 * @param {import("./scene.mjs").Scene} scene @param {string} path @param {string} paragraph of the alert @param {number} visits
 */
export async function visitsMs({ pages, officer, tab }, path, paragraph, visits) {
  const taken = [];
  for (let visit = 1; visit <= visits; visit += 1) {
    const from = await openByHand({ page: tab }, pages.url(`${path}?visit=${visit}`), pages.url("/plain"));
    await officer.tab.waitForFunction(
      (words) => document.querySelector("[data-alert]")?.textContent?.replace(/\s+/g, " ").includes(words),
      { timeout: DEADLINE_MS, polling: "mutation" },
      visit === 1 ? `Paragraph ${paragraph}` : `${visit} times`,
    );
    taken.push(performance.now() - from);
  }
  return taken;
}

/** The value that a share of all are not above. @param {number[]} values @param {number} share */
export const at = (values, share) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
