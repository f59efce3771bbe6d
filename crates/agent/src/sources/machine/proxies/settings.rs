//! Settings of proxies as systems and browsers write them: text in, hosts with ports out. Pure. A proxy that is switched off, and one that is
//! looked for by itself in the network, as many systems do from the start, is none.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// A host with its port that is longer is none.
const TARGET_BYTES_MAX: usize = 260;
/// Lines of one file that are read.
const LINES_MAX: usize = 100_000;
/// Names of the environment that set a proxy.
const VARIABLES: [&str; 6] =
    ["http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "socks_proxy", "auto_proxy"];

/// Host and port of an address of a proxy. Name and password, which may stand before them, are left out.
#[must_use]
pub fn target(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'']);
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    // Before anything else: what stands before an at sign is nobody's business.
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#', ';', ',']).next().unwrap_or_default().trim().to_lowercase();
    let rest = match rest.rsplit_once(' ') {
        Some((host, port)) if is_port(port) => format!("{}:{port}", host.trim()),
        _ => rest,
    };
    let rest = rest.strip_suffix(":0").unwrap_or(&rest);
    let is_one = rest.len() <= TARGET_BYTES_MAX
        && rest.chars().any(char::is_alphanumeric)
        && rest.chars().all(|c| c.is_alphanumeric() || ".-_:[]".contains(c));
    is_one.then(|| rest.to_owned())
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn with_port(host: &str, port: &str) -> Option<String> {
    let host = target(host)?;
    Some(if is_port(port) && port != "0" { format!("{host}:{port}") } else { host })
}

/// Variables of an environment.
pub fn environment<'v>(pairs: impl Iterator<Item = (&'v str, &'v str)>) -> BTreeSet<String> {
    let is_of_proxy = |name: &str| VARIABLES.contains(&name.to_lowercase().as_str());
    pairs.filter(|(name, _)| is_of_proxy(name)).filter_map(|(_, value)| target(value)).collect()
}

/// Lines that set them, as in `/etc/environment` and what a shell reads at log-on.
#[must_use]
pub fn environment_lines(text: &str) -> BTreeSet<String> {
    let pair = |line: &'_ str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        line.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.to_owned()))
    };
    let pairs: Vec<(String, String)> = text
        .lines()
        .take(LINES_MAX)
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(pair)
        .collect();
    environment(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Groups of a file with `[group]` and `key=value`.
fn groups(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut group = String::new();
    for line in text.lines().take(LINES_MAX).map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            group = name.to_owned();
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            let entry = all.entry(group.clone()).or_default();
            entry.insert(key.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned());
        }
    }
    all
}

/// KDE's `kioslaverc`. Type 1 is set by hand, 2 by a script; 0 is none, 3 looks by itself, 4 is the environment.
#[must_use]
pub fn kde(text: &str) -> BTreeSet<String> {
    let groups = groups(text);
    let Some(settings) = groups.get("Proxy Settings") else { return BTreeSet::new() };
    let keys: &[&str] = match settings.get("ProxyType").map(String::as_str) {
        Some("1") => &["httpProxy", "httpsProxy", "ftpProxy", "socksProxy"],
        Some("2") => &["Proxy Config Script"],
        _ => &[],
    };
    keys.iter().filter_map(|key| settings.get(*key)).filter_map(|value| target(value)).collect()
}

/// A default of GNOME's, as an administrator writes it.
#[must_use]
pub fn gnome_keyfile(text: &str) -> BTreeSet<String> {
    let groups = groups(text);
    gnome_settings(|path| {
        let (group, key) = path.trim_start_matches('/').rsplit_once('/')?;
        groups.get(group)?.get(key).cloned()
    })
}

/// What GNOME's keys say, each by its whole path.
pub(super) fn gnome_settings(value: impl Fn(&str) -> Option<String>) -> BTreeSet<String> {
    let of = |path: &str| value(&format!("/system/proxy/{path}")).filter(|value| !value.is_empty());
    match of("mode").as_deref() {
        Some("manual") => ["http", "https", "ftp", "socks"]
            .into_iter()
            .filter_map(|kind| {
                let port = of(&format!("{kind}/port")).unwrap_or_default();
                with_port(&of(&format!("{kind}/host"))?, &port)
            })
            .collect(),
        // Without an address it is looked for by itself.
        Some("auto") => of("autoconfig-url").and_then(|address| target(&address)).into_iter().collect(),
        _ => BTreeSet::new(),
    }
}

