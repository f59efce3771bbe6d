//! Measurements, each beside a plain alternative on the same input: this is where figures are judged, never in
//! tests.
//!
//! A benchmark is a `[[bench]]` target of a crate, or a `bench` command in a package.json under tests/. Called
//! with `--json`, it prints one JSON object a line for each [`Figure`]; its other lines are shown as they are.

mod rest;

use crate::{say, setup, shell};
use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The benches that are measured beside programs which have to be installed.
const WORDS: &str = "words";
const PICTURES: &str = "pictures";
/// The benches that start a PostgreSQL.
const ON_POSTGRES: [&str; 2] = ["growth", "server"];

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask bench                 everything
  cargo xtask bench words           only benchmarks whose name contains `words`
  cargo xtask bench pictures        lists of hashes beside FAISS, decoding and scoring beside Python: 10 GB of memory, minutes
  cargo xtask bench server          1,300 devices on SQLite and on PostgreSQL, beside pgbench: minutes
  cargo xtask bench growth          pages with 10 thousand and a million findings: 15 GB of disk, an hour
  cargo xtask bench rest            the agent at rest, over a minute
  cargo xtask bench --json > b.json";

#[derive(Args)]
pub(crate) struct Options {
    /// Only benchmarks whose name contains this.
    only: Option<String>,
    /// Print the figures as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// One measured figure, as a benchmark prints it.
#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Figure {
    /// What was measured.
    bench: String,
    /// Our figure.
    ours: f64,
    /// The unit of both figures.
    unit: String,
    /// What we are compared with, in words, and its figure.
    #[serde(default)]
    beside: Option<String>,
    #[serde(default)]
    theirs: Option<f64>,
    /// The least ratio of ours to theirs that is good enough.
    #[serde(default)]
    ratio_min: Option<f64>,
    /// The most that our figure may be, where it is judged alone.
    #[serde(default)]
    ours_max: Option<f64>,
}

impl Figure {
    /// A figure that is judged by itself.
    fn alone(bench: &str, ours: f64, unit: &str, ours_max: f64) -> Self {
        let (bench, unit) = (bench.to_owned(), unit.to_owned());
        Self { bench, ours, unit, beside: None, theirs: None, ratio_min: None, ours_max: Some(ours_max) }
    }

    fn ratio(&self) -> Option<f64> {
        self.theirs.filter(|theirs| *theirs > 0.0).map(|theirs| self.ours / theirs)
    }

    /// Whether the aim is reached, where there is one.
    fn reached(&self) -> Option<bool> {
        match (self.ratio_min, self.ours_max) {
            (Some(least), _) => Some(self.ratio().is_some_and(|ratio| ratio >= least)),
            (None, Some(most)) => Some(self.ours <= most),
            (None, None) => None,
        }
    }

    /// A row of the table.
    fn row(&self) -> [String; 6] {
        let aim = match (self.ratio_min, self.ours_max) {
            (Some(least), _) => format!("ratio >= {least}"),
            (None, Some(most)) => format!("<= {most} {}", self.unit),
            (None, None) => "-".to_owned(),
        };
        let theirs = match (self.theirs, &self.beside) {
            (Some(figure), Some(name)) => format!("{figure:.2} ({name})"),
            (None, Some(name)) => name.clone(),
            _ => "-".to_owned(),
        };
        let ratio = self.ratio().map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        let reached = match self.reached() {
            None => "-",
            Some(true) => "reached",
            Some(false) if self.ratio_min.is_some() && self.theirs.is_none() => "NOT MEASURED",
            Some(false) => "NOT REACHED",
        };
        [
            self.bench.clone(),
            format!("{:.2} {}", self.ours, self.unit),
            theirs,
            ratio,
            aim,
            reached.to_owned(),
        ]
    }
}

