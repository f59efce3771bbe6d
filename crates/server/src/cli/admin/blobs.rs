//! `admin copy-blobs`. For administrators: `docs/blobs.md`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::app::force::COMMAND_LINE;
use crate::blobs;
use crate::cli::{Say, Wiring, bar, open_context};
use crate::config::Config;

/// Options of `copy-blobs`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CopyArgs {
    /// The folder [default: blobs in the data folder].
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

impl CopyArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        anyhow::ensure!(
            config.blobs.s3.is_some(),
            "say where to copy to: [blobs.s3] in the settings file (docs/blobs.md)"
        );
        let from = self.from.unwrap_or_else(|| config.data_dir.join("blobs"));
        anyhow::ensure!(from.is_dir(), "{}: there is no such folder; say --from", from.display());
        let ctx = open_context(wiring, config).await?;
        let bar = bar::counting();
        let mut told = |so_far: blobs::Copied| {
            bar.set_message(format!("blob {}, {} bytes", so_far.blobs, so_far.bytes));
        };
        let objects = from.display().to_string();
        let copied = ctx
            .logged(COMMAND_LINE, "copy-blobs", None, &objects, async {
                anyhow::Ok(blobs::copy_folder(&*ctx.blobs, &from, &mut told).await?)
            })
            .await;
        bar.finish_and_clear();
        let copied = copied?;
        let words = format!(
            "{} blobs of {} with {} bytes are in the bucket, each read back and compared; {} were sent now\n\
             next: start serve and worker with these settings; remove the folder when a backup made since was checked",
            copied.blobs,
            from.display(),
            copied.bytes,
            copied.sent
        );
        say.line(&words, &json!({"from": from, "copied": copied}))?;
        Ok(0)
    }
}
