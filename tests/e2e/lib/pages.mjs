// Small pages of harmless words. The order of these tests names "harbour lantern" and "brass compass" (paragraph 3).

import { createServer } from "node:http";
import { ended, listening } from "../../browser/lib/listening.mjs";
import { keepFilm, sendPicture } from "../../browser/lib/picture-pages.mjs";
import { TALK_PAGES } from "../../browser/lib/talk-pages.mjs";
import { Notices } from "../../browser/lib/until.mjs";
import { LISTED_PAGES } from "./listed.mjs";
import { WIRED_PAGES } from "./wired-pages.mjs";

const page = (/** @type {string} */ title, /** @type {string} */ body, head = "") =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>${head}<body>${body}
  <script>addEventListener("load", () => fetch("/loaded?" + location.pathname));</script></body></html>`;

/** @type {Record<string, () => string>} */
const PAGES = {
  "/room": () => page(...(TALK_PAGES["/room"] ?? ["", ""])),
  "/plain": () => page("Plain", `<p>Nothing to see.</p><a id="lantern" href="/lantern">Opens behind</a>`),
  "/lantern": () => page("Quay", "<p>In the window hung a harbour lantern, its glass still green.</p>"),
  "/compass": () => page("Drawer", "<p>In the drawer lay a brass compass, wrapped in cloth.</p>"),
  "/ahead": () => page("Ahead", "<p>Fetched ahead of need.</p>", `<link rel="prefetch" href="/lantern?ahead">`),
};

for (const [path, [title, body]] of Object.entries({ ...LISTED_PAGES, ...WIRED_PAGES })) PAGES[path] = () => page(title, body);

export class Pages {
  origin = "";
  /** @type {string[]} */
  loaded = [];
  /** @type {string[]} */
  asked = [];
  #notices = new Notices();
  #server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://pages.test");
    if (url.pathname === "/loaded") this.loaded.push(url.search.slice(1));
    else this.asked.push(url.pathname + url.search);
    if (sendPicture(this.origin, url.pathname, response) || keepFilm(request, response)) return;
    response.writeHead(PAGES[url.pathname] || url.pathname === "/loaded" ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
    response.end(PAGES[url.pathname]?.() ?? "");
    this.#notices.announce();
  });

  async start() {
    this.origin = await listening(this.#server);
    return this;
  }

  /** @param {string} path */
  url(path) {
    return this.origin + path;
  }

  /** @param {string} path */
  pageLoaded(path) {
    return this.#notices.until(`${path} to load`, () => this.loaded.includes(path));
  }

  /** @param {string} path */
  requested(path) {
    return this.#notices.until(`a request for ${path}`, () => this.asked.includes(path));
  }

  stop() {
    ended(this.#server);
  }
}
