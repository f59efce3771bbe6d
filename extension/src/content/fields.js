import { asWords } from "../lib/text.js";

/** @typedef {import("../protocol.js").Field} Field */

const TEXT_TYPES = new Set(["text", "search", "email", "url"]);
/** Names that sites give to the field of a search, and the key of its query in the address. */
const SEARCH_NAMES = new Set(["q", "query", "search", "s", "searchterm", "search_query", "searchquery", "keyword", "keywords", "wd", "p"]);
const SEARCH_WORDS = /\bsearch\b|\bsuche\b|\brecherche\b|\bbuscar\b/;
const MESSAGE_WORDS = /\b(message|comment|reply|chat|post|write|compose)\b/;

/**
 * The field that an event happened in, if it is one that takes text.
 * @param {Event} event
 * @returns {HTMLElement | null}
 */
export function fieldOf(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return null;
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return target;
  return editingHost(target);
}

/**
 * Whether a field is of a kind that may be captured at all: numbers, dates, telephone numbers and files are not text.
 * @param {HTMLElement} field
 * @returns {boolean}
 */
export function takesText(field) {
  return !(field instanceof HTMLInputElement) || TEXT_TYPES.has(field.type);
}

/**
 * What is in a field now.
 * @param {HTMLElement} field
 * @returns {string}
 */
export function valueOf(field) {
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) return field.value;
  return field.innerText;
}

/**
 * @param {HTMLElement} field
 * @returns {Field}
 */
export function kindOf(field) {
  const name = (field.getAttribute("name") ?? "").toLowerCase();
  const words = ["name", "id", "aria-label", "placeholder"].map((key) => asWords(field.getAttribute(key) ?? "")).join(" ");
  const searching = field.getAttribute("type") === "search" || field.getAttribute("role") === "searchbox" || SEARCH_NAMES.has(name);
  if (searching || field.closest("[role=search], search") || SEARCH_WORDS.test(words)) return "search";
  return !(field instanceof HTMLInputElement) || MESSAGE_WORDS.test(words) ? "message" : "text";
}

/** The outermost element around `element` that the person can edit. @param {HTMLElement} element */
function editingHost(element) {
  if (!element.isContentEditable) return null;
  let host = element;
  while (host.parentElement?.isContentEditable) host = host.parentElement;
  return host;
}
