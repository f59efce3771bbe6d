//! `admin pack-...`: a force's own lists of words.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use proviso_engine::import::{Defaults, Format};
use proviso_model::limits::PACK_IMPORT_BYTES_MAX;
use serde_json::{Value, json};

use crate::app::AppContext;
use crate::app::force::pack::{self, NewPack, Review};
use crate::app::force::pack_trial;
use crate::cli::bar;
use crate::keys::files;

use super::forecast;

/// Terms of the sample that are named.
const TERMS_SHOWN_MAX: usize = 10;

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// The list: .csv (a header with the column "term", or one term a line; UTF-8) or .json.
    file: PathBuf,
    /// What its terms are about: sexual, solicitation or minor-reference.
    #[arg(long)]
    category: String,
    /// Name of the pack: small letters, digits, hyphens. A name in use gets its next version.
    #[arg(long)]
    name: String,
    /// Language of its terms, BCP 47 such as pl or pa-Guru; without it they are in every policy.
    #[arg(long)]
    language: Option<String>,
    /// Weight of a term that gives none, 1 to 1000; a rule speaks at 1000.
    #[arg(long, default_value_t = 1000)]
    weight: u16,
    /// Say what it would do, also of the findings that are stored, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: findings of so many days are asked.
    #[arg(long, value_name = "DAYS", default_value_t = forecast::DAYS)]
    days: u16,
    /// Take it into no use yet: devices try it out for so many days, 28 at most, beside the packs in use. They count how often it would
    /// have found more or less, and keep nothing; admin pack-trial list shows the numbers.
    #[arg(long, value_name = "DAYS", conflicts_with = "dry_run")]
    try_days: Option<u16>,
    /// Take the list without the entries that cannot be terms.
    #[arg(long)]
    leave_out_refused: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// Name of the pack.
    name: String,
    /// Version [default: the one in use].
    #[arg(long)]
    version: Option<u32>,
    /// Write the signed pack to a new file, for proviso-agent packs verify.
    #[arg(long)]
    signed: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RemoveArgs {
    /// Name of the pack.
    name: String,
    /// Say what would become of the findings that are stored, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: findings of so many days are asked.
    #[arg(long, value_name = "DAYS", default_value_t = forecast::DAYS)]
    days: u16,
}

impl ImportArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let (file, format) = (read(&self.file)?, format(&self.file)?);
        let new = NewPack {
            name: &self.name,
            category: &self.category,
            format,
            defaults: Defaults { weight_permille: self.weight, language: self.language },
            file: &file,
        };
        if self.dry_run {
            let review = pack::review(ctx, &new).await.with_context(|| self.file.display().to_string())?;
            let mut words = format!("nothing was changed\n{}", in_words(&self.name, &review));
            if !review.list.refused.is_empty() {
                words.push_str(&format!("\n{}", pack::refusals(&review.list)));
            }
            let bar = bar::counted(ctx.store.case_list(None).await?.len() as u64, "cases asked");
            let since = ctx.now().plus_days(-i64::from(self.days));
            let forecast = pack::forecast(ctx, &review, since, &mut |done| bar.set_position(done)).await?;
            bar.finish_and_clear();
            words.push('\n');
            words.push_str(&forecast::in_words(&forecast, self.days));
            let mut told = value(&review);
            if let Some(object) = told.as_object_mut() {
                object.insert("forecast".to_owned(), forecast::value(&forecast, self.days));
            }
            return Ok((words, told));
        }
        if let Some(days) = self.try_days {
            let begun = pack_trial::begin(ctx, &new, self.leave_out_refused, days).await;
            let (review, trial, devices) = begun.with_context(|| self.file.display().to_string())?;
            let words = format!(
                "{}\non trial for {days} days as {trial}; {devices} devices get a new policy, and count only",
                in_words(&self.name, &review)
            );
            return Ok((words, json!({"trial": trial, "devices": devices, "review": value(&review)})));
        }
        let (review, devices) = pack::import(ctx, &new, self.leave_out_refused)
            .await
            .with_context(|| self.file.display().to_string())?;
        let mut told = value(&review);
        if let Some(object) = told.as_object_mut() {
            object.insert("devices".to_owned(), json!(devices));
        }
        Ok((
            format!("{}\nin use now; {devices} devices get a new policy", in_words(&self.name, &review)),
            told,
        ))
    }
}

