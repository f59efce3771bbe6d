// Which elements show a picture, which one, and where in the tab.

import { SIDE_PX_MIN } from "../lib/fetched.js";
import { naturalSize } from "./picture_bytes.js";
import { isVisible } from "./presence.js";
import { isNeverCaptured } from "./sensitive.js";

/**
 * @typedef {import("../protocol.js").PictureElement} PictureElement
 * @typedef {import("../protocol.js").Place} Place
 * @typedef {{key: string, element: PictureElement, address: string, width: number, height: number}} Picture
 */

/** What has been told of, by number, so that the background can ask where it is. @type {Map<number, Element>} */
const elements = new Map();
/** @type {WeakMap<Element, number>} */
const marks = new WeakMap();
let lastMark = 0;

/** A number that names an element to the background. @param {Element} element */
export function marked(element) {
  const mark = marks.get(element) ?? (lastMark += 1);
  marks.set(element, mark);
  elements.set(mark, element);
  return mark;
}

/** Forgets elements that have gone. */
export function pruneMarks() {
  for (const [mark, element] of elements) if (!element.isConnected) elements.delete(mark);
}

/**
 * The picture that an element shows; nothing where it shows none or a small one.
 * @param {Element} element
 * @returns {Picture | null}
 */
export function pictureIn(element) {
  if (element instanceof HTMLImageElement) {
    const { width, height } = naturalSize(element);
    return element.complete && isLarge(width, height) ? picture("img", element.currentSrc, width, height) : null;
  }
  if (element instanceof HTMLCanvasElement) {
    const { width, height } = element;
    return isLarge(width, height) ? { ...picture("canvas", "", width, height), key: `canvas ${marked(element)}` } : null;
  }
  if (element instanceof HTMLVideoElement) {
    const isPoster = element.poster !== "" && element.paused && element.currentTime === 0;
    return isPoster ? picture("other", element.poster, 0, 0) : null;
  }
  if (element instanceof SVGImageElement) {
    const address = element.href.baseVal;
    return URL.canParse(address, document.baseURI) ? picture("other", new URL(address, document.baseURI).href, 0, 0) : null;
  }
  if (!(element instanceof HTMLElement)) return null;
  if (!isLarge(element.offsetWidth, element.offsetHeight)) return null;
  // Of several, the first is the one on top.
  const [, address] = /url\("((?:[^"\\]|\\.)+)"\)/.exec(getComputedStyle(element).backgroundImage) ?? [];
  return address ? picture("background", address.replace(/\\(.)/g, "$1"), 0, 0) : null;
}

/** Whether an element is drawn: connected, not hidden, not wholly clear. @param {Element} element */
export function isStillThere(element) {
  return element.isConnected && element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
}

/**
 * Where an element is in its tab now, if all of what the window shows of it may be taken from the screen.
 * @param {number} mark
 * @returns {Place | null}
 */
export function placeOf(mark) {
  const element = elements.get(mark);
  if (!element || !isVisible() || !isStillThere(element)) return null;
  const shift = shiftInTab();
  if (!shift) return null;
  const box = element.getBoundingClientRect();
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const width = Math.min(window.innerWidth, box.right) - left;
  const height = Math.min(window.innerHeight, box.bottom) - top;
  if (!isLarge(width, height) || isSecretWithin(left, top, width, height)) return null;
  const { tab } = shift;
  return { left: (left + shift.left) / tab.innerWidth, top: (top + shift.top) / tab.innerHeight, width: width / tab.innerWidth, height: height / tab.innerHeight };
}

/** How far this frame is from the tab's corner; not known within another site's page or a page that is zoomed by fingers. */
function shiftInTab() {
  let left = 0;
  let top = 0;
  /** @type {Window} */
  let frame = window;
  try {
    while (frame.parent !== frame) {
      const box = frame.frameElement?.getBoundingClientRect();
      if (!box) return null;
      left += box.left + (frame.frameElement?.clientLeft ?? 0);
      top += box.top + (frame.frameElement?.clientTop ?? 0);
      frame = frame.parent;
    }
  } catch {
    return null;
  }
  return (frame.visualViewport?.scale ?? 1) === 1 ? { left, top, tab: frame } : null;
}

/** A field that is never captured may lie over a picture: then the screen is not read there (invariant 4). @param {number} left @param {number} top @param {number} width @param {number} height */
function isSecretWithin(left, top, width, height) {
  return [...document.querySelectorAll("input, textarea, [contenteditable]")].some((field) => {
    const box = field.getBoundingClientRect();
    const isOver = box.width > 0 && box.left < left + width && box.right > left && box.top < top + height && box.bottom > top;
    return isOver && isNeverCaptured(field);
  });
}

/** @param {PictureElement} element @param {string} address @param {number} width @param {number} height */
function picture(element, address, width, height) {
  return { key: `${element} ${address}`, element, address, width, height };
}

/** @param {number} width @param {number} height */
function isLarge(width, height) {
  return width >= SIDE_PX_MIN && height >= SIDE_PX_MIN;
}
