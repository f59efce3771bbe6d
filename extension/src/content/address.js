/**
 * The address that this document belongs to: its own, or for an empty or inline frame (`about:blank`, `srcdoc`) that of
 * the page that made it. Empty where that is another site's and so not known here.
 * @returns {string}
 */
export function address() {
  try {
    let frame = window;
    while (frame.location.protocol === "about:" && frame.parent !== frame) frame = /** @type {typeof window} */ (frame.parent);
    return frame.location.href;
  } catch {
    return "";
  }
}
