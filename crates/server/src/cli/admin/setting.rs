//! What a force sets once for all its officers.

use clap::Subcommand;
use serde_json::Value;

use super::{blind_review, budget, rule_floor};
use crate::app::AppContext;

/// One such number: said, and set where one is given.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Setting {
    /// Show or set how many alerts a day each officer is asked to decide; what is more is ranked lower, never hidden.
    AlertBudget(budget::BudgetArgs),
    /// Show or set how many in a hundred decisions come back to a supervisor who is not told what was decided.
    BlindReview(blind_review::BlindReviewArgs),
    /// Show or set under which share of upheld alerts a rule is proposed for review.
    RuleFloor(rule_floor::RuleFloorArgs),
}

impl Setting {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        match self {
            Self::AlertBudget(args) => args.act(ctx).await,
            Self::BlindReview(args) => args.act(ctx).await,
            Self::RuleFloor(args) => args.act(ctx).await,
        }
    }
}
