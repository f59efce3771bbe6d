//! `admin site-list-...`: a force's own lists of sites.

use std::io::BufReader;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use proviso_engine::sites::ListFormat;
use serde_json::{Value, json};

use crate::app::AppContext;
use crate::app::force::site_list::{self, NewSiteList, ReadList, Review};
use crate::cli::bar;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Told for each line by itself.
    Auto,
    /// A hosts file.
    Hosts,
    /// A domain, or the beginning of an address, on each line, as in UT1's folders.
    Domains,
    /// Adblock-style rules.
    Adblock,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// Name of the list: small letters, digits, hyphens. A name in use gets its next version.
    #[arg(long)]
    name: String,
    /// What its sites are: pornography; or mixed_adult or sexual_education, which lower what a list of pornography says.
    #[arg(long)]
    category: String,
    /// The list: a hosts file, domains, or Adblock-style rules, a line each.
    #[arg(long)]
    file: PathBuf,
    /// How the file is written.
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    format: Format,
    /// The list is known to hold ordinary sites too: a finding then says so and is weaker.
    #[arg(long)]
    coarse: bool,
    /// Where the list comes from.
    #[arg(long)]
    source: Option<String>,
    /// Its licence.
    #[arg(long)]
    licence: Option<String>,
    /// The day of the list, as 2026-11-01.
    #[arg(long)]
    dated: Option<jiff::civil::Date>,
    /// Say what it would do, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Take the list also where most of its lines are no sites.
    #[arg(long)]
    leave_out_refused: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RemoveArgs {
    /// Name of the list.
    name: String,
}

impl ImportArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let place = || self.file.display().to_string();
        let read = self.read().with_context(place)?;
        let new = NewSiteList {
            name: &self.name,
            category: &self.category,
            coarse: self.coarse,
            source: self.source.as_deref(),
            licence: self.licence.as_deref(),
            dated: self.dated,
            read: &read,
        };
        if self.dry_run {
            let review = site_list::review(ctx, &new).await.with_context(place)?;
            let words = format!("nothing was changed\n{}", in_words(&self.name, &read, &review));
            return Ok((words, value(&read, &review)));
        }
        let (review, devices) =
            site_list::import(ctx, &new, self.leave_out_refused).await.with_context(place)?;
        let mut told = value(&read, &review);
        if let Some(object) = told.as_object_mut() {
            object.insert("devices".to_owned(), json!(devices));
        }
        let words = in_words(&self.name, &read, &review);
        Ok((format!("{words}\nin use now; {devices} devices get a new policy and fetch it"), told))
    }

    fn read(&self) -> anyhow::Result<ReadList> {
        let file = std::fs::File::open(&self.file).context("give the path of a list")?;
        let bar = bar::reading(&self.file, file.metadata().map(|meta| meta.len()).unwrap_or(0));
        let format = match self.format {
            Format::Auto => ListFormat::Auto,
            Format::Hosts => ListFormat::Hosts,
            Format::Domains => ListFormat::Domains,
            Format::Adblock => ListFormat::Adblock,
        };
        let read = site_list::read(BufReader::new(file), format, |bytes| bar.set_position(bytes));
        bar.finish_and_clear();
        Ok(read?)
    }
}

fn in_words(name: &str, read: &ReadList, review: &Review) -> String {
    let counts = &read.counts;
    let before =
        review.entries_before.map(|before| format!(" (the version in use has {before})")).unwrap_or_default();
    format!(
        "list of sites {name} version {}: {} entries{before}, {} of them exceptions, {} there twice; {} bytes, SHA-256 {}\nleft out: {}",
        review.version,
        counts.entries,
        counts.exceptions,
        counts.twice,
        review.bytes,
        review.sha256,
        site_list::refusals(counts, &read.refused),
    )
}

fn value(read: &ReadList, review: &Review) -> Value {
    let counts = &read.counts;
    json!({
        "version": review.version,
        "entries": counts.entries,
        "entries_before": review.entries_before,
        "exceptions": counts.exceptions,
        "twice": counts.twice,
        "bytes": review.bytes,
        "sha256": review.sha256,
        "refused": {
            "not_hosts": counts.not_hosts,
            "public_suffixes": counts.public_suffixes,
            "not_whole_sites": counts.not_whole_sites,
            "unreadable": counts.unreadable,
            "first": read
                .refused
                .iter()
                .map(|refused| json!({"line": refused.line, "problem": refused.problem.in_words()}))
                .collect::<Vec<_>>(),
        },
    })
}

/// `admin site-list-list`.
pub(super) async fn list(ctx: &AppContext) -> anyhow::Result<(String, Value)> {
    let rows = site_list::list(ctx).await?;
    let mut words = Vec::new();
    let mut told = Vec::new();
    for (row, says) in &rows {
        let state = row.retired_at.map_or_else(|| "in use".to_owned(), |at| format!("retired {at}"));
        let about = says.as_ref().map_or_else(
            || "its seal or signature does not hold".to_owned(),
            |says| {
                let mut about = vec![if says.coarse { "coarse" } else { "not coarse" }.to_owned()];
                about.extend(says.source.iter().map(|source| format!("from {source}")));
                about.extend(says.licence.iter().map(|licence| format!("licence {licence}")));
                about.extend(says.dated.iter().map(|day| format!("of {day}")));
                about.join(", ")
            },
        );
        words.push(format!(
            "{} {}  {}, {} entries, {} bytes, {about}, imported {}, {state}",
            row.name, row.version, row.category, row.entries, row.bytes, row.imported_at
        ));
        told.push(json!({
            "name": row.name, "version": row.version, "category": row.category, "entries": row.entries, "bytes": row.bytes,
            "sha256": row.sha256, "imported_at": row.imported_at, "retired_at": row.retired_at, "says": says,
        }));
    }
    if rows.is_empty() {
        words.push("there is no list of sites; import one with admin site-list-import".to_owned());
    }
    Ok((words.join("\n"), json!({"site_lists": told})))
}

impl RemoveArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let devices = site_list::retire(ctx, &self.name).await?;
        let words = format!(
            "{} is retired; {devices} devices get a new policy and drop it. Records go on naming it",
            self.name
        );
        Ok((words, json!({"name": self.name, "devices": devices})))
    }
}