/// The bytes of a file that is not trusted: read no further than the limit.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let place = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("{place}: give the path of a list"))?;
    let mut bytes = Vec::new();
    file.take(PACK_IMPORT_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{place} cannot be read"))?;
    anyhow::ensure!(
        bytes.len() <= PACK_IMPORT_BYTES_MAX,
        "{place} has more than {PACK_IMPORT_BYTES_MAX} bytes; split it into several packs"
    );
    Ok(bytes)
}

fn format(path: &Path) -> anyhow::Result<Format> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("csv" | "txt") => Ok(Format::Csv),
        Some("json") => Ok(Format::Json),
        _ => anyhow::bail!("{}: a list ends in .csv, .txt or .json; rename it as what it is", path.display()),
    }
}

fn in_words(name: &str, review: &Review) -> String {
    let list = &review.list;
    let mut lines = vec![format!(
        "pack {name} version {}: {} terms, {} new and {} gone since the version in use; {} there twice, {} refused, {} in another \
         pack already",
        review.version,
        list.entries.len(),
        review.added,
        review.dropped,
        list.doubled.len(),
        list.refused.len(),
        review.known.len(),
    )];
    lines.push(format!(
        "alone it would have spoken on {} of {} paragraphs of ordinary English",
        review.trial.spoken, review.trial.paragraphs
    ));
    let terms: Vec<String> = review
        .trial
        .terms
        .iter()
        .take(TERMS_SHOWN_MAX)
        .map(|(term, count)| format!("\"{term}\" in {count}"))
        .collect();
    if !terms.is_empty() {
        lines.push(format!("  its terms there: {}", terms.join(", ")));
    }
    lines.join("\n")
}

fn value(review: &Review) -> Value {
    let list = &review.list;
    json!({
        "version": review.version,
        "terms": list.entries.len(),
        "new": review.added,
        "gone": review.dropped,
        "twice": list.doubled.iter().map(|(line, first)| json!({"line": line, "first": first})).collect::<Vec<_>>(),
        "known": review.known.iter().map(|(line, pack)| json!({"line": line, "pack": pack})).collect::<Vec<_>>(),
        "refused": list
            .refused
            .iter()
            .map(|refused| json!({"line": refused.line, "problem": refused.problem}))
            .collect::<Vec<_>>(),
        "ordinary": {
            "paragraphs": review.trial.paragraphs,
            "spoken": review.trial.spoken,
            "terms": review.trial.terms.iter().map(|(term, count)| json!({"term": term, "paragraphs": count})).collect::<Vec<_>>(),
        },
    })
}

/// `admin pack-list`.
pub(super) async fn list(ctx: &AppContext) -> anyhow::Result<(String, Value)> {
    let rows = pack::list(ctx).await?;
    let mut words: Vec<String> = ctx
        .packs
        .iter()
        .map(|pack| format!("{} {}  comes with the program", pack.name, pack.version))
        .collect();
    for row in &rows {
        let state = row.retired_at.map_or_else(|| "in use".to_owned(), |at| format!("retired {at}"));
        words.push(format!(
            "{} {}  {}, {} terms, imported {}, {state}",
            row.name, row.version, row.category, row.terms, row.imported_at
        ));
    }
    let told: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({"name": row.name, "version": row.version, "category": row.category, "terms": row.terms,
                   "sha256": row.sha256, "imported_at": row.imported_at, "retired_at": row.retired_at})
        })
        .collect();
    Ok((words.join("\n"), json!({"packs": told})))
}

impl ShowArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let (row, signed) = pack::show(ctx, &self.name, self.version).await?;
        let told =
            json!({"name": row.name, "version": row.version, "sha256": row.sha256, "pack": signed.pack});
        let Some(path) = self.signed else { return Ok((signed.pack, told)) };
        files::write_new(&path, &serde_json::to_vec(&signed)?)?;
        let words = format!("{} {} was written to {}", row.name, row.version, path.display());
        Ok((words, told))
    }
}

impl RemoveArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let days = self.days;
        if self.dry_run {
            let since = ctx.now().plus_days(-i64::from(days));
            let bar = bar::counted(ctx.store.case_list(None).await?.len() as u64, "cases asked");
            let told = &mut |done| bar.set_position(done);
            let forecast = pack::forecast_without(ctx, &self.name, since, told).await?;
            bar.finish_and_clear();
            let words = format!("nothing was changed\n{}", forecast::in_words(&forecast, days));
            return Ok((words, json!({"name": self.name, "forecast": forecast::value(&forecast, days)})));
        }
        let devices = pack::retire(ctx, &self.name).await?;
        let words =
            format!("{} is retired; {devices} devices get a new policy. Records go on naming it", self.name);
        Ok((words, json!({"name": self.name, "devices": devices})))
    }
}
