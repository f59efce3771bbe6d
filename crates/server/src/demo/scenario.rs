//! The story of the demonstration from the officer's side: an alert arrives, is read, decided, exported and verified.

use std::time::Duration;

use anyhow::Context as _;
use proviso_evidence::Shown;
use proviso_model::Outcome;
use proviso_model::ids::AlertId;

use super::{Stage, USERNAME, in_folder, told};
use crate::app::officer::alert::{self, DecisionForm};
use crate::app::officer::inbox;
use crate::app::officer::inbox_query::InboxQuery;
use crate::app::officer::who::Who;
use crate::cli::Say;
use crate::keys::force::trust_path;

/// How long the first alert may take to arrive.
const ALERT_WITHIN: Duration = Duration::from_secs(60);
/// How often to look.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Plays the officer's part. `to_the_end` also decides, exports and verifies; the answer says whether all went well.
pub(super) async fn play(stage: &Stage, say: &mut Say, to_the_end: bool) -> anyhow::Result<bool> {
    let row = stage.ctx.store.officer_by_username(USERNAME).await?;
    let who = Who::from(row.context("the demonstration's officer is gone")?);
    let Some(id) = first_alert(stage, &who).await? else {
        let log = in_folder(stage, "agent.log");
        let log = std::fs::read_to_string(log).unwrap_or_default();
        told(
            say,
            "alert",
            "did not arrive",
            &format!("within {} s; the agent's log:\n{log}", ALERT_WITHIN.as_secs()),
        )?;
        return Ok(false);
    };
    let view = alert::view(&stage.ctx, &who, id).await?;
    told(say, "alert", "arrived", &format!("paragraph {}, {}", view.alert.paragraph, view.person.name))?;
    if !to_the_end {
        return Ok(true);
    }
    let view = alert::open_content(&stage.ctx, &who, id).await?;
    for shown in view.findings.iter().take(1) {
        told(say, "finding", "read", &shown.generated.explanation)?;
    }
    let form = DecisionForm {
        outcome: Outcome::DiscussAtVisit,
        reason: "Invented for the demonstration: to be spoken about at the next visit.".to_owned(),
    };
    alert::decide(&stage.ctx, &who, id, form).await?;
    told(say, "decision", "recorded", Outcome::DiscussAtVisit.in_words())?;
    export_and_verify(stage, &who, id, say).await
}

async fn first_alert(stage: &Stage, who: &Who) -> anyhow::Result<Option<AlertId>> {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    let looking = async {
        loop {
            looks.tick().await;
            let found = inbox::inbox(&stage.ctx, who, &InboxQuery::default()).await?;
            if let Some(row) = found.threads.first().and_then(|thread| thread.rows.first()) {
                return anyhow::Ok(row.alert.id);
            }
        }
    };
    match tokio::time::timeout(ALERT_WITHIN, looking).await {
        Ok(found) => Ok(Some(found?)),
        Err(_) => Ok(None),
    }
}

async fn export_and_verify(stage: &Stage, who: &Who, id: AlertId, say: &mut Say) -> anyhow::Result<bool> {
    let bundle = crate::app::officer::bundle::prepare(&stage.ctx, who, id, &Shown::Everything).await?;
    let path = in_folder(stage, "bundle.zip");
    std::fs::write(&path, &bundle.bytes).with_context(|| format!("writing {}", path.display()))?;
    told(say, "bundle", "written", &format!("{} bytes", bundle.bytes.len()))?;
    let trust = trust_path(&stage.folder.path().join("server"));
    let (verified, words) = stage.programs.verify(&path, &trust).await?;
    let state = if verified { "verified" } else { "did NOT verify" };
    told(
        say,
        "verifier",
        state,
        &format!("proviso-verify, given the force's trust file, says\n\n{}", words.trim_end()),
    )?;
    Ok(verified)
}
