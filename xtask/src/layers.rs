//! Which crate may import which: docs/layers.toml against what cargo says.

use crate::{say, shell};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const RULES: &str = "docs/layers.toml";

/// docs/layers.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    /// Of ours, what any crate may import in its tests.
    tests_may_import: BTreeSet<String>,
    /// Crates that no program of ours may contain.
    never_links: BTreeSet<String>,
    #[serde(rename = "crate")]
    crates: BTreeMap<String, Layer>,
}

/// What one crate may do.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    /// Our crates that it may import.
    may_import: BTreeSet<String>,
    /// Our crates that its tests may import besides.
    #[serde(default)]
    tests_may_import: BTreeSet<String>,
    /// Crates that it must not name itself.
    #[serde(default)]
    never_names: BTreeSet<String>,
    /// Crates that must not be in it, however deep.
    #[serde(default)]
    never_links: BTreeSet<String>,
}

/// The part of cargo's metadata that is read.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `null` for an ordinary one, else "dev" or "build".
    kind: Option<String>,
}

/// Prints every edge that is not allowed; `false` when there is one.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let text = std::fs::read_to_string(root.join(RULES)).with_context(|| format!("cannot read {RULES}"))?;
    let rules: Rules = toml::from_str(&text).with_context(|| format!("{RULES} does not read"))?;
    let metadata = shell::output(&mut shell::cargo(
        root,
        &["metadata", "--no-deps", "--format-version", "1", "--locked"],
    ))?;
    let metadata: Metadata =
        serde_json::from_str(&metadata).context("cargo metadata did not print what it does")?;
    let mut problems = edges(&rules, &metadata);
    for name in
        rules.crates.keys().filter(|name| metadata.packages.iter().any(|package| package.name == **name))
    {
        problems.extend(contents(&rules, name, &linked(root, name)?));
    }
    for problem in &problems {
        say::line(problem);
    }
    say::line(&match problems.len() {
        0 => format!("layers: {} crates, every import goes an allowed way", metadata.packages.len()),
        count => format!("layers: {count} to mend"),
    });
    Ok(problems.is_empty())
}

/// Everything that ends up in a crate, on any platform.
fn linked(root: &Path, name: &str) -> Result<BTreeSet<String>> {
    let arguments = [
        "tree",
        "--locked",
        "--package",
        name,
        "--edges",
        "normal,build",
        "--target",
        "all",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let tree = shell::output(&mut shell::cargo(root, &arguments))?;
    Ok(tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}

/// Imports that the rules do not allow.
fn edges(rules: &Rules, metadata: &Metadata) -> Vec<String> {
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut problems = Vec::new();
    for package in &metadata.packages {
        let name = &package.name;
        let Some(layer) = rules.crates.get(name) else {
            problems.push(format!("{name}: not in {RULES}; say there what it may import"));
            continue;
        };
        for dependency in &package.dependencies {
            let to = &dependency.name;
            let dev = dependency.kind.as_deref() == Some("dev");
            let in_tests =
                dev && (rules.tests_may_import.contains(to) || layer.tests_may_import.contains(to));
            if ours.contains(to.as_str()) && !layer.may_import.contains(to) && !in_tests {
                let how = if dev { "its tests import" } else { "imports" };
                problems.push(format!("{name}: {how} {to}, which {RULES} does not allow"));
            }
            if !dev && layer.never_names.contains(to) {
                problems.push(format!("{name}: names {to}; what it needs is given to it by its caller"));
            }
        }
    }
    for gone in rules.crates.keys().filter(|name| !ours.contains(name.as_str())) {
        problems.push(format!("{RULES}: there is no crate {gone}; remove it"));
    }
    problems
}

/// Crates that must not be in `name` and are.
fn contents(rules: &Rules, name: &str, linked: &BTreeSet<String>) -> Vec<String> {
    let own = rules.crates.get(name).map(|layer| &layer.never_links);
    let never =
        rules.never_links.iter().chain(own.into_iter().flatten()).filter(|never| linked.contains(*never));
    never
        .map(|never| format!("{name}: contains {never}; see: cargo tree -p {name} -i {never} --target all"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Metadata, Rules, contents, edges};

    const RULES: &str = r#"
        tests_may_import = ["kit"]
        never_links = ["ring"]
        [crate.low]
        may_import = []
        never_names = ["getrandom"]
        [crate.high]
        may_import = ["low"]
        tests_may_import = ["side"]
        never_links = ["tokio"]
        [crate.side]
        may_import = []
        [crate.kit]
        may_import = []
    "#;

    /// The problems when crate `from` has one dependency of the given kind.
    fn problems(from: &str, to: &str, kind: &str) -> Vec<String> {
        let packages = ["low", "high", "side", "kit"].map(|name| {
            let own = format!(r#"{{"name":"{to}","kind":{kind}}}"#);
            format!(
                r#"{{"name":"{name}","dependencies":[{}]}}"#,
                if name == from { own.as_str() } else { "" }
            )
        });
        let metadata: Metadata =
            serde_json::from_str(&format!(r#"{{"packages":[{}]}}"#, packages.join(","))).unwrap();
        edges(&toml::from_str::<Rules>(RULES).unwrap(), &metadata)
    }

    #[test]
    fn only_allowed_imports_pass() {
        let cases = [
            ("high", "low", "null", 0),
            ("low", "high", "null", 1),
            ("low", "kit", "\"dev\"", 0),
            ("low", "kit", "null", 1),
            ("high", "side", "\"dev\"", 0),
            ("high", "side", "null", 1),
            ("low", "getrandom", "null", 1),
            ("low", "getrandom", "\"dev\"", 0),
            ("low", "serde", "null", 0),
        ];
        for (from, to, kind, expected) in cases {
            let found = problems(from, to, kind);
            assert_eq!(found.len(), expected, "{from} -> {to} ({kind}): {found:?}");
        }
    }

    #[test]
    fn what_must_not_be_inside_is_found_however_deep() {
        let rules: Rules = toml::from_str(RULES).unwrap();
        let linked = ["tokio", "ring", "serde"].map(str::to_owned).into();
        assert_eq!(contents(&rules, "high", &linked).len(), 2);
        assert_eq!(contents(&rules, "low", &linked).len(), 1);
    }

    #[test]
    fn a_crate_that_the_rules_do_not_know_is_a_problem_and_so_is_a_rule_for_none() {
        let metadata: Metadata =
            serde_json::from_str(r#"{"packages":[{"name":"new","dependencies":[]}]}"#).unwrap();
        assert_eq!(edges(&toml::from_str::<Rules>(RULES).unwrap(), &metadata).len(), 5);
    }
}
