//! `admin officer-link`, `admin officer-unlink`.

use clap::Args;
use serde_json::{Value, json};

use crate::app::AppContext;
use crate::app::force::officer;

#[derive(Debug, Args)]
pub(in crate::cli) struct LinkArgs {
    /// Sign-in name.
    #[arg(long)]
    username: String,
    /// The value of the claim that the settings name, `sub` unless they say otherwise.
    #[arg(long)]
    subject: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct UnlinkArgs {
    /// Sign-in name.
    #[arg(long)]
    username: String,
}

impl LinkArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let id = officer::link(ctx, &self.username, &self.subject).await?;
        let words = format!("whoever signs in at the provider as that subject is {}", self.username);
        Ok((words, json!({"officer": id})))
    }
}

impl UnlinkArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let id = officer::unlink(ctx, &self.username).await?;
        let words = format!("{} signs in at the provider no more; their sessions ended", self.username);
        Ok((words, json!({"officer": id})))
    }
}