/// Firefox's `prefs.js`. Type 1 is set by hand, 2 by a script; 0 is none, 4 looks by itself, 5 is the system's.
#[must_use]
pub fn firefox_preferences(text: &str) -> BTreeSet<String> {
    const BEGIN: &str = "user_pref(\"network.proxy.";
    let mut set: BTreeMap<&str, &str> = BTreeMap::new();
    for line in text.lines().take(LINES_MAX) {
        let pair = line.trim().strip_prefix(BEGIN).and_then(|rest| rest.split_once("\","));
        if let Some((name, value)) = pair {
            set.insert(name, value.trim().trim_end_matches([';', ')']).trim().trim_matches('"'));
        }
    }
    match set.get("type") {
        Some(&"1") => ["http", "ssl", "socks", "ftp"]
            .into_iter()
            .filter_map(|kind| {
                let port = set.get(format!("{kind}_port").as_str()).copied().unwrap_or_default();
                with_port(set.get(kind)?, port)
            })
            .collect(),
        Some(&"2") => set.get("autoconfig_url").and_then(|address| target(address)).into_iter().collect(),
        _ => BTreeSet::new(),
    }
}

/// A proxy as Chromium writes it, in settings and in policies.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chromium {
    #[serde(alias = "ProxyMode")]
    mode: String,
    #[serde(alias = "ProxyServer")]
    server: String,
    #[serde(alias = "ProxyPacUrl")]
    pac_url: String,
}

impl Chromium {
    /// A list of servers may have one for each scheme: `http=a:1;https=b:2`.
    fn targets(&self) -> BTreeSet<String> {
        match self.mode.as_str() {
            "direct" | "system" | "auto_detect" => BTreeSet::new(),
            "pac_script" => target(&self.pac_url).into_iter().collect(),
            _ => {
                let servers = self.server.split([';', ',']);
                let servers = servers.map(|one| one.split_once('=').map_or(one, |(_, server)| server));
                servers.filter_map(target).chain(target(&self.pac_url)).collect()
            }
        }
    }
}

/// A profile's `Preferences`.
#[must_use]
pub fn chromium_preferences(text: &str) -> BTreeSet<String> {
    #[derive(Deserialize)]
    struct Preferences {
        #[serde(default)]
        proxy: Chromium,
    }
    serde_json::from_str::<Preferences>(text).map(|of| of.proxy.targets()).unwrap_or_default()
}

/// A file of policies of Chromium or its kin.
#[must_use]
pub fn chromium_policy(text: &str) -> BTreeSet<String> {
    #[derive(Deserialize)]
    struct Policies {
        #[serde(flatten)]
        alone: Chromium,
        #[serde(default, rename = "ProxySettings")]
        together: Chromium,
    }
    let policies = serde_json::from_str::<Policies>(text);
    policies.map(|of| &of.alone.targets() | &of.together.targets()).unwrap_or_default()
}

