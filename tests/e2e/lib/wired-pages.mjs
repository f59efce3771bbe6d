// A site that stands on a force's list, and an ordinary one around it. All words are harmless. `adult.example` is this machine.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "./program.mjs";

export const ADULT = "adult.example";
/** How each browser finds it. @type {Record<"chromium" | "firefox", Partial<import("../../browser/lib/browsers.mjs").Launch>>} */
export const FINDS = {
  chromium: { args: [`--host-resolver-rules=MAP ${ADULT} 127.0.0.1`] },
  // Firefox would else leave a restored tab empty until it is looked at.
  firefox: { preferences: { "network.dns.localDomains": ADULT, "browser.sessionstore.restore_on_demand": false } },
};

const there = (/** @type {string} */ path) => `"http://${ADULT}:" + location.port + "${path}"`;

/** Title and body of each page, by path. @type {Record<string, [string, string]>} */
export const WIRED_PAGES = {
  "/adult": ["Evening shows", "<p>Curtains at eight.</p>"],
  "/adult/refreshing": ["Evening shows", "<p>Curtains at eight.</p><script>setTimeout(() => location.reload(), 1_000);</script>"],
  "/news": ["News", `<p>Tides today.</p><a id="adult">Evening shows</a> <a id="hop" href="/hop">On</a>
    <script>adult.href = ${there("/adult/refreshing")};</script>`],
  "/news/ahead": ["News", `<p>Ahead of need.</p><script>document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href: ${there("/adult?ahead")} }));</script>`],
  "/news/frame": ["News", `<p>With an advertisement.</p><script>document.body.append(Object.assign(document.createElement("iframe"), { src: ${there("/adult?frame")} }));</script>`],
  "/news/onward": ["News", `<p>Goes on by itself.</p><script>addEventListener("load", () => setTimeout(() => location.assign(${there("/adult?onward")}), 300));</script>`],
  "/hop": ["Hop", `<script>location.replace(${there("/adult?hop")});</script>`],
  "/asked": ["News", `<p>Tides tomorrow.</p><a id="adult">Evening shows</a><script>adult.href = ${there("/adult?asked")};</script>`],
};

/** Imports the list that names it. @param {import("./stack.mjs").Stack} stack */
export async function importSite(stack) {
  const file = join(stack.folder, "sites.txt");
  writeFileSync(file, `${ADULT}\nlate-show.example\n`);
  const says = ["--name", "our-sites", "--category", "pornography", "--source", "these tests", "--licence", "none needed", "--dated", "2026-11-01"];
  await must("proviso-server", ["--data-dir", stack.data, "--json", "admin", "site-list-import", "--file", file, ...says]);
}
