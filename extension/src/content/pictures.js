// Pictures that are really shown: visible, large enough and long enough. Each is told once per page view and address.

import { SIDE_PX_MIN } from "../lib/fetched.js";
import { address } from "./address.js";
import { bytesAt, pixelsOf } from "./picture_bytes.js";
import { isStillThere, marked, pictureIn, pruneMarks } from "./picture_elements.js";
import { isVisible, presence } from "./presence.js";
import { whenSettled } from "./settled.js";
import { VideoFrames } from "./video_frames.js";

/**
 * @typedef {import("../protocol.js").Config} Config
 * @typedef {import("../protocol.js").PictureAnswer} PictureAnswer
 * @typedef {import("../protocol.js").PictureSeen} PictureSeen
 * @typedef {import("./picture_elements.js").Picture} Picture
 */

/** A picture must have been visible this long without a break. */
const SHOWN_MS_MIN = 1_000;
/** This much of it, or of the window where it is larger than that. */
const SHARE_MIN = 0.5;
/** A canvas that has changed is looked at again after this long. */
const CANVAS_AGAIN_MS = 5_000;
/** And one that only the screen shows, which nobody can see changing. */
const CLOSED_CANVAS_AGAIN_MS = 30_000;
const QUIET_MS = 300;
/** A search of the page for pictures may take this part of the time at most. */
const SCAN_SHARE = 10;

/**
 * One element that shows a picture.
 * @typedef {object} Watched
 * @property {boolean} enough enough of it is in the window
 * @property {string} key what it shows
 * @property {number} since when it began to be visible with that; 0 while it is not
 * @property {ReturnType<typeof setTimeout> | undefined} timer
 * @property {boolean} busy
 * @property {string} drawn what a canvas showed when it was last told
 */

