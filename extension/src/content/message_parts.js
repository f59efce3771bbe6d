// Author, time and words of one message, by what pages offer in general: no site is known by name here.

import { asWords } from "../lib/text.js";

const AUTHOR = [
  "[data-author]", "[data-sender]", "[data-username]", "[data-user-name]", "[data-nick]", "[itemprop=author]", "[rel~=author]", "address",
].join(",");
const AUTHOR_WORDS = /(^| )(author|sender|username|user name|nick|nickname|display name|from|poster|byline)( |$)/;
const TIME = "time, [datetime], [data-time], [data-timestamp]";
const TIME_WORDS = /(^| )(time|timestamp|date|sent at|posted at|datetime)( |$)/;
/** What pages call the account's own messages, and those of others. */
const OWN_WORDS = /(^| )(own|mine|outgoing|from me|is me|by me|is self|from self|message (self|out|sent)|sent message)( |$)/;
const OTHER_WORDS = /(^| )(other|others|incoming|received|them|from them|not me)( |$)/;
const YOU = /^(you|me|yourself|ich|du|sie|moi|vous|toi|yo|tú|usted|eu|você|ja|ty|eu însumi|آپ|أنت|ਤੁਸੀਂ)$/u;
/** `aria-label`s of common layouts: "Message from Kit, 10:02", "Kit said: ...", "You sent ...". */
const LABELS = [/^message (?:from|by) (.{1,80}?)(?:[,:;.]|\s+at\s|$)/iu, /^(.{1,80}?)\s+(?:said|wrote|sent|says|replied)\b/iu];
const NAME_LENGTH_MAX = 100;

/** Whether an author is no name but the page's word for the account itself. @param {string} author */
export function isYou(author) {
  return YOU.test(author.toLowerCase());
}

/**
 * @typedef {object} Parts
 * @property {string} author empty where none is shown
 * @property {boolean | null} own whether the page says that it is the account's own
 * @property {string} time empty where none is shown
 * @property {boolean} isDated whether the time is the page's data rather than words such as "2 minutes ago", which change
 * @property {Set<Element>} labels elements that hold author and time: no words of the message
 */

/** @param {Element} item @returns {Parts} */
export function partsOf(item) {
  /** @type {Set<Element>} */
  const labels = new Set();
  const authorAt = find(item, AUTHOR, AUTHOR_WORDS);
  const timeAt = find(item, TIME, TIME_WORDS);
  let author = "";
  if (authorAt) {
    author = attribute(authorAt, ["data-author", "data-sender", "data-username", "data-user-name", "data-nick"]) || short(authorAt.textContent);
    if (short(authorAt.textContent) === author) labels.add(authorAt);
  }
  for (const pattern of author ? [] : LABELS) author ||= short(pattern.exec(item.getAttribute("aria-label") ?? "")?.[1] ?? "");
  const dated = timeAt ? attribute(timeAt, ["datetime", "data-time", "data-timestamp"]) : "";
  const time = dated || short(timeAt?.textContent);
  if (timeAt && timeAt !== item) labels.add(timeAt);
  return { author, own: ownBy(item, author), time, isDated: dated !== "", labels };
}

/** @param {Element} item @param {string} author @returns {boolean | null} */
function ownBy(item, author) {
  if (isYou(author)) return true;
  const said = attribute(item, ["data-own", "data-is-own", "data-from-me", "data-mine", "data-self"]);
  if (said) return !/^(false|0|no)$/i.test(said);
  const first = item.firstElementChild;
  for (const element of [item, first]) {
    const words = classWords(element);
    if (OWN_WORDS.test(words)) return true;
    if (OTHER_WORDS.test(words)) return false;
  }
  return null;
}

/**
 * The first element in an item, or the item itself, that a selector or the words of its class name.
 * @param {Element} item
 * @param {string} selector
 * @param {RegExp} words
 */
function find(item, selector, words) {
  if (item.matches(selector)) return item;
  const found = item.querySelector(selector);
  if (found) return found;
  for (const element of item.querySelectorAll("[class], [data-testid]")) {
    const text = (element.textContent ?? "").trim();
    if (text !== "" && text.length <= NAME_LENGTH_MAX && words.test(classWords(element))) return element;
  }
  return null;
}

/** @param {Element | null} element */
function classWords(element) {
  if (!element) return "";
  return [element.getAttribute("class"), element.getAttribute("data-testid")].map((text) => asWords(text ?? "")).join(" ");
}

/** @param {Element} element @param {string[]} names */
function attribute(element, names) {
  for (const name of names) {
    const value = element.getAttribute(name);
    if (value) return short(value);
  }
  return "";
}

/** @param {string | null | undefined} text */
function short(text) {
  const line = (text ?? "").replace(/[\s\p{Cc}]+/gu, " ").trim().replace(/[:,]$/, "");
  return line.length > NAME_LENGTH_MAX ? "" : line;
}

/**
 * Whether a message is drawn at the right or left of its conversation; nothing where it fills it.
 * @param {Element} item
 * @param {DOMRect} frame of the conversation
 * @returns {"left" | "right" | null}
 */
export function sideOf(item, frame) {
  let element = item;
  // The bubble is the first element on the way down that is narrower than what holds it.
  for (let depth = 0; depth < 4; depth += 1) {
    const box = element.getBoundingClientRect();
    const left = box.left - frame.left;
    const right = frame.right - box.right;
    if (frame.width > 0 && Math.abs(left - right) > frame.width / 6) return left > right ? "right" : "left";
    const next = [...element.children].find((child) => (child.textContent ?? "").trim() !== "");
    if (!next) return null;
    element = next;
  }
  return null;
}
