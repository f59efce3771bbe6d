// Frames of videos that play on the screen, one now and then. Protected playback is said to be so, never guessed at.

import { naturalSize, pixelsOf } from "./picture_bytes.js";
import { isVisible } from "./presence.js";

/** A frame is looked at this often at most. */
const FRAME_MS = 2_000;
/** The first, after a video has been visible so long. */
const FIRST_MS = 1_000;
/** After so many frames from the screen that are nothing but black the playback is taken for one that hides itself. */
const BLACK_MAX = 3;

/**
 * @typedef {import("../protocol.js").PictureAnswer} PictureAnswer
 * @typedef {Partial<Pick<import("../protocol.js").PictureSeen, "from" | "data" | "without">> & {width: number, height: number}} Frame
 * @typedef {{timer: ReturnType<typeof setTimeout> | undefined, since: number, last: string, black: number, closed: string}} Playing
 */

export class VideoFrames {
  /** @type {Map<Element, Playing>} */
  #playing = new Map();
  /** @type {WeakSet<EventTarget>} */
  #encrypted = new WeakSet();
  #tell;

  /** @param {(video: HTMLVideoElement, frame: Frame, visibleMs: number) => Promise<PictureAnswer>} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Looks at a video that is visible, for as long as it is. @param {HTMLVideoElement} video */
  start(video) {
    if (this.#playing.has(video)) return;
    this.#playing.set(video, { timer: undefined, since: performance.now(), last: "", black: 0, closed: "" });
    this.#next(video, FIRST_MS);
  }

  /** @param {Element} video */
  stop(video) {
    clearTimeout(this.#playing.get(video)?.timer);
    this.#playing.delete(video);
  }

  rest() {
    for (const video of [...this.#playing.keys()]) this.stop(video);
  }

  /** Its data is encrypted. @param {EventTarget | null} video */
  encrypted(video) {
    if (video) this.#encrypted.add(video);
  }

  /** @param {HTMLVideoElement} video @param {number} inMs */
  #next(video, inMs) {
    const playing = this.#playing.get(video);
    if (playing) playing.timer = setTimeout(() => void this.#look(video, playing).finally(() => this.#next(video, FRAME_MS)), inMs);
  }

  /** @param {HTMLVideoElement} video @param {Playing} playing */
  async #look(video, playing) {
    const now = performance.now();
    const isPlaying = !video.paused && !video.ended && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (!isPlaying || !isVisible() || playing.closed === video.currentSrc) return;
    const size = naturalSize(video);
    if (video.mediaKeys || this.#encrypted.has(video)) return this.#close(video, playing);
    const pixels = pixelsOf(video);
    if (pixels && pixels.data === playing.last) return;
    const answer = await this.#tell(video, { ...size, ...pixels }, now - playing.since);
    if (answer === "taken") playing.last = pixels?.data ?? "";
    playing.black = answer === "black" ? playing.black + 1 : 0;
    if (playing.black >= BLACK_MAX) await this.#close(video, playing);
  }

  /** Said once of an address. @param {HTMLVideoElement} video @param {Playing} playing */
  async #close(video, playing) {
    const answer = await this.#tell(video, { ...naturalSize(video), without: "not-inspectable" }, performance.now() - playing.since);
    if (answer === "taken") playing.closed = video.currentSrc;
  }
}
