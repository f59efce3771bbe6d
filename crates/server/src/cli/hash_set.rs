//! `hash-set ...`: a force's sets of hashes of known pictures.

use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use md5::{Digest as _, Md5};
use proviso_engine::image::lists::{ListFormat, country};
use proviso_engine::image::set::{Digests, KindCounts, Sameness};
use proviso_model::Digest;
use serde_json::{Value, json};
use sha1::Sha1;

use super::{Say, Wiring, bar, open_context};
use crate::app::AppContext;
use crate::app::force::hash_set::{self, Found, NewHashSet, Staged, Taken};
use crate::app::hash_sets::category_in_words;
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum HashSetCommand {
    /// Take a list of hashes of known pictures into use. A name in use gets its next version; the one before is kept.
    Import(ImportArgs),
    /// Say which sets are in use and which were.
    List,
    /// Look digests or files up in every set in use. Exit code 0 when one is listed, 1 when none is.
    Check(CheckArgs),
    /// Retire a set; records go on naming it.
    Remove {
        /// Name of the set.
        name: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// VICS or CAID where it begins as JSON does, else digests, each told by its length.
    Auto,
    /// VICS 1.x or 2.0, JSON.
    Vics,
    /// CAID: VICS with the categories of the United Kingdom.
    Caid,
    /// A digest on each line; a second column may hold the category's number.
    Md5,
    /// Likewise.
    Sha1,
    /// Likewise.
    Sha256,
    /// A PDQ hash on each line; a second column may hold its quality.
    Pdq,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The list.
    file: PathBuf,
    /// Name of the set: small letters, digits, hyphens.
    #[arg(long)]
    name: String,
    /// How the list is written.
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    format: Format,
    /// Where the list comes from.
    #[arg(long)]
    source: String,
    /// The day of the list, as 2026-11-01.
    #[arg(long)]
    date: jiff::civil::Date,
    /// Its licence, or the agreement under which it was given.
    #[arg(long)]
    licence: String,
    /// Whose categories its numbers follow, as UK or US; a VICS 2.0 list says so itself.
    #[arg(long)]
    country: Option<String>,
    /// Its pictures are known or suspected to show the abuse of children: none of them is ever shown.
    #[arg(long)]
    child_abuse: bool,
    /// Its PDQ hashes may be kept on devices; else similar pictures are not looked for there.
    #[arg(long)]
    device_ok: bool,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// MD5, SHA-1, SHA-256 or PDQ in hexadecimal digits, or the path of a file. The picture in a file is not decoded: its PDQ is
    /// said by `proviso-agent classify image`.
    #[arg(required = true, value_name = "DIGEST-or-FILE")]
    asked: Vec<String>,
}

impl HashSetCommand {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let ctx = open_context(wiring, config).await?;
        let (code, words, value) = match self {
            Self::Import(args) => args.act(&ctx).await?,
            Self::List => list(&ctx).await?,
            Self::Check(args) => args.act(&ctx).await?,
            Self::Remove { name } => {
                let devices = hash_set::retire(&ctx, &name).await?;
                let words =
                    format!("{name} is retired; {devices} devices get a new policy. Records go on naming it");
                (0, words, json!({"name": name, "devices": devices}))
            }
        };
        say.line(&words, &value)?;
        Ok(code)
    }
}

impl ImportArgs {
    async fn act(self, ctx: &AppContext) -> anyhow::Result<(u8, String, Value)> {
        let place = || self.file.display().to_string();
        let new = NewHashSet {
            name: &self.name,
            format: match self.format {
                Format::Auto => ListFormat::Auto,
                Format::Vics => ListFormat::Vics,
                Format::Caid => ListFormat::Caid,
                Format::Md5 => ListFormat::Md5,
                Format::Sha1 => ListFormat::Sha1,
                Format::Sha256 => ListFormat::Sha256,
                Format::Pdq => ListFormat::Pdq,
            },
            source: &self.source,
            licence: &self.licence,
            dated: self.date,
            country: self.country.as_deref(),
            child_abuse: self.child_abuse,
            device_ok: self.device_ok,
        };
        let file = std::fs::File::open(&self.file).context("give the path of a list").with_context(place)?;
        let bar = bar::reading(&self.file, file.metadata().map(|meta| meta.len()).unwrap_or(0));
        let staged = hash_set::read(ctx, &new, BufReader::with_capacity(1 << 16, file), &mut |bytes| {
            bar.set_position(bytes);
        });
        bar.finish_and_clear();
        let staged = staged.with_context(place)?;
        let (mut words, mut value) = (in_words(&self.name, &staged), told(&staged));
        let Taken { version, entries_before, devices } =
            hash_set::import(ctx, &new, staged).await.with_context(place)?;
        let before =
            entries_before.map(|before| format!(" (the one before has {before})")).unwrap_or_default();
        words.push_str(&format!(
            "\nin use now as version {version}{before}; {devices} devices get a new policy"
        ));
        if let Some(object) = value.as_object_mut() {
            object.insert("version".to_owned(), json!(version));
            object.insert("devices".to_owned(), json!(devices));
            object.insert("entries_before".to_owned(), json!(entries_before));
        }
        Ok((0, words, value))
    }
}

