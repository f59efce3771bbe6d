// How long it takes from asking for a page until its text is at the native host: `node latency.mjs [VISITS]`. Prints one
// JSON line per browser. A measure, not a test: nothing is judged here.

import { BROWSERS, openScene } from "./lib/scene.mjs";

const visits = Number(process.argv[2] ?? 25);
for (const name of BROWSERS) {
  const { agent, page, site, close } = await openScene(name);
  /** @type {number[]} */
  const millis = [];
  try {
    for (let visit = 0; visit < visits; visit += 1) {
      const url = site.url(`/article?${visit}`);
      const start = performance.now();
      const visited = page.goto(url);
      await agent.observation(url, ({ fact }) => fact.kind === "page" && fact.url === url && fact.text !== "");
      millis.push(performance.now() - start);
      await visited;
    }
  } finally {
    await close();
  }
  millis.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => Math.round(millis[Math.floor((millis.length - 1) * share)] ?? 0);
  process.stdout.write(`${JSON.stringify({ browser: name, visits, median_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) })}\n`);
}
