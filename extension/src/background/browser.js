/** `chromium` or `firefox`, as hello says it. Only Firefox has its own scheme for extension pages. */
export function browserName() {
  return chrome.runtime.getURL("").startsWith("moz-extension:") ? "firefox" : "chromium";
}

/** The browser's version, as it says itself. */
export function browserVersion() {
  const found = /(?:Firefox|Chrome)\/([\d.]+)/.exec(navigator.userAgent);
  return found?.[1] ?? "unknown";
}
