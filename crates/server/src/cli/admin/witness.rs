//! `admin witness export`: what another body holds of the log.

use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;

use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::app::witness;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Witness {
    /// Write the log's signed states to a new file that another body can hold. It holds nothing of any case.
    Export(ExportArgs),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ExportArgs {
    /// The file; it must not exist yet.
    #[arg(long)]
    out: PathBuf,
    /// Begin at the log of so many entries: the last that the witness holds already.
    #[arg(long, default_value_t = 0, value_name = "ENTRIES")]
    since: u64,
}

impl Witness {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let Self::Export(ExportArgs { out, since }) = self;
        let place = out.display();
        let file = std::fs::File::create_new(&out).with_context(|| {
            format!("{place}: choose a file that does not exist yet, in a folder that does")
        })?;
        let mut writer = BufWriter::new(file);
        let done = match witness::export(ctx, COMMAND_LINE, since, &mut writer).await {
            Ok(done) => done,
            Err(error) => {
                // Half a file would be taken for a whole one.
                let _ = std::fs::remove_file(&out);
                return Err(error.into());
            }
        };
        writer.into_inner()?.sync_all()?;
        let words = format!(
            "wrote {place}: {} signed states of the log, from {} to {} entries\n\
             hand it to another body; next time: --since {}\n\
             check a bundle beside it: proviso-verify BUNDLE.zip --trust trust.json --witness {place}",
            done.checkpoints, done.first, done.last, done.last
        );
        let value =
            json!({"file": out, "checkpoints": done.checkpoints, "first": done.first, "last": done.last});
        Ok((words, value))
    }
}
