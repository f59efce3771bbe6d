// That an entry of a search field's own list of suggestions was chosen, with the pointer or with the keys, and what it
// says. Whether the query that follows is the same the background looks; any other list of a page says nothing of a search.

import { cutToBytes } from "../lib/text.js";
import { SEARCH_TYPED_BYTES_MAX } from "../protocol.js";
import { fieldOf, kindOf } from "./fields.js";

const LINES_MAX = 5;

/** The search field that was last entered or typed into. @type {HTMLElement | null} */
let field = null;

/** @param {(words: string[]) => void} chosen what the entry says: the whole of it, and each of its lines */
export function watchSuggestions(chosen) {
  const on = (/** @type {string} */ name, /** @type {(event: Event) => void} */ act) =>
    window.addEventListener(name, (event) => void (event.isTrusted && act(event)), { capture: true, passive: true });
  const enter = (/** @type {Event} */ event) => {
    const entered = fieldOf(event);
    if (entered) field = kindOf(entered) === "search" ? entered : null;
  };
  on("focusin", enter);
  on("input", enter);
  // The press, not the click: some pages go on at once.
  on("pointerdown", (event) => {
    const target = event.composedPath()[0];
    const entry = target instanceof Element ? target.closest("[role=option]") : null;
    if (entry && field && isListOf(field, entry.closest("[role=listbox]"))) chosen(wordsOf(entry));
  });
  on("keydown", (event) => {
    const at = event instanceof KeyboardEvent && event.key === "Enter" ? fieldOf(event) : null;
    if (!at || kindOf(at) !== "search") return;
    const active = at.getAttribute("aria-activedescendant");
    const entry = active ? byId(at, active) : null;
    if (entry?.matches("[role=option]")) chosen(wordsOf(entry));
  });
}

/**
 * Whether a list is a field's own: named by it or by the combination that it stands in, or within the same search form.
 * @param {HTMLElement} search
 * @param {Element | null} list
 */
function isListOf(search, list) {
  if (!list) return false;
  const named = [search, search.closest("[role=combobox]")].flatMap((element) =>
    ["aria-controls", "aria-owns"].flatMap((name) => (element?.getAttribute(name) ?? "").split(/\s+/)));
  if (named.some((id) => id !== "" && byId(search, id)?.contains(list))) return true;
  return search.closest("form, [role=search], search")?.contains(list) === true;
}

/** @param {HTMLElement} near @param {string} id */
function byId(near, id) {
  const root = near.getRootNode();
  return root instanceof Document || root instanceof ShadowRoot ? root.getElementById(id) : null;
}

/** @param {Element} entry */
function wordsOf(entry) {
  const text = entry instanceof HTMLElement ? entry.innerText : (entry.textContent ?? "");
  const words = [text, ...text.split("\n").slice(0, LINES_MAX)].map((line) => cutToBytes(line.replace(/\s+/g, " ").trim(), SEARCH_TYPED_BYTES_MAX).text);
  return [...new Set(words)].filter((line) => line !== "");
}
