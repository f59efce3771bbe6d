/** Labels under which countries sell names: the site's own is the one before. */
const SECOND_LEVEL = new Set(["ac", "co", "com", "edu", "gob", "gov", "gouv", "mil", "ne", "net", "or", "org"]);

/**
 * Whether two addresses are of one site: the same host, or hosts under one name that somebody may have bought.
 * @param {string} one
 * @param {string} other
 */
export function isSameSite(one, other) {
  const [a, b] = [siteOf(one), siteOf(other)];
  return a !== "" && a === b;
}

/** @param {string} url */
export function withoutFragment(url) {
  return url.replace(/#.*$/, "");
}

/** @param {string} url */
function siteOf(url) {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (host.startsWith("[") || /^[\d.]+$/.test(host)) return host;
  const labels = host.split(".");
  const [last = "", second = ""] = [labels.at(-1), labels.at(-2)];
  return labels.slice(last.length === 2 && SECOND_LEVEL.has(second) ? -3 : -2).join(".");
}
