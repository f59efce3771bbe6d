//! `admin team`.

use clap::{Args, Subcommand};
use proviso_store::TeamPart;
use serde_json::{Value, json};

use super::officer_id;
use crate::app::AppContext;
use crate::app::force::team::{self, Listed};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Team {
    /// Make a team.
    Add {
        /// Its name.
        #[arg(long)]
        team: String,
    },
    /// End a team: its officers are in none from then on.
    End {
        /// Its name.
        #[arg(long)]
        team: String,
    },
    /// Put an officer into a team, out of the one that they were in; with --supervises, make a supervisor its supervisor.
    Join(PartArgs),
    /// End that an officer is in a team; with --supervises, that they supervise it.
    Leave(PartArgs),
    /// Say which teams there are and who is in them.
    List {
        /// Teams that ended, and who was in them before, too.
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  proviso-server admin team join --team North --officer sgt1 --supervises")]
pub(in crate::cli) struct PartArgs {
    /// The team's name.
    #[arg(long)]
    team: String,
    /// Sign-in name.
    #[arg(long)]
    officer: String,
    /// As its supervisor. A supervisor may have several teams, and a team several supervisors.
    #[arg(long)]
    supervises: bool,
}

impl PartArgs {
    fn part(&self) -> TeamPart {
        if self.supervises { TeamPart::Supervisor } else { TeamPart::Member }
    }
}

impl Team {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        Ok(match self {
            Self::Add { team } => {
                let id = team::add(ctx, &team).await?;
                (format!("made the team {}", team.trim()), json!({"team": id}))
            }
            Self::End { team } => {
                let id = team::end(ctx, &team).await?;
                (format!("ended the team {}", team.trim()), json!({"team": id}))
            }
            Self::Join(args) => {
                let officer = officer_id(ctx, &args.officer).await?;
                let id = team::join(ctx, &args.team, officer, args.part()).await?;
                let does = if args.supervises { "supervises" } else { "is in" };
                (format!("{} {does} {}", args.officer, args.team), json!({"entry": id, "officer": officer}))
            }
            Self::Leave(args) => {
                let officer = officer_id(ctx, &args.officer).await?;
                team::leave(ctx, &args.team, officer, args.part()).await?;
                let does = if args.supervises { "supervises" } else { "is in" };
                (format!("{} {does} {} no more", args.officer, args.team), json!({"officer": officer}))
            }
            Self::List { all } => list(&team::list(ctx, all).await?),
        })
    }
}

fn list(teams: &[Listed]) -> (String, Value) {
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for Listed { team, parts } in teams {
        let ended = |ended: &Option<_>| match ended {
            Some((at, _)) => format!(", until {at}"),
            None => String::new(),
        };
        lines.push(format!("{}, since {}{}", team.name, team.made_at, ended(&team.ended)));
        let mut of_it = Vec::new();
        for (row, name) in parts {
            let does = match row.part {
                TeamPart::Supervisor => "supervises it",
                TeamPart::Member => "is in it",
            };
            lines.push(format!("  {name} {does}, since {}{}", row.from, ended(&row.ended)));
            of_it.push(json!({
                "officer": row.officer, "name": name, "part": row.part.as_str(), "from": row.from,
                "until": row.ended.as_ref().map(|(at, _)| at),
            }));
        }
        values.push(json!({
            "team": team.id, "name": team.name, "from": team.made_at,
            "until": team.ended.as_ref().map(|(at, _)| at), "officers": of_it,
        }));
    }
    if lines.is_empty() {
        lines.push("there are no teams: every supervisor has every case of the force under them".to_owned());
    }
    (lines.join("\n"), json!({"teams": values}))
}
