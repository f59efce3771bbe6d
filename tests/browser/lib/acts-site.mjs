// The site of attribution.cases.mjs: pages that stand in the cases themselves, under two names that are two sites to a browser.

import { createServer } from "node:http";
import { ended, listening } from "./listening.mjs";
import { sendPicture } from "./picture-pages.mjs";
import { Notices } from "./until.mjs";

/**
 * @typedef {object} Page what a path of a case gives: a body, or one of these
 * @property {string} [body]
 * @property {string} [to] where it redirects to
 * @property {number} [afterMs] how long the server takes
 * @typedef {Record<string, string | Page>} Pages
 */

export class ActsSite {
  /** Pages that have loaded. @type {string[]} */
  loaded = [];
  /** Paths that were asked for. @type {string[]} */
  requests = [];
  origin = "";
  #notices = new Notices();
  /** @type {Pages[]} */
  #cases = [];
  #server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://site.test");
    if (url.pathname === "/loaded") {
      this.loaded.push(url.search.slice(1));
      response.end();
      this.#notices.announce();
      return;
    }
    this.requests.push(url.pathname);
    this.#notices.announce();
    if (sendPicture(this.origin, url.pathname, response)) return;
    const [, of, name = ""] = /^\/c\/(\d+)\/([\w-]+)$/.exec(url.pathname) ?? [];
    const page = of === undefined ? undefined : this.#cases[Number(of)]?.[name];
    const { body = "", to, afterMs = 0 } = typeof page === "string" ? { body: page } : (page ?? { body: "<p>Start</p>" });
    setTimeout(() => {
      if (to !== undefined) response.writeHead(302, { location: this.#filled(to, Number(of)) });
      else response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "max-age=60" });
      response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><body>${this.#filled(body, Number(of))}
        <script>addEventListener("load", () => fetch("/loaded?" + location.pathname));</script></body></html>`);
    }, afterMs);
  });

  async start() {
    this.origin = await listening(this.#server);
    return this;
  }

  /** Gives the pages of a case an address of their own. @param {Pages} pages @returns {number} */
  add(pages) {
    return this.#cases.push(pages) - 1;
  }

  /** The word that only the pages of a case show. @param {number} of */
  word(of) {
    return `lantern-${of}-quay`;
  }

  /** @param {number} of @param {string} name */
  url(of, name) {
    return `${this.origin}/c/${of}/${name}`;
  }

  /** Waits until a page has loaded wholly so often. @param {number} of @param {string} name @param {number} [times] */
  pageLoaded(of, name, times = 1) {
    const path = `/c/${of}/${name}`;
    return this.#notices.until(`${path} to load`, () => this.loaded.filter((one) => one === path).length >= times);
  }

  /** Waits until a page has been asked for. @param {number} of @param {string} name */
  askedFor(of, name) {
    return this.#notices.until(`a request for ${name}`, () => this.requests.includes(`/c/${of}/${name}`));
  }

  close() {
    ended(this.#server);
  }

  /** @param {string} text @param {number} of */
  #filled(text, of) {
    const there = this.origin.replace("127.0.0.1", "localhost");
    return text.replaceAll("$WORD", this.word(of)).replaceAll("$HERE", `${this.origin}/c/${of}`).replaceAll("$THERE", `${there}/c/${of}`);
  }
}
