// A site of pages full of pictures, for measuring. The pictures are drawn by a formula; no file is there twice, so nothing is
// known by its hash.

import { createServer } from "node:http";
import { ended, listening } from "../../browser/lib/listening.mjs";

/** Pictures on each page, and how many of them are drawn; the others are the same with another mark in their file. */
export const ON_PAGE = 24;
const DRAWN = 40;
/** Sizes that sites have: made smaller by the page. */
const SIZES = /** @type {const} */ ([[400, 300], [640, 480], [800, 600], [1200, 900]]);

/** Draws the pictures, in a browser, as JPEG. @param {import("puppeteer-core").Page} tab @returns {Promise<Buffer[]>} */
async function drawn(tab) {
  const written = await tab.evaluate(async (count, sizes) => {
    const files = [];
    for (let number = 0; number < count; number += 1) {
      const [width, height] = sizes[number % sizes.length] ?? [400, 300];
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      if (!context) throw new Error("nothing to draw with");
      const sky = context.createLinearGradient(0, 0, width, height);
      for (const stop of [0, 0.5, 1]) sky.addColorStop(stop, `hsl(${number * 37 + stop * 120} 60% ${40 + stop * 30}%)`);
      context.fillStyle = sky;
      context.fillRect(0, 0, width, height);
      for (let shape = 0; shape < 400; shape += 1) {
        const at = (/** @type {number} */ factor) => ((shape * factor + number * 101) % 997) / 997;
        context.fillStyle = `hsl(${shape * 11 + number * 7} 55% ${25 + at(31) * 50}% / 0.5)`;
        context.beginPath();
        context.ellipse(at(613) * width, at(389) * height, 4 + at(211) * width / 12, 4 + at(97) * height / 12, at(53) * 3, 0, 7);
        context.fill();
      }
      files.push(canvas.toDataURL("image/jpeg", 0.85).split(",")[1] ?? "");
    }
    return files;
  }, DRAWN, SIZES);
  return written.map((file) => Buffer.from(file, "base64"));
}

/** The same picture with a comment of its own: another file. @param {Buffer} jpeg @param {string} mark */
function marked(jpeg, mark) {
  const comment = Buffer.from(mark);
  const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, comment, jpeg.subarray(2)]);
}

export class ImageRich {
  origin = "";
  /** @type {Buffer[]} */
  #pictures = [];
  #server = createServer((request, response) => {
    const [, picture] = /^\/picture\/(.+)\.jpg$/.exec(request.url ?? "") ?? [];
    if (picture !== undefined) {
      response.writeHead(200, { "content-type": "image/jpeg", "cache-control": "max-age=600" });
      response.end(marked(this.#pictures[Number(picture.split("-")[1]) % DRAWN] ?? Buffer.alloc(0), picture));
      return;
    }
    const [, number] = /^\/page\/(\d+)$/.exec(request.url ?? "") ?? [];
    response.writeHead(number === undefined ? 404 : 200, { "content-type": "text/html; charset=utf-8" });
    response.end(number === undefined ? "" : page(Number(number)));
  });

  /** @param {import("puppeteer-core").Page} tab of any browser, to draw in */
  async start(tab) {
    this.#pictures = await drawn(tab);
    this.origin = await listening(this.#server);
    return this;
  }

  /** @param {number} number */
  url(number) {
    return `${this.origin}/page/${number}`;
  }

  stop() {
    ended(this.#server);
  }
}

/** @param {number} number */
function page(number) {
  const shown = Array.from({ length: ON_PAGE }, (_, at) => `<figure><img src="/picture/${number}-${number * 7 + at}.jpg" width="240" height="180">
    <figcaption>Pattern ${number * 7 + at}: ${"ovals on a slope of colour, ".repeat(3)}</figcaption></figure>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Patterns ${number}</title>
    <style>main { display: grid; grid-template-columns: repeat(4, 240px); } figure { margin: 4px; }</style><h1>Patterns</h1><main>${shown.join("")}</main>`;
}
