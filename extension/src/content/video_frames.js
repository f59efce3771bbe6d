// Frames of videos that play on the screen, one now and then. Protected playback is said to be so, never guessed at.

import { naturalSize, pixelsOf } from "./picture_bytes.js";
import { isVisible } from "./presence.js";

/** A frame is looked at this often at most. */
const FRAME_MS = 2_000;
/** The first, after a video has been visible so long. */
const FIRST_MS = 1_000;
/** After so many frames from the screen that are nothing but black the playback is taken for one that hides itself. */
const BLACK_MAX = 3;
/** Playback that hides itself is told of again for as long as it is on the screen: to the agent a minute without is its end. */
const CLOSED_AGAIN_MS = 30_000;

/**
 * @typedef {import("../protocol.js").PictureAnswer} PictureAnswer
 * @typedef {Partial<Pick<import("../protocol.js").PictureSeen, "from" | "data" | "without">> & {width: number, height: number}} Frame
 * @typedef {{timer: ReturnType<typeof setTimeout> | undefined, since: number, last: string, black: number, closedAt: number}} Playing
 * `closedAt` is when it was last told of as one that hides itself; 0 before that
 */

export class VideoFrames {
  /** @type {Map<Element, Playing>} */
  #playing = new Map();
  /** What was playing when its data was found to be encrypted. @type {WeakMap<Element, string>} */
  #encrypted = new WeakMap();
  #tell;

  /** @param {(video: HTMLVideoElement, frame: Frame, visibleMs: number) => Promise<PictureAnswer>} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Looks at a video that is visible, for as long as it is. @param {HTMLVideoElement} video */
  start(video) {
    if (this.#playing.has(video)) return;
    /** @type {Playing} */
    const playing = { timer: undefined, since: performance.now(), last: "", black: 0, closedAt: 0 };
    this.#playing.set(video, playing);
    this.#next(video, playing, FIRST_MS);
  }

  /** @param {Element} video */
  stop(video) {
    clearTimeout(this.#playing.get(video)?.timer);
    this.#playing.delete(video);
  }

  rest() {
    for (const video of [...this.#playing.keys()]) this.stop(video);
  }

  /** Its data is encrypted, as the browser says; a page that only says so is looked at. @param {Event} event */
  encrypted({ isTrusted, target }) {
    if (isTrusted && target instanceof HTMLVideoElement) this.#encrypted.set(target, target.currentSrc);
  }

  /** @param {HTMLVideoElement} video @param {Playing} playing @param {number} inMs */
  #next(video, playing, inMs) {
    // It may have left the screen, and come back, while a frame was on its way.
    if (this.#playing.get(video) !== playing) return;
    playing.timer = setTimeout(() => void this.#look(video, playing).finally(() => this.#next(video, playing, FRAME_MS)), inMs);
  }

  /** @param {HTMLVideoElement} video @param {Playing} playing */
  async #look(video, playing) {
    const now = performance.now();
    const isPlaying = !video.paused && !video.ended && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (!isPlaying || !isVisible()) return;
    if (video.mediaKeys || this.#encrypted.get(video) === video.currentSrc) return this.#closed(video, playing);
    const pixels = pixelsOf(video);
    if (pixels && pixels.data === playing.last) return;
    const answer = await this.#tell(video, { ...naturalSize(video), ...pixels }, now - playing.since);
    if (answer === "taken") playing.last = pixels?.data ?? "";
    playing.black = answer === "black" ? playing.black + 1 : 0;
    // A film may begin in black: what comes after it is looked at all the same.
    if (playing.black >= BLACK_MAX) await this.#closed(video, playing);
  }

  /** @param {HTMLVideoElement} video @param {Playing} playing */
  async #closed(video, playing) {
    const now = performance.now();
    if (playing.closedAt > 0 && now - playing.closedAt < CLOSED_AGAIN_MS) return;
    const answer = await this.#tell(video, { ...naturalSize(video), without: "not-inspectable" }, now - playing.since);
    if (answer === "taken") playing.closedAt = now;
  }
}