/// Runs the benchmarks; `false` when one broke off. An aim that is not reached is printed, not an error: how fast
/// this machine is today is not a fault of the code.
pub(crate) fn run(root: &Path, options: &Options) -> Result<bool> {
    let mut figures = Vec::new();
    let mut ran = true;
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    for (package, name) in targets(root)?.iter().filter(|(_, name)| wanted(name)) {
        if name == WORDS {
            setup::bench_peers();
        }
        if name.starts_with(PICTURES) {
            setup::picture_peers(root);
        }
        if ON_POSTGRES.contains(&name.as_str()) {
            setup::database()?;
        }
        let mut bench = shell::cargo(
            root,
            &["bench", "--quiet", "--locked", "--package", package, "--bench", name, "--", "--json"],
        );
        ran &= measure(&format!("{package}: {name}"), &mut bench, options.json, &mut figures)?;
    }
    for folder in setup::node_folders(root)? {
        let name = folder.strip_prefix(root).unwrap_or(&folder).display().to_string();
        let package = std::fs::read_to_string(folder.join("package.json"))?;
        if wanted(&name) && crate::test::has_script(&package, "bench") {
            setup::run(root, setup::For::Demo)?;
            let mut bench = shell::program(&folder, "npm", &["run", "--silent", "bench"]);
            ran &= measure(&name, &mut bench, options.json, &mut figures)?;
        }
    }
    if wanted(rest::NAME) {
        match rest::run(root) {
            Ok(rest) => figures.extend(rest),
            Err(error) => {
                say::error(&format!("{}: {error:#}", rest::NAME));
                ran = false;
            }
        }
    }
    if options.json {
        say::line(&serde_json::to_string_pretty(&figures)?);
    } else {
        table(&figures);
    }
    Ok(ran)
}

/// Runs one benchmark and collects its figures.
fn measure(
    name: &str,
    bench: &mut std::process::Command,
    json: bool,
    figures: &mut Vec<Figure>,
) -> Result<bool> {
    if !json {
        say::heading(name);
    }
    let before = figures.len();
    let succeeded = shell::each_line(bench, |line| match figure(line) {
        Some(figure) => figures.push(figure),
        None if json => {}
        None => say::line(line),
    })?;
    if !succeeded || figures.len() == before {
        say::error(&format!("{name} printed no figure or broke off"));
    }
    Ok(succeeded && figures.len() > before)
}

/// A line that holds a figure.
fn figure(line: &str) -> Option<Figure> {
    line.starts_with('{').then(|| serde_json::from_str(line).ok()).flatten()
}

/// Benchmarks that the workspace has: package and name.
fn targets(root: &Path) -> Result<Vec<(String, String)>> {
    let metadata =
        shell::output(&mut shell::cargo(root, &["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).context("cargo metadata did not print what it does")?;
    let mut targets = Vec::new();
    for package in metadata.get("packages").and_then(|list| list.as_array()).into_iter().flatten() {
        let text = |value: &serde_json::Value, key: &str| {
            value.get(key).and_then(|text| text.as_str()).map(str::to_owned)
        };
        for target in package.get("targets").and_then(|list| list.as_array()).into_iter().flatten() {
            let kinds = target.get("kind").and_then(|kinds| kinds.as_array());
            let is_bench = kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "bench"));
            if let (true, Some(package), Some(name)) = (is_bench, text(package, "name"), text(target, "name"))
            {
                targets.push((package, name));
            }
        }
    }
    targets.sort();
    Ok(targets)
}

/// Prints the figures side by side.
fn table(figures: &[Figure]) {
    say::heading("figures");
    let head = ["what", "ours", "beside", "ratio", "aim", ""].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head).chain(figures.iter().map(Figure::row)).collect();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    for row in &rows {
        let cells =
            row.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", width(column).unwrap_or(0)));
        say::line(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn a_figure_is_judged_by_its_ratio_or_by_itself() {
        let cases = [
            (
                r#"{"bench":"a","ours":40,"unit":"MiB/s","beside":"plain","theirs":100,"ratio_min":0.35}"#,
                Some(true),
            ),
            (
                r#"{"bench":"a","ours":30,"unit":"MiB/s","beside":"plain","theirs":100,"ratio_min":0.35}"#,
                Some(false),
            ),
            (r#"{"bench":"a","ours":30,"unit":"MiB/s","ratio_min":0.35}"#, Some(false)),
            (r#"{"bench":"a","ours":59,"unit":"MiB","ours_max":60}"#, Some(true)),
            (r#"{"bench":"a","ours":61,"unit":"MiB","ours_max":60}"#, Some(false)),
            (r#"{"bench":"a","ours":1.2,"unit":"s"}"#, None),
        ];
        for (line, expected) in cases {
            assert_eq!(figure(line).unwrap().reached(), expected, "{line}");
        }
        assert_eq!(figure("{\"other\":1}"), None);
        assert_eq!(figure("running"), None);
    }
}
