//! Proxies that are set, from settings alone: no program is asked, nothing is connected to, and of what is set only host and port are kept.
//! The system's are read by the service, the person's own by the helper in their session.

mod gnome;
mod settings;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use proviso_model::{Machine, MachineWhat};

pub use gnome::gnome;
pub use settings::{
    chromium_policy, chromium_preferences, environment, environment_lines, firefox_policy,
    firefox_preferences, gnome_keyfile, kde, target,
};

/// A file of settings that is longer is not read.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Files of one folder, and profiles of one browser.
const FILES_MAX: usize = 32;
/// Where Chromium and its kin keep profiles, from the folder of settings on.
const CHROMIUM_FOLDERS: [&str; 6] =
    ["chromium", "google-chrome", "BraveSoftware/Brave-Browser", "microsoft-edge", "vivaldi", "opera"];
/// Where Firefox and its kin do, from the home on.
const FIREFOX_FOLDERS: [&str; 5] = [
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".librewolf",
    ".waterfox",
];

/// What the person's own settings are read from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionSettings {
    /// The home.
    pub home: PathBuf,
    /// The folder of settings in it.
    pub config: PathBuf,
    /// The session's environment, as this program was given it.
    pub environment: Vec<(String, String)>,
}

/// Proxies that are set for everybody on the device, from files below `etc`.
#[must_use]
pub fn of_system(etc: &Path) -> BTreeSet<Machine> {
    let mut found = Found::default();
    found.text("system environment", &etc.join("environment"), environment_lines);
    for folder in ["environment.d", "profile.d"] {
        for file in files(&etc.join(folder)) {
            found.text("system environment", &file, environment_lines);
        }
    }
    for folder in files(&etc.join("dconf/db")).iter().filter(|folder| folder.is_dir()) {
        for file in files(folder) {
            found.text("gnome default", &file, gnome_keyfile);
        }
    }
    found.text("kde default", &etc.join("xdg/kioslaverc"), kde);
    for folder in ["chromium", "chromium-browser", "opt/chrome", "opt/edge", "brave"] {
        for kind in ["managed", "recommended"] {
            for file in files(&etc.join(folder).join("policies").join(kind)) {
                found.text("chromium policy", &file, chromium_policy);
            }
        }
    }
    for folder in ["firefox", "firefox-esr"] {
        found.text("firefox policy", &etc.join(folder).join("policies/policies.json"), firefox_policy);
    }
    found.0
}

/// Proxies that the person's own settings set.
#[must_use]
pub fn of_session(settings: &SessionSettings) -> BTreeSet<Machine> {
    let SessionSettings { home, config, environment: given } = settings;
    let mut found = Found::default();
    let pairs = given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    found.add("session environment", environment(pairs));
    for file in files(&config.join("environment.d")) {
        found.text("session environment", &file, environment_lines);
    }
    if let Some(bytes) = read(&config.join("dconf/user")) {
        found.add("gnome", gnome(&bytes));
    }
    found.text("kde", &config.join("kioslaverc"), kde);
    for profile in FIREFOX_FOLDERS.iter().flat_map(|folder| files(&home.join(folder))) {
        found.text("firefox", &profile.join("prefs.js"), firefox_preferences);
    }
    for profile in CHROMIUM_FOLDERS.iter().flat_map(|folder| files(&config.join(folder))) {
        found.text("chromium", &profile.join("Preferences"), chromium_preferences);
    }
    found.0
}

#[derive(Default)]
struct Found(BTreeSet<Machine>);

impl Found {
    fn add(&mut self, place: &str, targets: BTreeSet<String>) {
        let proxy = |detail| Machine { what: MachineWhat::Proxy, name: place.to_owned(), detail };
        self.0.extend(targets.into_iter().map(proxy));
    }

    fn text(&mut self, place: &str, path: &Path, parse: impl Fn(&str) -> BTreeSet<String>) {
        if let Some(bytes) = read(path) {
            self.add(place, parse(&String::from_utf8_lossy(&bytes)));
        }
    }
}

/// A plain file whole; nothing where it is none, cannot be read or is too long.
fn read(path: &Path) -> Option<Vec<u8>> {
    // What is no file may make its reader wait.
    let of = std::fs::metadata(path).ok().filter(|of| of.is_file() && of.len() <= FILE_BYTES_MAX)?;
    let mut bytes = Vec::with_capacity(usize::try_from(of.len()).ok()?);
    std::fs::File::open(path).ok()?.take(FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What is in a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort_unstable();
    paths.truncate(FILES_MAX);
    paths
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{SessionSettings, of_session, of_system};

    fn put(root: &Path, path: &str, text: &[u8]) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    #[test]
    fn what_is_set_is_read_with_its_place_by_host_and_port_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        put(
            root,
            "etc/environment",
            b"PATH=/bin\nhttp_proxy=\"http://somebody:letmein@proxy.one.example:3128/\"\n",
        );
        put(
            root,
            "etc/dconf/db/local.d/00-proxy",
            b"[system/proxy]\nmode='none'\n[system/proxy/http]\nhost='proxy.none.example'\n",
        );
        put(
            root,
            "etc/chromium/policies/managed/p.json",
            br#"{"ProxySettings":{"ProxyMode":"fixed_servers","ProxyServer":"proxy.two.example:80"}}"#,
        );
        put(root, "etc/firefox/policies/policies.json", br#"{"policies":{"Proxy":{"Mode":"autoConfig","AutoConfigURL":"http://pac.three.example/p.pac"}}}"#);
        let seen: Vec<(String, String)> =
            of_system(&root.join("etc")).into_iter().map(|one| (one.name, one.detail)).collect();
        let expected = [
            ("chromium policy", "proxy.two.example:80"),
            ("firefox policy", "pac.three.example"),
            ("system environment", "proxy.one.example:3128"),
        ];
        assert_eq!(seen, expected.map(|(name, detail)| (name.to_owned(), detail.to_owned())));

        put(root, "home/.config/dconf/user", include_bytes!("../../../../../../testdata/proxies/gnome-user"));
        put(
            root,
            "home/.config/kioslaverc",
            b"[Proxy Settings]\nProxyType=1\nhttpProxy=http://proxy.four.example 8080\n",
        );
        put(root, "home/.mozilla/firefox/a.default/prefs.js", b"user_pref(\"network.proxy.type\", 5);\n");
        put(
            root,
            "home/.config/chromium/Default/Preferences",
            br#"{"proxy":{"mode":"direct"},"x":{"proxy":{"server":"no.example"}}}"#,
        );
        let settings = SessionSettings {
            home: root.join("home"),
            config: root.join("home/.config"),
            environment: vec![("ALL_PROXY".to_owned(), "socks5://127.0.0.1:9050".to_owned())],
        };
        let seen: Vec<(String, String)> =
            of_session(&settings).into_iter().map(|one| (one.name, one.detail)).collect();
        let expected = [
            ("gnome", "127.0.0.1:9050"),
            ("gnome", "proxy.marina.example:3128"),
            ("kde", "proxy.four.example:8080"),
            ("session environment", "127.0.0.1:9050"),
        ];
        assert_eq!(seen, expected.map(|(name, detail)| (name.to_owned(), detail.to_owned())));
        assert!(of_system(&root.join("nothing")).is_empty());
    }
}
