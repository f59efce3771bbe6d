// Pictures made by a formula, and pages that show them. No picture of anything.

import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * A PNG of overlaid waves. Another number is another picture.
 * @param {number} number
 * @param {number} [width]
 * @param {number} [height]
 * @param {number} [ballast] bytes that say nothing, to make a file long
 */
export function wavesPng(number, width = 160, height = 120, ballast = 0) {
  const shade = (/** @type {number} */ x, /** @type {number} */ y) =>
    127 + 42 * (Math.sin((x * (number + 2)) / 23) + Math.cos((y * (number + 3)) / 31) + Math.sin((x + y) / (9 + number)));
  return greyPng(width, height, shade, ballast > 0 ? Buffer.alloc(ballast, number) : undefined);
}

/**
 * A PNG of blots, which looks the same when it is coded, drawn again or made smaller, as photographs do.
 * @param {number} number
 */
export function blotsPng(number) {
  const waves = Array.from({ length: 60 }, (_, at) => [(at * 5 + number) % 11, (at * 7 + 1) % 11, ((at * number * 73) % 97) / 15, ((at * number * 41) % 89) / 14]);
  const shade = (/** @type {number} */ x, /** @type {number} */ y) =>
    127 + 100 * Math.tanh(waves.reduce((sum, [u = 0, v = 0, p = 0, q = 0]) => sum + Math.cos((Math.PI * u * x) / 160 + p) * Math.cos((Math.PI * v * y) / 120 + q), 0) / 2);
  return greyPng(160, 120, shade);
}