export class Pictures {
  /** @type {Map<Element, Watched>} */
  #watched = new Map();
  /** What has been told of this page. @type {Set<string>} */
  #told = new Set();
  #page = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #scanMs = 0;
  #isSettled = false;
  #config;
  #send;
  #frames;
  #observer = new IntersectionObserver((entries) => entries.forEach((entry) => this.#moved(entry)), {
    threshold: Array.from({ length: 21 }, (_, step) => step / 20),
  });
  /** @type {WeakSet<Node>} */
  #roots = new WeakSet();

  /**
   * @param {() => Config | null} config
   * @param {(seen: PictureSeen) => Promise<PictureAnswer>} send
   */
  constructor(config, send) {
    this.#config = config;
    this.#send = send;
    this.#frames = new VideoFrames((video, frame, visibleMs) => this.#tell(video, { element: "video-frame", address: video.currentSrc, ...frame }, visibleMs));
    whenSettled(() => {
      this.#isSettled = true;
      if (!this.#mayLook()) return;
      this.#scan();
      this.look();
    });
  }

  /** Begins, or goes on after a change of what may be captured or of what is in front. */
  look() {
    if (!this.#mayLook()) return this.rest();
    this.#watchRoot(document);
    this.#soon();
    for (const [element, watched] of this.#watched) this.#arm(element, watched);
  }

  /** Somebody uses the page: what was told of it is told again, as then it counts. */
  again() {
    this.#told.clear();
    this.look();
  }

  /** The page has left the screen: what was visible no longer is. */
  rest() {
    for (const watched of this.#watched.values()) this.#stop(watched);
    this.#frames.rest();
  }

  #mayLook() {
    return this.#isSettled && this.#config()?.capture.pictures === true && isVisible();
  }

  /** Changes in a shadow tree are not seen from outside it. @param {Document | ShadowRoot} root */
  #watchRoot(root) {
    if (this.#roots.has(root)) return;
    this.#roots.add(root);
    new MutationObserver(() => this.#soon()).observe(root, {
      subtree: true, childList: true, attributes: true, attributeFilter: ["class", "style", "src", "srcset", "hidden", "open", "width", "height", "poster"],
    });
    for (const name of ["playing", "loadeddata", "transitionend", "animationend"]) {
      root.addEventListener(name, () => this.#soon(), { capture: true, passive: true });
    }
    root.addEventListener("load", ({ target }) => this.#loaded(target), { capture: true, passive: true });
    root.addEventListener("play", (event) => this.#frames.begins(event), { capture: true, passive: true });
    root.addEventListener("encrypted", (event) => this.#frames.encrypted(event), { capture: true, passive: true });
  }

  /** An image that has come is watched at once: for that the page need not be searched. @param {EventTarget | null} target */
  #loaded(target) {
    if (!(target instanceof HTMLImageElement)) return this.#soon();
    const watched = this.#watched.get(target);
    if (watched) this.#arm(target, watched);
    else if (this.#mayLook() && pictureIn(target)) this.#watch(target);
  }

  #soon() {
    if (!this.#mayLook()) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#mayLook()) this.#scan();
    }, Math.max(QUIET_MS, this.#scanMs * SCAN_SHARE));
  }

  #scan() {
    const start = performance.now();
    const page = address().replace(/#(?![/!]).*$/, "");
    if (page !== this.#page) this.#told.clear(); // At another address everything is new.
    this.#page = page;
    for (const [element, watched] of this.#watched) if (!element.isConnected) this.#forget(element, watched);
    pruneMarks();
    /** @type {(Document | ShadowRoot)[]} */
    const roots = [document];
    for (let root = roots.pop(); root !== undefined; root = roots.pop()) {
      this.#watchRoot(root);
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) roots.push(element.shadowRoot);
        const watched = this.#watched.get(element);
        if (watched) this.#arm(element, watched);
        else if (element instanceof HTMLVideoElement || pictureIn(element)) this.#watch(element);
      }
    }
    this.#scanMs = performance.now() - start;
  }

  /** @param {Element} element */
  #watch(element) {
    this.#watched.set(element, { enough: false, key: "", since: 0, timer: undefined, busy: false, drawn: "" });
    this.#observer.observe(element);
  }

  /** @param {Element} element @param {Watched} watched */
  #forget(element, watched) {
    this.#stop(watched);
    this.#observer.unobserve(element);
    this.#watched.delete(element);
    this.#frames.stop(element);
  }

  /** @param {Watched} watched */
  #stop(watched) {
    clearTimeout(watched.timer);
    watched.timer = undefined;
    watched.since = 0;
  }

  /** @param {IntersectionObserverEntry} entry */
  #moved({ target, intersectionRatio, intersectionRect, rootBounds }) {
    const watched = this.#watched.get(target);
    if (!watched) return;
    const { width, height } = intersectionRect;
    const windowArea = rootBounds ? rootBounds.width * rootBounds.height : window.innerWidth * window.innerHeight;
    const isEnough = intersectionRatio >= SHARE_MIN || width * height >= windowArea * SHARE_MIN;
    watched.enough = isEnough && width >= SIDE_PX_MIN && height >= SIDE_PX_MIN;
    if (watched.enough) {
      this.#arm(target, watched);
    } else {
      this.#stop(watched);
      this.#frames.stop(target);
    }
  }

  /** Lets the time run for what an element shows, from anew where it shows something else. @param {Element} element @param {Watched} watched */
  #arm(element, watched) {
    if (!watched.enough || watched.busy || !this.#mayLook()) return;
    if (element instanceof HTMLVideoElement) this.#frames.start(element);
    const picture = isStillThere(element) ? pictureIn(element) : null;
    if (!picture || this.#told.has(picture.key)) return this.#stop(watched);
    if (picture.key !== watched.key) this.#stop(watched);
    if (watched.timer !== undefined) return;
    const now = performance.now();
    watched.key = picture.key;
    watched.since ||= now;
    watched.timer = setTimeout(() => void this.#ripe(element, watched), Math.max(0, watched.since + SHOWN_MS_MIN - now));
  }

  /** @param {Element} element @param {Watched} watched */
  async #ripe(element, watched) {
    watched.timer = undefined;
    const picture = isStillThere(element) ? pictureIn(element) : null;
    if (!this.#mayLook() || picture?.key !== watched.key) return this.#arm(element, watched);
    if (this.#told.has(picture.key)) return;
    watched.busy = true;
    this.#told.add(picture.key);
    const answer = await this.#tellOnce(element, picture, watched);
    watched.busy = false;
    const isCanvas = picture.element === "canvas";
    if (answer === "again" || isCanvas) this.#told.delete(picture.key);
    // What was not in front is asked for again when it comes there (`look`); a canvas may draw something else.
    if (isCanvas && watched.since > 0) watched.timer = setTimeout(() => void this.#ripe(element, watched), watched.drawn ? CANVAS_AGAIN_MS : CLOSED_CANVAS_AGAIN_MS);
  }

  /** @param {Element} element @param {Picture} picture @param {Watched} watched @returns {Promise<PictureAnswer>} */
  async #tellOnce(element, picture, watched) {
    const visibleMs = performance.now() - watched.since;
    if (element instanceof HTMLCanvasElement) {
      const pixels = pixelsOf(element);
      if (pixels && pixels.data === watched.drawn) return "taken";
      watched.drawn = pixels?.data ?? "";
      return this.#tell(element, { ...picture, ...pixels }, visibleMs);
    }
    const got = await bytesAt(picture.address);
    if (got === "too-large") return this.#tell(element, { ...picture, without: got }, visibleMs);
    if (typeof got !== "string") return this.#tell(element, { ...picture, ...got }, visibleMs);
    const pixels = got === "to-draw" && element instanceof HTMLImageElement ? pixelsOf(element) : null;
    return this.#tell(element, { ...picture, ...pixels }, visibleMs);
  }

  /**
   * @param {Element} element
   * @param {Pick<PictureSeen, "element" | "address" | "width" | "height" | "from" | "data" | "without" | "playback">} picture
   * @param {number} visibleMs
   * @returns {Promise<PictureAnswer>}
   */
  #tell(element, picture, visibleMs) {
    const at = Date.now();
    const { width, height } = element.getBoundingClientRect();
    return this.#send({
      type: "picture", at, url: address(), title: document.title, address: picture.address, element: picture.element,
      width: picture.width, height: picture.height, shown_width: Math.round(width), shown_height: Math.round(height),
      from: picture.from, data: picture.data, without: picture.without, mark: marked(element), ...presence(at), visible_ms: visibleMs, ...(picture.playback ? { playback: picture.playback } : {}),
    });
  }
}
