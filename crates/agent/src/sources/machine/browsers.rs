//! Programs that are web browsers: one that runs without the extension is watched by nothing.

/// File names of browsers on Linux, in small letters.
const BROWSERS: [&str; 33] = [
    "brave",
    "brave-browser",
    "chrome",
    "chromium",
    "chromium-browser",
    "dillo",
    "epiphany",
    "epiphany-browser",
    "falkon",
    "firefox",
    "firefox-bin",
    "firefox-esr",
    "firefox.real",
    "floorp",
    "floorp-bin",
    "google-chrome",
    "icecat",
    "konqueror",
    "librewolf",
    "librewolf-bin",
    "links2",
    "microsoft-edge",
    "midori",
    "msedge",
    "netsurf-gtk3",
    "opera",
    "palemoon",
    "qutebrowser",
    "seamonkey",
    "vivaldi-bin",
    "waterfox",
    "waterfox-bin",
    "zen-bin",
];

/// Whether a program by its file name is a browser.
#[must_use]
pub fn is_browser(name: &str) -> bool {
    BROWSERS.contains(&name.to_lowercase().as_str())
}
