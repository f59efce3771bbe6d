// Finds conversations on a page: a log, a feed, or siblings of one shape that have an author or a time.

/** Where pages say themselves that messages come in. */
const LIVE = '[role="log"], [role="feed"], [aria-live="polite"], [aria-live="assertive"]';
const MARKS = "time, [datetime], [data-author], [data-sender], [data-timestamp], [itemprop=author]";
/** Steps from a mark up to the message that it stands in. */
const DEPTH_MAX = 6;
const MARKS_MAX = 2_000;
const ITEMS_MAX = 2_000;
/** Names that say only that it is a conversation. */
const PLAIN_NAMES = /^(messages?|chat|chat log|conversation|log|posts?|replies|comments?|thread|message list)$/i;

/**
 * @typedef {object} Found
 * @property {Element} container
 * @property {Element[]} items messages in their order
 * @property {boolean} isLive whether the page itself says that it is a log
 * @typedef {Map<Element, Set<string>>} Rows shapes of the children that are rows of a conversation, by what holds them
 */

/** @returns {Found[]} */
export function findConversations() {
  /** @type {Found[]} */
  const found = [];
  /** @type {Set<Element>} */
  const containers = new Set();
  /** What holds a conversation. @type {Set<Element>} */
  const holders = new Set();
  const isInside = (/** @type {Element} */ element) => holders.has(element) || withParents(element).some((one) => containers.has(one));
  const add = (/** @type {Found} */ one) => {
    found.push(one);
    containers.add(one.container);
    for (const parent of withParents(one.container)) holders.add(parent);
  };
  for (const live of document.querySelectorAll(LIVE)) {
    const container = spread(live);
    const items = itemsOf(container);
    const isLog = live.matches('[role="log"], [role="feed"]');
    if (!isInside(container) && items.length > 0 && (isLog || marked(items) * 2 >= items.length)) add({ container, items, isLive: true });
  }
  let marks = 0;
  /** @type {Rows} */
  const rows = new Map();
  for (const mark of document.querySelectorAll(MARKS)) {
    if ((marks += 1) > MARKS_MAX) break;
    if (isInside(mark)) continue;
    const container = rowsAround(mark, rows);
    if (container && !isInside(container)) add({ container, items: itemsOf(container), isLive: false });
  }
  return found;
}

/** What the page calls a conversation. @param {Element} container @returns {string} */
export function nameOf(container) {
  const labelled = container.closest("[aria-labelledby], [aria-label]");
  const id = labelled?.getAttribute("aria-labelledby")?.split(/\s+/)[0];
  const title = document.title.replace(/^\s*\(\d+\+?\)\s*/, "");
  const near = container.closest("main, section, article, [role=main], [role=region]") ?? document;
  const names = [
    id ? document.getElementById(id)?.textContent : null,
    labelled?.getAttribute("aria-label"), near.querySelector("h1, h2, [role=heading]")?.textContent, document.querySelector("h1")?.textContent, title,
  ];
  for (const name of names) {
    const line = (name ?? "").replace(/[\s\p{Cc}]+/gu, " ").trim();
    if (line !== "" && !PLAIN_NAMES.test(line)) return line.slice(0, 100);
  }
  return "";
}

/** A log may hold its messages in a frame within. @param {Element} live */
function spread(live) {
  let element = live;
  for (let depth = 0; depth < DEPTH_MAX && element.children.length === 1; depth += 1) {
    const only = element.children[0];
    if (!only || only.children.length < 2 || only.querySelector(MARKS)?.parentElement === only) break;
    element = only;
  }
  return element;
}

/** @param {Element} container @returns {Element[]} */
function itemsOf(container) {
  const items = [...container.children].filter((child) => (child.textContent ?? "").trim() !== "" && !child.matches("script, style, form, header, nav, h1, h2, h3"));
  return items.slice(-ITEMS_MAX);
}

/** How many items have an author or a time. @param {Element[]} items */
function marked(items) {
  return items.filter((item) => item.matches(MARKS) || item.querySelector(MARKS)).length;
}

/**
 * The element whose children are of one shape and have marks, one of them holding `mark`.
 * @param {Element} mark
 * @param {Rows} known of this look at the page: every list is gone through once, however many marks it has
 */
function rowsAround(mark, known) {
  let row = mark;
  for (let depth = 0; depth < DEPTH_MAX && row.parentElement; depth += 1) {
    const container = row.parentElement;
    const shapes = known.get(container) ?? rowShapes(container);
    known.set(container, shapes);
    if (shapes.has(shape(row))) return container;
    row = container;
    if (container === document.body) break;
  }
  return null;
}

/** Shapes of which at least two children, and half of all of that shape, have a time and words. @param {Element} container */
function rowShapes(container) {
  /** @type {Map<string, {all: number, rows: number}>} */
  const counts = new Map();
  for (const child of container.matches("tr, p, nav") ? [] : container.children) {
    const count = counts.get(shape(child)) ?? { all: 0, rows: 0 };
    count.all += 1;
    if (child.querySelector("time, [datetime], [data-timestamp]") && child.querySelector("p, div, span, blockquote")) count.rows += 1;
    counts.set(shape(child), count);
  }
  return new Set([...counts].filter(([, { all, rows }]) => rows >= 2 && rows * 2 >= all).map(([name]) => name));
}

/** An element and all that it stands in. @param {Element} element */
function withParents(element) {
  const all = [];
  for (let next = /** @type {Element | null} */ (element); next; next = next.parentElement) all.push(next);
  return all;
}

/** @param {Element} element */
function shape(element) {
  return `${element.localName} ${element.getAttribute("role") ?? ""}`;
}
