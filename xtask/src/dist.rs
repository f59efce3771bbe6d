//! What a force installs: release programs whose bytes anybody can make again, packed with digests and a list of what is in them.
//! `docs/release.md` says how it is used.

use crate::{repo, say, shell};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask dist                                  packages, digests and lists of parts in target/dist/out
  cargo xtask dist --compare proviso-verify         build one program twice, from two folders, and compare the bytes
  cargo xtask dist --compare                        the same with every program that is shipped
  cargo xtask dist --lists                          only the lists of parts (CycloneDX)";

/// The programs that are shipped, each with its crate.
const PROGRAMS: [(&str, &str); 3] = [
    ("proviso-agent", "proviso-agent"),
    ("proviso-server", "proviso-server"),
    ("proviso-verify", "proviso-evidence"),
];
/// What writes the lists of parts.
const CYCLONEDX: &str = "0.5.9";
/// Where the sources and what cargo fetched seem to lie, in every build.
const SOURCES: &str = "/proviso";
const REGISTRY: &str = "/cargo";

#[derive(Args)]
pub(crate) struct Options {
    /// Build these programs twice (every one, where none is named), from two copies of what is committed that lie in different folders, and
    /// compare the bytes. Nothing is packed.
    #[arg(long, value_name = "PROGRAM", num_args = 0.., conflicts_with = "lists")]
    compare: Option<Vec<String>>,
    /// Only write the lists of parts.
    #[arg(long)]
    lists: bool,
}

/// Carries out the command; `false` when two builds differ.
pub(crate) fn run(root: &Path, options: &Options) -> Result<bool> {
    let folder = repo::target(root).join("dist");
    let epoch = epoch(root)?;
    if let Some(programs) = &options.compare {
        return compare(root, &folder, &epoch, programs);
    }
    let out = folder.join("out");
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    std::fs::create_dir_all(&out)?;
    lists(root, &out, &epoch)?;
    if !options.lists {
        let built = folder.join("build");
        let names: Vec<&str> = PROGRAMS.iter().map(|(program, _)| *program).collect();
        build(root, &built, &epoch, &names)?;
        pack(root, &out, &built, &epoch)?;
    }
    digests(&out)?;
    say::line(&format!("in {}", out.display()));
    Ok(true)
}

/// The time of the last commit, which stands for the time of every build of it.
fn epoch(root: &Path) -> Result<String> {
    let time = shell::output(&mut shell::program(root, "git", &["log", "-1", "--format=%ct"]))?;
    Ok(time.trim().to_owned())
}

/// A release build of programs, in which no path of this machine and no time of day stands.
fn build(sources: &Path, target: &Path, epoch: &str, programs: &[&str]) -> Result<()> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let home = home.context("cargo's own folder is not known; set CARGO_HOME")?;
    // The last that fits counts, so the folder of what is built, which may lie among the sources, comes last.
    let places = [(home.as_path(), REGISTRY), (sources, SOURCES), (target, "/proviso/target")];
    let rust: Vec<String> =
        places.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect();
    let c: Vec<String> =
        places.iter().map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display())).collect();
    let mut cargo = shell::cargo(sources, &["build", "--release", "--locked", "--workspace"]);
    for program in programs {
        cargo.args(["--bin", program]);
    }
    cargo.env("CARGO_TARGET_DIR", target).env("CARGO_INCREMENTAL", "0").env("SOURCE_DATE_EPOCH", epoch);
    // Separated as cargo reads it, for a path may hold a space.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", rust.join("\u{1f}")).env_remove("RUSTFLAGS");
    cargo.env("CFLAGS", c.join(" ")).env("CXXFLAGS", c.join(" ")).env("ZERO_AR_DATE", "1");
    cargo.env("LC_ALL", "C").env("TZ", "UTC");
    shell::must(&mut cargo)
}

/// Builds programs from two copies of what is committed and compares.
fn compare(root: &Path, folder: &Path, epoch: &str, asked: &[String]) -> Result<bool> {
    let shipped = PROGRAMS.map(|(program, _)| program);
    if let Some(unknown) = asked.iter().find(|name| !shipped.contains(&name.as_str())) {
        bail!("no program is called {unknown}; there are {}", shipped.join(", "));
    }
    let wanted = shipped.into_iter().filter(|name| asked.is_empty() || asked.iter().any(|one| one == name));
    let programs: Vec<&str> = wanted.collect();
    // Of different lengths, so that a path that is left in would show. Both are taken before anything is built, for what is committed may go on.
    let folders = ["one", "another-copy"].map(|name| folder.join(name));
    for one in &folders {
        sources_into(root, one)?;
    }
    let mut built = Vec::new();
    for one in &folders {
        let target = one.join("built");
        build(&one.join("sources"), &target, epoch, &programs)?;
        built.push(target.join("release"));
    }
    let [one, other] = built.as_slice() else { bail!("two builds were to be made") };
    let mut same = true;
    for program in programs {
        let (one, other) = (std::fs::read(one.join(program))?, std::fs::read(other.join(program))?);
        let differ = one.iter().zip(&other).filter(|(a, b)| a != b).count() + one.len().abs_diff(other.len());
        say::line(&format!("{program}: {} bytes and {} bytes, {differ} differ", one.len(), other.len()));
        same &= differ == 0;
    }
    Ok(same)
}

