/**
 * Runs asynchronous steps one after another. A step that fails fails only for its own caller.
 * @returns {<T>(step: () => Promise<T>) => Promise<T>}
 */
export function oneAtATime() {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  return (step) => {
    const result = last.then(step);
    last = result.catch(() => undefined);
    return result;
  };
}