fn in_words(name: &str, staged: &Staged) -> String {
    let (list, set) = (&staged.list, &staged.counts);
    let kind = |what: &str, counts: &KindCounts| {
        (counts.entries > 0)
            .then(|| format!("{} {what} ({} more were there twice)", counts.entries, counts.repeated))
    };
    let kinds = [
        kind("MD5", &set.md5),
        kind("SHA-1", &set.sha1),
        kind("SHA-256", &set.sha256),
        kind("PDQ", &set.pdq),
    ];
    let mut lines = vec![
        format!(
            "hash set {name}, {}{}: {} entries taken, with {}; {} bytes, SHA-256 {}",
            list.format.as_str(),
            list.model_version.as_ref().map(|version| format!(" {version}")).unwrap_or_default(),
            list.counts.taken,
            kinds.into_iter().flatten().collect::<Vec<_>>().join(", "),
            staged.file.about.bytes,
            staged.file.about.sha256
        ),
        format!("left out: {}", hash_set::refusals(list)),
    ];
    let scheme = list.country.as_deref().and_then(country);
    for (number, count) in list.counts.categories.iter().filter(|(number, _)| **number != 0) {
        let words =
            scheme.and_then(|scheme| scheme.category(*number)).map(|category| category.words.as_str());
        lines.push(format!(
            "category {number} ({}): {count}",
            words.unwrap_or("its meaning is not known here")
        ));
    }
    if list.counts.photo_dna > 0 {
        lines.push(format!("{} PhotoDNA hashes are not read: they are licensed", list.counts.photo_dna));
    }
    if list.counts.sha1_only > 0 {
        let count = list.counts.sha1_only;
        lines.push(format!(
            "{count} entries have only a SHA-1, which devices do not look up; hash-set check does"
        ));
    }
    lines.join("\n")
}

fn told(staged: &Staged) -> Value {
    let (list, set) = (&staged.list, &staged.counts);
    let kind = |counts: &KindCounts| json!({"entries": counts.entries, "twice": counts.repeated});
    json!({
        "format": list.format.as_str(), "model_version": list.model_version, "country": list.country,
        "counts": list.counts, "bytes": staged.file.about.bytes, "sha256": staged.file.about.sha256,
        "md5": kind(&set.md5), "sha1": kind(&set.sha1), "sha256_digests": kind(&set.sha256), "pdq": kind(&set.pdq),
        "refused": list.refused.iter().map(|refused| json!({
            "entry": refused.entry, "line": refused.line, "problem": refused.problem.in_words(),
        })).collect::<Vec<_>>(),
    })
}

async fn list(ctx: &AppContext) -> anyhow::Result<(u8, String, Value)> {
    let rows = hash_set::list(ctx).await?;
    let (mut words, mut told) = (Vec::new(), Vec::new());
    for (row, says) in &rows {
        let state = row.retired_at.map_or_else(|| "in use".to_owned(), |at| format!("retired {at}"));
        let about = says.as_ref().map_or_else(
            || "its seal or signature does not hold".to_owned(),
            |says| {
                let digests = says.digests;
                format!(
                    "{} MD5, {} SHA-1, {} SHA-256, {} PDQ, {}{}{}from {}, licence {}, of {}",
                    digests.md5,
                    digests.sha1,
                    digests.sha256,
                    digests.pdq,
                    if says.child_abuse { "child abuse, " } else { "" },
                    if says.device_ok { "PDQ may be on devices, " } else { "" },
                    if says.tree.is_none() { "without proofs until it is imported again, " } else { "" },
                    says.source,
                    says.licence,
                    says.dated
                )
            },
        );
        words.push(format!(
            "{} {}  {} entries, {} bytes, {about}, imported {}, {state}",
            row.name, row.version, row.entries, row.bytes, row.imported_at
        ));
        told.push(json!({
            "name": row.name, "version": row.version, "entries": row.entries, "bytes": row.bytes, "sha256": row.sha256,
            "imported_at": row.imported_at, "retired_at": row.retired_at, "says": says,
        }));
    }
    if rows.is_empty() {
        words.push("there is no hash set; import one with hash-set import".to_owned());
    }
    Ok((0, words.join("\n"), json!({"hash_sets": told})))
}

