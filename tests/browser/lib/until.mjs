/** Every wait in these tests ends here at the latest. */
export const DEADLINE_MS = 60_000;
const LOOK_MS = 25;

/**
 * Waits for a condition by looking again and again. For what gives notice, wait for the notice instead.
 * @template T
 * @param {string} what in words, for the error
 * @param {() => T | Promise<T>} condition
 * @param {number} [deadlineMs] longer for a measurement
 * @returns {Promise<Exclude<T, false | null | undefined | 0 | "">>}
 */
export async function until(what, condition, deadlineMs = DEADLINE_MS) {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value) return /** @type {Exclude<T, false | null | undefined | 0 | "">} */ (value);
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMs / 1000} s for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/**
 * A place to wait at for something that others announce.
 */
export class Notices {
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** Something has changed. */
  announce() {
    for (const wake of this.#waiting) wake();
  }

  /**
   * Waits until `condition` gives something; looks at each announcement.
   * @template T
   * @param {string} what in words, for the error
   * @param {() => T | undefined | null | false} condition
   * @param {() => string} [describe] what there was instead, for the error
   * @returns {Promise<T>}
   */
  until(what, condition, describe = () => "") {
    return new Promise((resolve, reject) => {
      const look = () => {
        const value = condition();
        if (!value) return;
        clearTimeout(deadline);
        this.#waiting.delete(look);
        resolve(value);
      };
      const deadline = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`waited ${DEADLINE_MS / 1000} s for: ${what}. ${describe()}`));
      }, DEADLINE_MS);
      this.#waiting.add(look);
      look();
    });
  }
}
