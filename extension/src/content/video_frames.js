// Frames of videos that play on the screen, one now and then. Protected playback is said to be so, never guessed at.

import { naturalSize, pixelsOf } from "./picture_bytes.js";
import { isVisible, sinceInputMs } from "./presence.js";

/** A frame is looked at this often at most. */
const FRAME_MS = 2_000;
/** The first, after a video has been visible so long. */
const FIRST_MS = 1_000;
/** After so many frames from the screen that are nothing but black the playback is taken for one that hides itself. */
const BLACK_MAX = 3;
/** Playback that hides itself is told of again for as long as it is on the screen: to the agent a minute without is its end. */
const CLOSED_AGAIN_MS = 30_000;
/** A video that begins so soon after a click or key was started by it. */
const STARTED_MS_MAX = 2_000;

/**
 * @typedef {import("../protocol.js").PictureAnswer} PictureAnswer
 * @typedef {NonNullable<import("../protocol.js").Circumstances["playback"]>} Playback
 * @typedef {Partial<Pick<import("../protocol.js").PictureSeen, "from" | "data" | "without" | "playback">> & {width: number, height: number}} Frame
 * @typedef {{timer: ReturnType<typeof setTimeout> | undefined, since: number, last: string, black: number, closedAt: number}} Playing
 * `closedAt` is when it was last told of as one that hides itself; 0 before that
 */

export class VideoFrames {
  /** @type {Map<Element, Playing>} */
  #playing = new Map();
  /** What was playing when its data was found to be encrypted. @type {WeakMap<Element, string>} */
  #encrypted = new WeakMap();
  #tell;
  /** How each came to play. @type {WeakMap<Element, Playback>} */
  #begun = new WeakMap();

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

  /** It begins to play. @param {Event} event */
  begins({ isTrusted, target }) {
    if (!isTrusted || !(target instanceof HTMLVideoElement)) return;
    const since = sinceInputMs(Date.now());
    this.#begun.set(target, since !== null && since <= STARTED_MS_MAX ? "started" : "by-itself");
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
    if (!isPlaying || !isVisible() || isOfThisDevice(video)) return;
    const playback = video.srcObject ? "from-others" : (this.#begun.get(video) ?? "by-itself");
    if (video.mediaKeys || this.#encrypted.get(video) === video.currentSrc) return this.#closed(video, playing, playback);
    const pixels = pixelsOf(video);
    if (pixels && pixels.data === playing.last) return;
    const answer = await this.#tell(video, { ...naturalSize(video), ...pixels, playback }, now - playing.since);
    if (answer === "taken") playing.last = pixels?.data ?? "";
    playing.black = answer === "black" ? playing.black + 1 : 0;
    // A film may begin in black: what comes after it is looked at all the same.
    if (playing.black >= BLACK_MAX) await this.#closed(video, playing, playback);
  }

  /** @param {HTMLVideoElement} video @param {Playing} playing @param {Playback} playback */
  async #closed(video, playing, playback) {
    const now = performance.now();
    if (playing.closedAt > 0 && now - playing.closedAt < CLOSED_AGAIN_MS) return;
    const answer = await this.#tell(video, { ...naturalSize(video), without: "not-inspectable", playback }, now - playing.since);
    if (answer === "taken") playing.closedAt = now;
  }
}

/**
 * Whether a video shows this device's own camera or screen: that is never captured (invariant 4). Only a source of this device names a
 * group of devices, a way that it faces, or a surface among its settings.
 * @param {HTMLVideoElement} video
 */
function isOfThisDevice({ srcObject }) {
  if (!srcObject) return false;
  if (!(srcObject instanceof MediaStream)) return true; // A source of another kind: in doubt, nothing.
  return srcObject.getVideoTracks().some((track) => {
    const { displaySurface, facingMode, groupId } = track.getSettings();
    return Boolean(displaySurface || facingMode || groupId);
  });
}