/// What is committed, without its history, in `folder`/sources.
fn sources_into(root: &Path, folder: &Path) -> Result<()> {
    let sources = folder.join("sources");
    if sources.exists() {
        std::fs::remove_dir_all(&sources)?;
    }
    std::fs::create_dir_all(&sources)?;
    let archive = folder.join("sources.tar");
    let path = archive.display().to_string();
    shell::must(&mut shell::program(root, "git", &["archive", "--format=tar", "--output", &path, "HEAD"]))?;
    shell::must(&mut shell::program(&sources, "tar", &["-xf", &path]))
}

/// A list of parts of each program, as CycloneDX writes it.
fn lists(root: &Path, out: &Path, epoch: &str) -> Result<()> {
    let folder = repo::target(root).join(format!("tools/cargo-cyclonedx-{CYCLONEDX}"));
    let program = folder.join("bin/cargo-cyclonedx");
    if !program.is_file() {
        say::line("installing through cargo: cargo-cyclonedx (takes some minutes)");
        let into = folder.display().to_string();
        let install = ["install", "cargo-cyclonedx", "--version", CYCLONEDX, "--locked", "--root", &into];
        shell::must(&mut shell::cargo(root, &install))?;
    }
    for (name, package) in PROGRAMS {
        let manifest = package.strip_prefix("proviso-").unwrap_or(package);
        let manifest = format!("crates/{manifest}/Cargo.toml");
        let list = format!("{name}.cdx");
        let asked = [
            "cyclonedx",
            "--quiet",
            "--format",
            "json",
            "--all",
            "--no-build-deps",
            "--target",
            "x86_64-unknown-linux-gnu",
            "--manifest-path",
            &manifest,
            "--override-filename",
            &list,
        ];
        let mut tool = shell::program(root, &program.display().to_string(), &asked);
        shell::must(tool.env("SOURCE_DATE_EPOCH", epoch))?;
        take_lists(root, out, &list)?;
    }
    Ok(())
}

/// The tool writes a list beside the manifest of every crate of ours that it comes to; the one asked for is kept.
fn take_lists(root: &Path, out: &Path, list: &str) -> Result<()> {
    let file = format!("{list}.json");
    let wanted = PROGRAMS.iter().find(|(program, _)| list.strip_suffix(".cdx") == Some(program));
    let wanted = wanted.and_then(|(_, package)| package.strip_prefix("proviso-")).unwrap_or_default();
    let crates = std::fs::read_dir(root.join("crates"))?;
    for folder in crates.flatten().map(|entry| entry.path()).chain([root.join("xtask")]) {
        let written = folder.join(&file);
        if !written.is_file() {
            continue;
        }
        if folder.file_name().is_some_and(|name| name == wanted) {
            // It names our own crates by where they lie on this machine.
            let text = std::fs::read_to_string(&written)?;
            std::fs::write(out.join(&file), text.replace(&root.display().to_string(), SOURCES))?;
        }
        std::fs::remove_file(&written)?;
    }
    if !out.join(&file).is_file() {
        bail!("cargo-cyclonedx wrote no {file}");
    }
    Ok(())
}

/// What a package holds: from where in the repository or the build, to where on the machine, and with which rights.
type Layout = &'static [(&'static str, &'static str, &'static str)];

const AGENT: Layout = &[
    ("bin:proviso-agent", "usr/bin/proviso-agent", "755"),
    ("packaging/linux/proviso-agent.service", "usr/lib/systemd/system/proviso-agent.service", "644"),
    ("packaging/linux/proviso.sysusers.conf", "usr/lib/sysusers.d/proviso.conf", "644"),
    ("packaging/linux/proviso-native-host", "usr/lib/proviso/proviso-native-host", "755"),
    (
        "packaging/linux/native-messaging/chromium/org.proviso.agent.json",
        "etc/chromium/native-messaging-hosts/org.proviso.agent.json",
        "644",
    ),
    (
        "packaging/linux/native-messaging/chromium/org.proviso.agent.json",
        "etc/opt/chrome/native-messaging-hosts/org.proviso.agent.json",
        "644",
    ),
    (
        "packaging/linux/native-messaging/firefox/org.proviso.agent.json",
        "usr/lib/mozilla/native-messaging-hosts/org.proviso.agent.json",
        "644",
    ),
    ("packaging/linux/log-on/proviso-log-on-notice", "usr/lib/proviso/proviso-log-on-notice", "755"),
    ("packaging/linux/log-on/proviso-notice.desktop", "etc/xdg/autostart/proviso-notice.desktop", "644"),
    ("packaging/linux/log-on/proviso-session-start", "usr/lib/proviso/proviso-session-start", "755"),
    ("packaging/linux/log-on/proviso-session.desktop", "etc/xdg/autostart/proviso-session.desktop", "644"),
    ("packaging/linux/log-on/proviso-notice.sh", "etc/profile.d/proviso-notice.sh", "644"),
    ("packaging/linux/proviso-session.service", "usr/lib/systemd/user/proviso-session.service", "644"),
    ("docs/agent.md", "usr/share/doc/proviso-agent/agent.md", "644"),
];