/// Firefox's `policies.json`.
#[must_use]
pub fn firefox_policy(text: &str) -> BTreeSet<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Proxy {
        mode: String,
        #[serde(rename = "HTTPProxy")]
        http: String,
        #[serde(rename = "SSLProxy")]
        ssl: String,
        #[serde(rename = "SOCKSProxy")]
        socks: String,
        #[serde(rename = "AutoConfigURL")]
        script: String,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Policies {
        #[serde(rename = "Proxy")]
        proxy: Proxy,
    }
    #[derive(Deserialize)]
    struct File {
        policies: Policies,
    }
    let Ok(File { policies: Policies { proxy } }) = serde_json::from_str(text) else {
        return BTreeSet::new();
    };
    match proxy.mode.as_str() {
        "manual" => [proxy.http, proxy.ssl, proxy.socks].iter().filter_map(|one| target(one)).collect(),
        "autoConfig" => target(&proxy.script).into_iter().collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{
        chromium_policy, chromium_preferences, environment_lines, firefox_policy, firefox_preferences,
        gnome_keyfile, kde, target,
    };

    #[test]
    fn an_address_is_kept_by_host_and_port_and_never_with_a_password() {
        for (text, expected) in [
            ("http://proxy.example:3128/", Some("proxy.example:3128")),
            ("somebody:p/w@d@Proxy.Example:80", Some("proxy.example:80")),
            ("socks5h://[2001:db8::1]:1080", Some("[2001:db8::1]:1080")),
            ("http://proxy.example 8080", Some("proxy.example:8080")),
            ("'127.0.0.1:9050'", Some("127.0.0.1:9050")),
            ("proxy.example:0", Some("proxy.example")),
            ("", None),
            ("http://", None),
            ("$(hostname)", None),
        ] {
            assert_eq!(target(text).as_deref(), expected, "{text}");
        }
    }

    type Parse = fn(&str) -> BTreeSet<String>;

    fn each_says_so(cases: &[(&str, Parse, &str, &[&str])]) {
        for (story, parse, text, expected) in cases {
            let found: Vec<String> = parse(text).into_iter().collect();
            assert_eq!(found, *expected, "{story}");
        }
    }

    #[test]
    fn what_a_system_sets_by_hand_or_by_a_script_is_told_and_what_is_off_or_looks_by_itself_is_not() {
        each_says_so(&[
            (
                "a shell's lines",
                environment_lines,
                "# http_proxy=a\nexport HTTPS_PROXY='http://b:1'\nno_proxy=c",
                &["b:1"],
            ),
            (
                "KDE by hand",
                kde,
                "[Proxy Settings]\nProxyType=1\nhttpProxy=http://a 1\nsocksProxy=b:2",
                &["a:1", "b:2"],
            ),
            (
                "KDE by a script",
                kde,
                "[Proxy Settings]\nProxyType=2\nProxy Config Script=http://a/p.pac\nhttpProxy=b",
                &["a"],
            ),
            ("KDE looking by itself", kde, "[Proxy Settings]\nProxyType=3\nhttpProxy=http://a 1", &[]),
            ("KDE off", kde, "[Proxy Settings]\nProxyType=0\nhttpProxy=http://a 1", &[]),
            (
                "GNOME by hand",
                gnome_keyfile,
                "[system/proxy]\nmode='manual'\n[system/proxy/http]\nhost='a'\nport=1",
                &["a:1"],
            ),
            ("GNOME looking by itself", gnome_keyfile, "[system/proxy]\nmode='auto'\n", &[]),
        ]);
    }

    #[test]
    fn what_a_browser_sets_is_told_likewise_and_not_what_it_takes_from_the_system() {
        each_says_so(&[
            (
                "Firefox by hand",
                firefox_preferences,
                "user_pref(\"network.proxy.type\", 1);\nuser_pref(\"network.proxy.socks\", \"a\");\nuser_pref(\"network.proxy.socks_port\", 9);",
                &["a:9"],
            ),
            (
                "Firefox by a script",
                firefox_preferences,
                "user_pref(\"network.proxy.type\", 2);\nuser_pref(\"network.proxy.autoconfig_url\", \"https://a/p\");",
                &["a"],
            ),
            ("Firefox as the system", firefox_preferences, "user_pref(\"network.proxy.http\", \"a\");", &[]),
            (
                "Chromium by hand",
                chromium_preferences,
                r#"{"proxy":{"mode":"fixed_servers","server":"http=a:1;https=b:2"}}"#,
                &["a:1", "b:2"],
            ),
            (
                "Chromium as the system",
                chromium_preferences,
                r#"{"proxy":{"mode":"system","server":"a:1"}}"#,
                &[],
            ),
            ("Chromium torn", chromium_preferences, r#"{"proxy":"#, &[]),
            (
                "Chromium's policies",
                chromium_policy,
                r#"{"ProxyMode":"pac_script","ProxyPacUrl":"http://a/p","Other":7}"#,
                &["a"],
            ),
            (
                "Firefox's policies",
                firefox_policy,
                r#"{"policies":{"Proxy":{"Mode":"manual","HTTPProxy":"a:1"}}}"#,
                &["a:1"],
            ),
            (
                "Firefox's policies, off",
                firefox_policy,
                r#"{"policies":{"Proxy":{"Mode":"autoDetect","HTTPProxy":"a:1"}}}"#,
                &[],
            ),
        ]);
    }
}
