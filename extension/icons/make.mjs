// Draws the toolbar sign: a notice board with a paragraph mark's two strokes, dark on light. `node extension/icons/make.mjs`
// writes the PNG files beside it; they are committed, so nobody needs to run this to build.

import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32, deflateSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const BOARD = [29, 112, 184];
const INK = [255, 255, 255];
const SAMPLES = 4;

/** Colour at a point of the unit square, or nothing. @param {number} x @param {number} y */
function colourAt(x, y) {
  if (!inRounded(x, y, 0.04, 0.04, 0.96, 0.96, 0.2)) return null;
  /** @type {[number, number, number, number][]} */
  const bars = [[0.22, 0.25, 0.78, 0.36], [0.22, 0.445, 0.78, 0.555], [0.22, 0.64, 0.56, 0.75]];
  return bars.some(([left, top, right, bottom]) => x >= left && x <= right && y >= top && y <= bottom) ? INK : BOARD;
}

/** @param {number} x @param {number} y @param {number} left @param {number} top @param {number} right @param {number} bottom @param {number} radius */
function inRounded(x, y, left, top, right, bottom, radius) {
  const dx = Math.max(left + radius - x, 0, x - (right - radius));
  const dy = Math.max(top + radius - y, 0, y - (bottom - radius));
  return dx * dx + dy * dy <= radius * radius;
}

/** @param {number} size in pixels @returns {Buffer} a PNG file */
function draw(size) {
  const rows = [];
  for (let row = 0; row < size; row += 1) {
    const bytes = [0];
    for (let column = 0; column < size; column += 1) bytes.push(...pixel(row, column, size));
    rows.push(Buffer.from(bytes));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.concat(rows))), chunk("IEND", Buffer.alloc(0))]);
}

/** Red, green, blue, alpha of one pixel, smoothed. @param {number} row @param {number} column @param {number} size */
function pixel(row, column, size) {
  let covered = 0;
  const sum = [0, 0, 0];
  for (let i = 0; i < SAMPLES * SAMPLES; i += 1) {
    const x = (column + ((i % SAMPLES) + 0.5) / SAMPLES) / size;
    const y = (row + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) / size;
    const colour = colourAt(x, y);
    if (!colour) continue;
    covered += 1;
    colour.forEach((value, at) => (sum[at] = (sum[at] ?? 0) + value));
  }
  return covered === 0 ? [0, 0, 0, 0] : [...sum.map((value) => Math.round(value / covered)), Math.round((255 * covered) / SAMPLES ** 2)];
}

/** @param {string} name @param {Buffer} data */
function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

for (const size of [16, 32, 48, 128]) writeFileSync(join(here, `sign-${size}.png`), draw(size));