const SERVER: Layout = &[
    ("bin:proviso-server", "usr/bin/proviso-server", "755"),
    ("bin:proviso-verify", "usr/bin/proviso-verify", "755"),
    ("packaging/systemd/proviso-server.service", "usr/lib/systemd/system/proviso-server.service", "644"),
    ("docs/operations.md", "usr/share/doc/proviso/operations.md", "644"),
    ("docs/updates.md", "usr/share/doc/proviso/updates.md", "644"),
    ("docs/keys.md", "usr/share/doc/proviso/keys.md", "644"),
];

/// Makes an archive and a Debian package of agent and server.
fn pack(root: &Path, out: &Path, built: &Path, epoch: &str) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let about = [
        ("proviso-agent", AGENT, "Overt monitoring of a device under a court order", "libc6, xdg-utils"),
        ("proviso-server", SERVER, "Proviso server: devices under court orders, officers' console", "libc6"),
    ];
    for (name, layout, summary, depends) in about {
        let tree = built.join("packages").join(name);
        if tree.exists() {
            std::fs::remove_dir_all(&tree)?;
        }
        for (from, to, mode) in layout {
            let from = match from.strip_prefix("bin:") {
                Some(program) => built.join("release").join(program),
                None => root.join(from),
            };
            put(&from, &tree.join(to), mode)?;
        }
        let archive = out.join(format!("{name}-{version}-linux-x86_64.tar.gz"));
        archive_of(&tree, &archive, epoch)?;
        if shell::has("dpkg-deb") {
            let control = format!(
                "Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: Proviso <proviso@example.invalid>\n\
                 Depends: {depends}\nSection: admin\nPriority: optional\nDescription: {summary}\n"
            );
            std::fs::create_dir_all(tree.join("DEBIAN"))?;
            std::fs::write(tree.join("DEBIAN/control"), control)?;
            let (from, to) = (tree.display().to_string(), out.join(format!("{name}_{version}_amd64.deb")));
            let to = to.display().to_string();
            let asked = ["--root-owner-group", "--build", &from, &to];
            shell::must(shell::program(root, "dpkg-deb", &asked).env("SOURCE_DATE_EPOCH", epoch))?;
        } else {
            say::line("no dpkg-deb here, so no Debian package was made");
        }
    }
    Ok(())
}

fn put(from: &Path, to: &Path, mode: &str) -> Result<()> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    shell::must(Command::new("chmod").arg(mode).arg(to))
}

/// An archive whose bytes depend on names, rights and contents alone.
fn archive_of(tree: &Path, archive: &Path, epoch: &str) -> Result<()> {
    let plain = archive.with_extension("");
    let plain = plain.display().to_string();
    let time = format!("--mtime=@{epoch}");
    let asked = [
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--format=gnu",
        &time,
        "-cf",
        &plain,
        ".",
    ];
    shell::must(&mut shell::program(tree, "tar", &asked))?;
    shell::must(&mut shell::program(tree, "gzip", &["-n", "-9", "-f", &plain]))
}

/// The SHA-256 of every file, as `sha256sum --check` reads it.
fn digests(out: &Path) -> Result<()> {
    let mut names: Vec<String> = std::fs::read_dir(out)?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name != "SHA256SUMS")
        .collect();
    names.sort();
    let asked: Vec<&str> = names.iter().map(String::as_str).collect();
    let sums = shell::output(&mut shell::program(out, "sha256sum", &asked))?;
    say::line(sums.trim_end());
    std::fs::write(out.join("SHA256SUMS"), sums).context("cannot write SHA256SUMS")
}

#[cfg(test)]
mod tests {
    use super::{AGENT, SERVER};
    use crate::repo;

    #[test]
    fn everything_that_is_packed_is_in_the_repository_and_nothing_of_the_linux_package_is_left_out() {
        let root = repo::root().expect("the repository");
        let packed: Vec<&str> = AGENT.iter().chain(SERVER).map(|(from, _, _)| *from).collect();
        for from in packed.iter().filter(|from| !from.starts_with("bin:")) {
            assert!(root.join(from).is_file(), "{from}");
        }
        for file in repo::files(&root).expect("its files") {
            let is_ours = file.path.starts_with("packaging/") && !file.path.ends_with("README.md");
            assert!(!is_ours || packed.contains(&file.path.as_str()), "{} is not packed", file.path);
        }
    }
}