/** @param {number} width @param {number} height @param {(x: number, y: number) => number} shade @param {Buffer} [ballast] */
function greyPng(width, height, shade, ballast) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (1 + width * 3) + 1 + x * 3;
      rows.fill(Math.max(0, Math.min(255, Math.round(shade(x, y)))), at, at + 3);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const extra = ballast ? [chunk("baLl", ballast)] : [];
  return Buffer.concat([SIGNATURE, chunk("IHDR", head), ...extra, chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** A canvas that a script has drawn on. */
const DRAWN = `<canvas id="drawn" width="160" height="120"></canvas><script>
  { const context = drawn.getContext("2d");
    for (let x = 0; x < 160; x += 4) { context.fillStyle = "hsl(" + x * 2 + " 80% 50%)"; context.fillRect(x, 0, 4, 120); } }</script>`;
/** A canvas on which another site's picture stands: no script may read it. */
const TAINTED = `<canvas id="tainted" width="160" height="120"></canvas><script>
  { const image = new Image(); image.onload = () => tainted.getContext("2d").drawImage(image, 0, 0);
    image.src = location.origin.replace("127.0.0.1", "localhost") + "/picture/5.png"; }</script>`;
/**
 * A video that the page makes of a canvas, and plays.
 * @param {string} draw a script that draws frame `x` with `context`
 * @param {string} show a script that gives `film`, a Blob, to `video`
 */
export const film = (draw, show) => `<video id="video" muted loop width="320" height="240"></video><script>
  (async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
    const context = canvas.getContext("2d");
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm;codecs=vp8" });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onstop = async () => { const film = new Blob(parts, { type: "video/webm" }); ${show} await video.play(); };
    recorder.start();
    let x = 0;
    const timer = setInterval(() => { ${draw} x += 1; if (x === 60) { clearInterval(timer); recorder.stop(); } }, 50);
  })();</script>`;
const BARS = `context.fillStyle = "hsl(" + x * 9 + " 90% 50%)"; context.fillRect((x * 7) % 160, 0, 30, 120);`;
const OWN = `video.src = URL.createObjectURL(film);`;
/** With keys, as protected films have them; the browser's own test system of keys, and nothing to hide. */
const WITH_KEYS = `const system = await navigator.requestMediaKeySystemAccess("org.w3.clearkey",
    [{ initDataTypes: ["webm", "keyids"], videoCapabilities: [{ contentType: 'video/webm; codecs="vp8"' }] }]);
  await video.setMediaKeys(await system.createMediaKeys()); ${OWN}`;
/** From another site, which lets no script read it. */
const ELSEWHERE = `await fetch("/keep", { method: "POST", body: film }); video.src = location.origin.replace("127.0.0.1", "localhost") + "/kept.webm";`;
/** A film that is black until its page is told otherwise. */
const DARK = `<video id="video" muted width="320" height="240"></video><script>
  { const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
    const context = canvas.getContext("2d");
    let x = 0;
    setInterval(() => { context.fillStyle = window.light ? "hsl(" + x * 9 + " 90% 50%)" : "#000"; context.fillRect((x * 7) % 160, 0, window.light ? 30 : 160, 120); x += 1; }, 50);
    context.fillRect(0, 0, 160, 120);
    video.srcObject = canvas.captureStream(20);
    void video.play(); }</script>`;
const DATA = `data:image/png;base64,${wavesPng(4).toString("base64")}`;

/** Title and body of each page, by path. @type {Record<string, [string, string]>} */
export const PICTURE_PAGES = {
  "/pictures": ["Pictures", `<img src="/picture/1.png"><img srcset="/picture/2.png 1x" src="/picture/99.png"><picture><source srcset="/picture/3.png"><img src="/picture/98.png"></picture>
    <img id="data" src="${DATA}"><div style="width:160px;height:120px;background:url(/picture/6.png)"></div><img id="other">
    <script>other.src = location.origin.replace("127.0.0.1", "localhost") + "/picture/7.png";</script>`],
  "/pictures/none": ["None of these", `<img id="seen" src="/picture/1.png" width="160" height="120"><img src="/picture/8-16x16.png"><img src="/picture/9.png" width="40" height="30">
    <img src="/picture/10.png" style="visibility:hidden"><img src="/picture/11.png" style="opacity:0"><div style="display:none"><img src="/picture/12.png"></div>
    <div style="height:4000px"></div><img id="below" src="/picture/13.png" width="160" height="120"><img id="lazy" loading="lazy" src="/picture/14.png" width="160" height="120">`],
  "/pictures/links": ["Links", `<a id="behind" href="/pictures/behind">Opens behind</a>`],
  "/pictures/behind": ["Behind", `<img src="/picture/15.png">`],
  "/pictures/loading": ["Loading", `<img src="/picture/20.png"><img src="/signal">`],
  "/pictures/endless": ["Endless", `<img src="/picture/21.png">`],
  "/pictures/canvas": ["Canvas", DRAWN],
  "/pictures/tainted": ["Tainted", TAINTED],
  "/pictures/once": ["Once", `<img src="/picture/once/16.png">`],
  "/pictures/one": ["One", `<img src="/picture/1-640x480.png">`],
  "/pictures/long": ["Long", `<img src="/picture/17-long.png">`],
  "/pictures/video": ["Video", film(BARS, OWN)],
  "/pictures/protected": ["Protected", `${film(BARS, WITH_KEYS)}<img id="later">`],
  "/pictures/elsewhere": ["Elsewhere", film(BARS, ELSEWHERE)],
  "/pictures/dark": ["Dark", DARK],
  "/pictures/save": ["Save", `<a id="other" href="/article" download="article.html">A page</a> <a id="tiny" href="/picture/19-16x16.png" download>A tiny picture</a>
    <a id="picture" href="/picture/18.png" download>A picture</a>`],
};

/** Addresses that were asked for and give their picture one time only. @type {Set<string>} */
const given = new Set();

/**
 * Sends the picture that an address names, such as `/picture/3.png` or `/picture/8-16x16.png`.
 * @param {string} origin of the site that was asked
 * @param {string} path
 * @param {import("node:http").ServerResponse} response
 */
export function sendPicture(origin, path, response) {
  const [, once, number, width, height, kind] = /^\/picture\/(once\/)?(\d+)(?:-(\d+)x(\d+))?(-long|-blots)?\.png$/.exec(path) ?? [];
  if (number === undefined) return false;
  if (once && given.has(origin + path)) {
    response.writeHead(403).end();
    return true;
  }
  given.add(origin + path);
  response.writeHead(200, { "content-type": "image/png", "cache-control": once ? "no-store" : "max-age=60" });
  response.end(kind === "-blots" ? blotsPng(Number(number)) : wavesPng(Number(number), Number(width ?? 160), Number(height ?? 120), kind ? 9 * 1024 * 1024 : 0));
  return true;
}

/** Films that pages have given, by the port of their site. @type {Map<string, Buffer>} */
const kept = new Map();

/**
 * Keeps the film that a page gives (`/keep`), or sends it (`/kept.webm`) as a site does that lets no script of another read it.
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
export function keepFilm(request, response) {
  const port = String(request.socket.localPort);
  if (request.url === "/kept.webm") {
    response.writeHead(200, { "content-type": "video/webm", "cache-control": "no-store" });
    response.end(kept.get(port));
    return true;
  }
  if (request.url !== "/keep") return false;
  /** @type {Buffer[]} */
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    kept.set(port, Buffer.concat(parts));
    response.end();
  });
  return true;
}
