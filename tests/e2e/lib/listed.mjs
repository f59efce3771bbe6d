// Pictures by a formula that lists of a force name, and the pages that show them. No picture of anything.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { blotsPng, film, wavesPng } from "../../browser/lib/picture-pages.mjs";
import { must } from "./program.mjs";

/** Numbers of pictures whose file is on a list, and of one of which only the look is. */
export const LISTED = 41;
export const ALSO_LISTED = 42;
export const LIKENESS = 5;

/** The order of the demonstration with a paragraph that looks at pictures. */
export const ORDER = fileURLToPath(new URL("pictures-order.toml", import.meta.url));

const DRAWN = "context.drawImage(likeness, 0, 0, 160, 120);";
const SOURCE = `<script>const likeness = Object.assign(new Image(), { src: "/picture/${LIKENESS}-blots.png" });</script>`;

/** Title and body of each page, by path. @type {Record<string, [string, string]>} */
export const LISTED_PAGES = {
  "/listed": ["Listed", `<img src="/picture/${LISTED}.png">`],
  "/listed/behind": ["Behind", `<img src="/picture/${LISTED}.png"><p>Behind</p>`],
  "/listed/unseen": ["Unseen", `<a id="behind" href="/listed/behind">Opens behind</a> <img id="later" width="160" height="120">
    <img src="/picture/${LISTED}.png" width="16" height="16"><img src="/picture/${LISTED}-16x16.png">
    <div style="height:4000px"></div><img src="/picture/${LISTED}.png" width="160" height="120">`],
  "/listed/elsewhere": ["Elsewhere", `<img id="other"><script>other.src = location.origin.replace("127.0.0.1", "localhost") + "/picture/${LISTED}.png";</script>`],
  "/listed/canvas": ["Canvas", `${SOURCE}<canvas id="drawn" width="160" height="120"></canvas>
    <script>likeness.onload = () => { const context = drawn.getContext("2d"); ${DRAWN} };</script>`],
  "/listed/saved": ["Saved", `<a id="save" href="/picture/${LISTED}.png" download>Save</a>`],
  "/listed/film": ["Film", `${SOURCE}${film(DRAWN, "video.src = URL.createObjectURL(film);")}`],
};

/**
 * Imports a list of files and a list of how pictures look, which devices may hold.
 * @param {import("./stack.mjs").Stack} stack
 */
export async function importLists(stack) {
  const digests = [LISTED, ALSO_LISTED].flatMap((number) =>
    [wavesPng(number), wavesPng(number, 16, 16)].map((bytes) => createHash("sha256").update(bytes).digest("hex")));
  await importList(stack, "patterns", digests, []);
  const picture = join(stack.folder, "likeness.png");
  writeFileSync(picture, blotsPng(LIKENESS));
  const { pdq } = JSON.parse(await must("proviso-agent", ["classify", "image", picture]));
  await importList(stack, "likenesses", [pdq], ["--format", "pdq", "--device-ok"]);
}

/** @param {import("./stack.mjs").Stack} stack @param {string} name @param {string[]} lines @param {string[]} more */
async function importList(stack, name, lines, more) {
  const file = join(stack.folder, `${name}.txt`);
  writeFileSync(file, lines.join("\n"));
  const says = ["--name", name, "--source", "these tests", "--date", "2026-11-01", "--licence", "none needed: harmless patterns"];
  await must("proviso-server", ["--data-dir", stack.data, "hash-set", "import", file, ...says, ...more]);
}