impl CheckArgs {
    async fn act(self, ctx: &AppContext) -> anyhow::Result<(u8, String, Value)> {
        let pictures = self.asked.iter().map(|asked| digests(asked)).collect::<anyhow::Result<Vec<_>>>()?;
        let found = hash_set::check(ctx, &pictures).await?;
        let mut words = Vec::new();
        for (asked, found) in self.asked.iter().zip(&found) {
            words.extend(found.iter().map(|found| format!("{asked}: {}", found_in_words(found))));
            if found.is_empty() {
                words.push(format!("{asked}: not on any list in use"));
            }
        }
        let told: Vec<Value> = self
            .asked
            .iter()
            .zip(&found)
            .map(|(asked, found)| json!({"asked": asked, "found": found.iter().map(found_told).collect::<Vec<_>>()}))
            .collect();
        let code = u8::from(found.iter().all(Vec::is_empty));
        Ok((code, words.join("\n"), json!({"checked": told})))
    }
}

/// What was asked for: a digest by its length, which may be SHA-256 or PDQ at 64 digits, or a file.
fn digests(asked: &str) -> anyhow::Result<Digests> {
    let is_hex = asked.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut digests = Digests::default();
    match (is_hex, asked.len()) {
        (true, 32) => digests.md5 = Some(bytes_of(asked)?),
        (true, 40) => digests.sha1 = Some(bytes_of(asked)?),
        (true, 64) => {
            digests.sha256 = Some(bytes_of(asked)?);
            digests.pdq = Some(asked.parse()?);
        }
        _ => return of_file(Path::new(asked)),
    }
    Ok(digests)
}

fn bytes_of<const N: usize>(digits: &str) -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes)?;
    Ok(bytes)
}

fn of_file(path: &Path) -> anyhow::Result<Digests> {
    let advice = || {
        format!(
            "{}: give a digest of 32, 40 or 64 hexadecimal digits, or the path of a file that can be read",
            path.display()
        )
    };
    let mut file = std::fs::File::open(path).with_context(advice)?;
    let (mut md5, mut sha1) = (Md5::new(), Sha1::new());
    let mut chunk = vec![0; 1 << 16];
    let mut sha256 = proviso_ledger::hash::Sha256Stream::default();
    loop {
        let count = file.read(&mut chunk).with_context(advice)?;
        let read = chunk.get(..count).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        md5.update(read);
        sha1.update(read);
        sha256.update(read);
    }
    let sha256 = Some(sha256.finish());
    Ok(Digests { md5: Some(md5.finalize().into()), sha1: Some(sha1.finalize().into()), sha256, pdq: None })
}

fn found_in_words(found: &Found) -> String {
    let says = &found.says;
    let list = format!("of {} version {} (SHA-256 {})", says.name, says.version, says.sha256);
    let how = match found.same.how {
        Sameness::Sha256 => format!("same SHA-256 as an entry {list}"),
        Sameness::Sha1 => {
            format!("same SHA-1 as an entry {list}; weaker, for two files with one SHA-1 can be made")
        }
        Sameness::Md5 => {
            format!("same MD5 as an entry {list}; weaker, for two files with one MD5 are easily made")
        }
        Sameness::Pdq { distance } => {
            format!("looks similar to an entry {list}, PDQ distance {distance} of 256; only a look can tell")
        }
    };
    format!("{how}; {}", category_in_words(says, found.same.category))
}

fn found_told(found: &Found) -> Value {
    let (how, distance) = match found.same.how {
        Sameness::Sha256 => ("sha256", None),
        Sameness::Sha1 => ("sha1", None),
        Sameness::Md5 => ("md5", None),
        Sameness::Pdq { distance } => ("pdq", Some(distance)),
    };
    let set: Digest = found.says.sha256;
    json!({
        "how": how, "distance": distance, "set": found.says.name, "version": found.says.version, "set_sha256": set,
        "category": found.same.category, "category_words": category_in_words(&found.says, found.same.category),
        "child_abuse": found.says.child_abuse,
    })
}
