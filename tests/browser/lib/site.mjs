// A small local site of plainly invented pages with benign words. Stands for the internet in the tests and the demo. Under
// `/extension/` it gives the content script's modules, for stories that drive one of them in a real page.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { ORDINARY_CASES, SECRET_CASES } from "./field-cases.mjs";
import { ended, listening } from "./listening.mjs";
import { NAME_PAGES } from "./name-pages.mjs";
import { keepFilm, PICTURE_PAGES, sendPicture } from "./picture-pages.mjs";
import { TALK_PAGES } from "./talk-pages.mjs";
import { Notices } from "./until.mjs";

/** What each page shows; stories look for these. */
export const WORDS = {
  article: "harbour lantern",
  hidden: "unseen barnacle",
  background: "distant foghorn",
  prefetched: "drifting buoy",
  prerendered: "sleeping heron",
  spaFirst: "first mooring",
  spaSecond: "second mooring",
  late: "evening tide",
  big: "endless pebble",
  frame: "framed jetty",
  inline: "inlaid anchor",
  shadow: "shaded cove",
};

const page = (/** @type {string} */ title, /** @type {string} */ body, head = "") =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>${head}<body>${body}
  <script>addEventListener("load", () => fetch("/loaded?" + location.pathname));</script></body></html>`;

/** @type {Record<string, () => string>} */
const PAGES = {
  "/article": () => page("The harbour", `<h1>At the harbour</h1><p>The ${WORDS.article} was lit at dusk.</p>
    <p style="display:none">${WORDS.hidden} one</p><p style="visibility:hidden">${WORDS.hidden} two</p><p style="opacity:0">${WORDS.hidden} three</p>
    <script>/* ${WORDS.hidden} four */</script><details><summary>More</summary>${WORDS.hidden} five</details>
    <input value="${WORDS.hidden} six"><textarea>${WORDS.hidden} seven</textarea>
    <div id="host"></div><script>host.attachShadow({mode: "open"}).innerHTML = "<p>${WORDS.shadow}</p>";</script>
    <iframe src="/frame"></iframe><iframe srcdoc="<p>${WORDS.inline}</p>"></iframe><iframe src="/frame?none" style="display:none"></iframe>`),
  "/frame": () => page("A frame", `<p>${WORDS.frame}</p>`),
  "/links": () => page("Links", `<a id="article" href="/article">To the article</a> <a id="background" href="/background">Opens behind</a>`),
  "/background": () => page("Behind", `<p>${WORDS.background}</p>`),
  "/prefetch": () => page("Prefetch", `<p>Fetched ahead</p>`, `<link rel="prefetch" href="/prefetched">`),
  "/ahead": () => page("Ahead", `<p id="note">Drawn ahead of need</p><script>(async () => {
      await fetch("/signal"); note.textContent = "${WORDS.late}"; await fetch("/signal"); location.assign("/prerendered"); })();</script>`,
    `<script type="speculationrules">{"prerender":[{"source":"list","urls":["/prerendered"],"eagerness":"immediate"}]}</script>`),
  "/prefetched": () => page("Fetched ahead", `<p>${WORDS.prefetched}</p>`),
  "/prerendered": () => page("Drawn ahead", `<p>${WORDS.prerendered}</p>`),
  "/chat": () => page("Chat", `<form id="form"><label>Message <textarea id="message" name="message"></textarea></label></form><div id="log"></div>
    <div id="editor" contenteditable="true">Quoted: an older letter</div>
    <script>message.addEventListener("keydown", (event) => { if (event.key !== "Enter") return; event.preventDefault();
      log.append(Object.assign(document.createElement("p"), {textContent: "Sent " + message.value.length})); message.value = ""; });</script>`),
  "/search": () => page("Search", `<form action="/results" role="search"><input id="q" name="q" type="search"></form>
    <p><label>Remark <input id="remark" name="remark"></label></p>`),
  "/suggest": suggest,
  "/results": () => page("Results", `<p>No results</p>`),
  "/secrets": secrets,
  "/spa": () => page("One page", `<button id="go">Go on</button><main id="view">${WORDS.spaFirst}</main>
    <script>go.onclick = () => { history.pushState({}, "", "/spa/second"); setTimeout(() => { view.textContent = "${WORDS.spaSecond}"; }, 50); };</script>`),
  "/late": () => page("Late", `<button id="more">More</button><p>Morning calm</p><div id="later"></div>
    <script>more.onclick = () => { later.textContent = "${WORDS.late}"; };</script>`),
  "/big": () => page("Big", Array.from({ length: 100_000 }, (_, line) => `<p>${WORDS.big} ${line} "quoted\\" &amp; é ${"x".repeat(60)}</p>`).join("")),
};

for (const [path, [title, body]] of Object.entries({ ...TALK_PAGES, ...NAME_PAGES, ...PICTURE_PAGES })) PAGES[path] = () => page(title, body);
for (const [title, body] of Object.entries({ ...SECRET_CASES, ...ORDINARY_CASES })) PAGES[fieldPath(title)] = () => page("A field", body);

/** Where the page of a case of field-cases.mjs is. @param {string} title */
export function fieldPath(title) {
  return `/field/${title.replace(/\W+/g, "-")}`;
}

/** Every kind of field that must never be captured. */
function secrets() {
  return page("Secrets", `
    <form id="login"><input id="user" name="user"><input id="password" name="password" type="password">
      <input id="toggled" name="passphrase2" type="password"><button type="button" id="show">Show</button></form>
    <div id="swap"><input id="swapped" class="p" type="password"></div>
    <form id="payment"><input id="card" autocomplete="cc-number"><input id="cardnumber" name="cardNumber"><input id="cvv" placeholder="CVV">
      <input id="holder" name="full-name"><label>Expiry <input id="expiry"></label></form>
    <form id="bank"><label for="iban">IBAN</label><input id="iban"></form>
    <form id="code"><input id="otp" autocomplete="one-time-code"><input id="short" inputmode="numeric" maxlength="6"><input id="pin" aria-label="Your PIN">
      <input id="labelled" aria-labelledby="sms"><span id="sms">Code sent by SMS: verification code</span></form>
    <p><input id="masked" style="-webkit-text-security: disc"></p>
    <p><input id="digit" maxlength="1"><input id="new" autocomplete="section-a new-password"></p>
    <p><span id="editable-otp" contenteditable="true" aria-label="One-time code">Here</span></p>
    <p><label>Remark <input id="remark" name="remark"></label></p>
    <script>show.onclick = () => { toggled.type = "text"; swap.innerHTML = '<input id="swapped" class="p" type="text">'; };</script>`);
}

/** Ids of the fields of `/secrets` in which nothing may be captured. */
export const SECRET_FIELDS = [
  "password", "toggled", "swapped", "card", "cardnumber", "cvv", "holder", "expiry", "iban", "otp", "short", "pin", "labelled", "masked", "digit", "new", "editable-otp",
];

export class Site {
  /** Paths that were asked for, in order. @type {string[]} */
  requests = [];
  /** Pages that have loaded wholly, in order. @type {string[]} */
  loaded = [];
  origin = "";
  #notices = new Notices();
  /** Answers that pages wait for. @type {import("node:http").ServerResponse[]} */
  #held = [];
  #server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://site.test");
    if (url.pathname === "/signal") {
      this.#held.push(response);
      this.#notices.announce();
      return;
    }
    if (url.pathname === "/loaded") this.loaded.push(url.search.slice(1));
    else this.requests.push(url.pathname);
    if (sendModule(url.pathname, response) || sendPicture(this.origin, url.pathname, response) || keepFilm(request, response)) return;
    const found = PAGES[url.pathname];
    response.writeHead(found || url.pathname === "/loaded" ? 200 : 404, { "content-type": "text/html; charset=utf-8", "cache-control": "max-age=60" });
    response.write(found?.() ?? "");
    if (!url.pathname.endsWith("/endless")) response.end();
    this.#notices.announce();
  });

  /** @param {number} [port] any free one by default */
  async start(port = 0) {
    this.origin = await listening(this.#server, port);
    return this;
  }

  /** @param {string} path */
  url(path) {
    return this.origin + path;
  }

  /** Waits until a path has been asked for. @param {string} path */
  requested(path) {
    return this.#notices.until(`a request for ${path}`, () => this.requests.includes(path));
  }

  /** Waits until a page has loaded wholly. @param {string} path */
  pageLoaded(path) {
    return this.#notices.until(`${path} to load`, () => this.loaded.includes(path));
  }

  /** Lets a page that waits for a signal go on; waits until there is one. */
  async signal() {
    const response = await this.#notices.until("a page that waits for a signal", () => this.#held.shift());
    response.end();
  }

  close() {
    ended(this.#server);
  }
}

/** A search with suggestions of its own, and a list that is of something else. */
function suggest() {
  return page("Suggest", `<form id="form" action="/results" role="search"><input id="q" name="q" type="search" autocomplete="off" aria-controls="list"></form>
    <ul id="list" role="listbox" hidden><li id="first" role="option">harbour lantern</li><li id="other" role="option">harbour wall</li></ul>
    <ul role="listbox"><li id="stranger" role="option">harbour lantern</li></ul><a id="linked" href="/results?q=linked+lantern">A search</a>
    <script>q.oninput = () => { list.hidden = q.value === ""; }; first.onclick = () => { q.value = first.textContent; form.submit(); };
      other.onclick = stranger.onclick = () => { q.value = "harbour lantern"; form.submit(); };</script>`);
}

/** One of the content script's modules, where a path names one. @param {string} path @param {import("node:http").ServerResponse} response */
function sendModule(path, response) {
  const module = /^\/extension(\/(?:content|lib)\/\w+\.js|\/protocol\.js)$/.exec(path)?.[1];
  if (!module) return false;
  response.writeHead(200, { "content-type": "text/javascript" });
  response.end(readFileSync(new URL(`../../../extension/src${module}`, import.meta.url)));
  return true;
}
