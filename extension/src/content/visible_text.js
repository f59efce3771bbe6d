import { utf8Bytes } from "../lib/text.js";

/**
 * @typedef {object} Reader
 * @property {(element: Element) => boolean} isLeftOut parts that are not read
 * @property {(root: ShadowRoot) => void} shadowFound called for each open shadow tree that is read
 */

/** Never text on the screen, or not the page's own: form values are captured only as typed text, if at all. */
const SKIPPED = new Set([
  "script", "style", "noscript", "template", "head", "input", "textarea", "select", "datalist", "iframe", "object",
  "canvas", "video", "audio", "meter", "progress",
]);
/** In the walk's stack: a line ends here. */
const LINE_END = Symbol("line end");

/**
 * The text that a person can see below `root`, as lines (one per block), without what is hidden.
 * @param {Node} root
 * @param {number} bytesMax
 * @param {Reader} reader
 * @returns {{lines: string[], cut: boolean}}
 */
export function visibleLines(root, bytesMax, reader) {
  const lines = new Lines(bytesMax);
  /** @type {(Node | typeof LINE_END)[]} */
  const stack = [root];
  for (let next = stack.pop(); next !== undefined && !lines.cut; next = stack.pop()) {
    if (next === LINE_END) {
      lines.end();
    } else if (next.nodeType === Node.TEXT_NODE) {
      if (isShown(next.parentElement)) lines.add(next.nodeValue ?? "");
    } else if (next instanceof Element) {
      enter(next, stack, lines, reader);
    } else if (next.nodeType === Node.DOCUMENT_FRAGMENT_NODE) {
      pushAll(stack, next.childNodes);
    }
  }
  lines.end();
  return { lines: lines.all, cut: lines.cut };
}

/**
 * @param {Element} element
 * @param {(Node | typeof LINE_END)[]} stack
 * @param {Lines} lines
 * @param {Reader} reader
 */
function enter(element, stack, lines, reader) {
  if (element.localName === "br") return lines.end();
  if (SKIPPED.has(element.localName) || reader.isLeftOut(element)) return;
  const style = getComputedStyle(element);
  if (style.display === "none" || style.opacity === "0" || style.contentVisibility === "hidden") return;
  if (isBlock(style.display)) {
    lines.end();
    stack.push(LINE_END);
  } else if (style.display === "table-cell") {
    lines.add(" ");
  }
  if (element.shadowRoot) reader.shadowFound(element.shadowRoot);
  pushAll(stack, childrenOf(element));
}

/**
 * What is drawn inside an element: its shadow tree where it has one, what is put in a slot, a closed <details>' summary.
 * @param {Element} element
 * @returns {Iterable<Node>}
 */
function childrenOf(element) {
  if (element.shadowRoot) return element.shadowRoot.childNodes;
  if (element instanceof HTMLSlotElement && element.assignedNodes().length > 0) return element.assignedNodes();
  if (element instanceof HTMLDetailsElement && !element.open) {
    return [...element.children].filter((child) => child.localName === "summary").slice(0, 1);
  }
  return element.childNodes;
}

/**
 * @param {(Node | typeof LINE_END)[]} stack
 * @param {Iterable<Node>} nodes
 */
function pushAll(stack, nodes) {
  for (const node of [...nodes].reverse()) stack.push(node);
}

/** @param {string} display */
function isBlock(display) {
  return !display.startsWith("inline") && !display.startsWith("ruby") && display !== "contents" && display !== "table-cell";
}

/** `visibility` may differ in a child of a hidden parent, so it is asked where the text is. @param {Element | null} element */
function isShown(element) {
  return element === null || getComputedStyle(element).visibility === "visible";
}

class Lines {
  /** @type {string[]} */
  all = [];
  cut = false;
  #line = "";
  #bytesLeft;

  /** @param {number} bytesMax */
  constructor(bytesMax) {
    this.#bytesLeft = bytesMax;
  }

  /** @param {string} text */
  add(text) {
    // A line longer than all that is left is cut when it ends; do not let it grow far beyond that.
    if (this.#line.length <= this.#bytesLeft) this.#line += text.slice(0, this.#bytesLeft + 1);
    if (this.#line.length > this.#bytesLeft) this.end();
  }

  end() {
    // Control characters are not seen, and would grow sixfold in JSON.
    const line = this.#line.replace(/[\s\p{Cc}]+/gu, " ").trim();
    this.#line = "";
    if (line === "" || this.cut) return;
    const bytes = utf8Bytes(line) + 1;
    this.cut = bytes > this.#bytesLeft;
    this.all.push(line);
    this.#bytesLeft -= bytes;
  }
}
