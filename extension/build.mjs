// Builds extension/dist/chromium and extension/dist/firefox from one source: `node extension/build.mjs`.
// Background and popup are ES modules as they stand. A content script cannot be one, so its modules are joined, in the
// order of their imports, into one script; making them loadable by pages instead would let every site see the extension.

import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const IMPORT = /^import \{([^}]*)\} from "(\.[^"]+)";$/gm;
const DECLARED = /^export (?:async )?(?:function|const|let|class) (\w+)/gm;

/**
 * Joins a module and what it imports into one classic script.
 * @param {string} entry path of the module
 * @returns {string}
 */
export function joined(entry) {
  /** @type {Map<string, string>} */
  const modules = new Map();
  visit(resolve(entry), modules);
  const parts = [...modules].map(([path, text]) => `// ${relative(here, path)}\n${text.trim()}\n`);
  return bare(`"use strict";\n(() => {\n${parts.join("\n")}})();\n`);
}

/**
 * Without lines of comment and without indentation: every page's load waits until a browser has read this script.
 * @param {string} script whose texts are each on one line
 */
function bare(script) {
  const withoutBlocks = script.replace(/^[ \t]*\/\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*\n/gm, "");
  return withoutBlocks.split("\n").map((line) => line.trim()).filter((line) => line !== "" && (!line.startsWith("//") || line.startsWith("// src/"))).join("\n") + "\n";
}

/**
 * @param {string} path
 * @param {Map<string, string>} modules by path, what is imported first comes first
 */
function visit(path, modules) {
  if (modules.has(path)) return;
  const text = readFileSync(path, "utf8");
  for (const [, names, from] of text.matchAll(IMPORT)) {
    const imported = resolve(dirname(path), from ?? "");
    visit(imported, modules);
    const declared = new Set([...readFileSync(imported, "utf8").matchAll(DECLARED)].map(([, name]) => name));
    for (const name of (names ?? "").split(",").map((part) => part.trim()).filter(Boolean)) {
      if (!declared.has(name)) throw new Error(`${path}: ${from} does not export ${name}; rename on import is not supported`);
    }
  }
  const body = text.replace(IMPORT, "").replace(/^export /gm, "");
  if (/^(import|export)\b/m.test(body)) throw new Error(`${path}: only "import { a, b } from" and "export" before a declaration can be joined`);
  // Each module keeps a scope of its own: private names may repeat. A name exported twice is an error of the script.
  const names = [...text.matchAll(DECLARED)].map(([, name]) => name);
  const scope = `(() => {\n${body.trim()}\nreturn { ${names.join(", ")} };\n})();`;
  modules.set(path, names.length > 0 ? `const { ${names.join(", ")} } = ${scope}` : scope);
}

/**
 * Writes the extension for one browser.
 * @param {"chromium" | "firefox"} browser
 * @param {string} [dist] folder that holds one folder per browser
 * @returns {string} the folder of the unpacked extension
 */
export function build(browser, dist = join(here, "dist")) {
  // Built beside and then put in place, so that a browser that starts meanwhile never finds half an extension.
  const place = join(dist, browser);
  const folder = `${place}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  for (const part of ["background", "lib", "popup", "protocol.js"]) cpSync(join(here, "src", part), join(folder, part), { recursive: true });
  cpSync(join(here, "icons"), join(folder, "icons"), { recursive: true, filter: (path) => !path.endsWith(".mjs") });
  writeFileSync(join(folder, "content.js"), joined(join(here, "src/content/main.js")));
  const read = (/** @type {string} */ name) => JSON.parse(readFileSync(join(here, name), "utf8"));
  const manifest = { ...read("manifest.json"), ...read(`manifest.${browser}.json`) };
  writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  rmSync(place, { recursive: true, force: true });
  renameSync(folder, place);
  return place;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const browser of /** @type {const} */ (["chromium", "firefox"])) process.stdout.write(`${build(browser)}\n`);
}
