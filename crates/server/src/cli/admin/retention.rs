//! `admin retention list`, `keep`, `certificate`: reviews of how long cases are kept.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use jiff::civil::Date;
use proviso_model::ids::{CaseId, CertificateId};
use serde_json::json;

use super::destroy::refuse_existing;
use crate::app::AppContext;
use crate::app::destruction;
use crate::app::force::{COMMAND_LINE, permit};
use crate::app::retention::act::{self, Decided};
use crate::app::retention::{self, Due, Review};
use crate::keys::files;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Retention {
    /// Say which cases are to be reviewed, those due longest first: by number, without a name.
    List {
        /// Only those that are overdue or due soon.
        #[arg(long)]
        due: bool,
    },
    /// Enter that a case was reviewed and is kept until another review.
    Keep {
        /// The case.
        #[arg(long)]
        case: CaseId,
        /// The day of the next review, as 2027-03-03.
        #[arg(long)]
        until: Date,
        /// What was checked and why it is kept; sealed under the case.
        #[arg(long)]
        reason: String,
    },
    /// Write a certificate of erasure that was given, once more, to a new file.
    Certificate {
        /// The certificate, as the log and the console name it.
        #[arg(long)]
        id: CertificateId,
        /// The file.
        #[arg(long)]
        out: PathBuf,
    },
}

impl Retention {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        match self {
            Self::List { due } => list(ctx, due).await,
            Self::Keep { case, until, reason } => {
                let permit = permit(ctx, case).await?;
                let id = act::decide(ctx, COMMAND_LINE, &permit, &Decided::Keep(until), &reason).await?;
                Ok((format!("case {case} is kept until {until}"), json!({"case": case, "decision": id})))
            }
            Self::Certificate { id, out } => {
                refuse_existing(&out)?;
                let made = destruction::again(ctx, id).await?;
                let made =
                    made.with_context(|| format!("the destruction journal knows no certificate {id}"))?;
                ctx.note(COMMAND_LINE, "certificate-give", None, &id.to_string()).await?;
                files::write_new(&out, &serde_json::to_vec_pretty(&made)?)?;
                Ok((format!("wrote {}", out.display()), json!({"certificate": made, "file": out})))
            }
        }
    }
}

async fn list(ctx: &AppContext, due: bool) -> anyhow::Result<(String, serde_json::Value)> {
    let mut found = retention::list(ctx, |_| true).await?;
    found.retain(|review| !due || review.due != Due::Later);
    let lines: Vec<String> = found.iter().map(line).collect();
    let words = match lines.is_empty() {
        true => "no case is to be reviewed".to_owned(),
        false => lines.join("\n"),
    };
    let cases: Vec<_> = found.iter().map(value).collect();
    Ok((words, json!({"cases": cases})))
}

fn line(review: &Review) -> String {
    let when = match review.due {
        Due::Overdue(days) => format!("overdue by {days} days"),
        Due::Soon(days) => format!("due in {days} days"),
        Due::Later => "later".to_owned(),
    };
    let hold =
        review.hold.as_ref().map_or_else(String::new, |hold| format!(", legal hold ({})", hold.reference));
    let proposal = if review.proposal.is_some() { ", a proposal to destroy it waits" } else { "" };
    format!("{}  case {}  {when}{hold}{proposal}", review.due_on, review.case.id)
}

fn value(review: &Review) -> serde_json::Value {
    json!({
        "case": review.case.id,
        "due_on": review.due_on.to_string(),
        "due": review.due.as_str(),
        "order_until": review.order_until.map(|day| day.to_string()),
        "legal_hold": review.hold.as_ref().map(|hold| &hold.reference),
        "proposal": review.proposal.as_ref().map(|row| row.id),
    })
}
