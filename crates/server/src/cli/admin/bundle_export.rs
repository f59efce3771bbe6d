//! `admin bundle-export`: an evidence bundle to a new file.

use std::path::PathBuf;

use proviso_evidence::{Part, Shown};
use proviso_model::ids::{AlertId, CaseId};
use serde_json::json;

use crate::app::AppContext;
use crate::app::bundle::{self, Asker, Scope};
use crate::app::force::COMMAND_LINE;
use crate::keys::files;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The alert.
    #[arg(long, conflicts_with = "case", required_unless_present = "case")]
    alert: Option<AlertId>,
    /// The case.
    #[arg(long)]
    case: Option<CaseId>,
    /// The file; it must not exist yet.
    #[arg(long)]
    out: PathBuf,
    /// Show these parts of the records and leave out all others.
    #[arg(long, value_name = "PART", value_delimiter = ',', conflicts_with = "redact")]
    open: Vec<Part>,
    /// Leave out these parts, and the findings where they quote one of them.
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    redact: Vec<Part>,
    /// Prove that the log continues the one with so many entries, which somebody holds; may be repeated.
    #[arg(long, value_name = "ENTRIES")]
    prove_from: Vec<u64>,
}

/// The end of the command's help.
pub(super) fn parts_and_examples() -> String {
    let mut text = "Parts of a record, for --open and --redact:\n".to_owned();
    for part in Part::ALL {
        text.push_str(&format!("  {:<13} {}\n", part.as_str(), part.in_words()));
    }
    text.push_str(
        "\nWithout --open and --redact everything is shown. What is left out stays tied to its record by a hash and\n\
         cannot be changed unseen; the bundle and the audit log say what was left out. The order, the log of acts and\n\
         the sealed records, which only the force can open, are always whole.\n\
         \n\
         Examples:\n  \
           proviso-server admin bundle-export --alert ALERT --out bundle.zip\n  \
           proviso-server admin bundle-export --alert ALERT --out bundle.zip --redact account,address,reasons\n  \
           proviso-server admin bundle-export --case CASE --out bundle.zip --open kind,times,passage",
    );
    text
}

impl Args {
    fn shown(&self) -> Shown {
        match (self.open.is_empty(), self.redact.is_empty()) {
            (true, true) => Shown::Everything,
            (false, _) => Shown::Only(self.open.iter().copied().collect()),
            (true, false) => Shown::AllBut(self.redact.iter().copied().collect()),
        }
    }

    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let scope = match (self.alert, self.case) {
            (Some(alert), _) => Scope::Alert(alert),
            (None, Some(case)) => Scope::Case(case),
            (None, None) => anyhow::bail!("give --alert or --case"),
        };
        let shown = self.shown();
        let actor = COMMAND_LINE.to_owned();
        let asker = Asker::machine(actor, format!("the command line of {}", ctx.force_name()));
        for size in self.prove_from {
            ctx.store.checkpoint_given_add(size, ctx.now()).await?;
        }
        let made = bundle::make(ctx, &asker, scope, &shown).await?;
        files::write_new(&self.out, &made.bytes)?;
        let (file, sha256) = (self.out.display(), hex::encode(made.sha256));
        let left_out = Part::ALL.into_iter().filter(|part| shown.leaves_out(*part));
        let in_words: String =
            left_out.clone().map(|part| format!("\nleft out: {}", part.in_words())).collect();
        let words = format!(
            "wrote {file}\nsha256 {sha256}{in_words}\ncheck it: proviso-verify {file} --trust trust.json"
        );
        let left_out: Vec<&str> = left_out.map(Part::as_str).collect();
        let bytes = made.bytes.len();
        Ok((
            words,
            json!({"bundle": made.id, "file": self.out, "sha256": sha256, "bytes": bytes, "left_out": left_out}),
        ))
    }
}
