//! `admin device-revoke`.

use clap::Args;
use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use serde_json::json;

use crate::app::AppContext;
use crate::app::force::device;

#[derive(Debug, Args)]
pub(in crate::cli) struct RevokeArgs {
    /// The device.
    #[arg(long)]
    device: DeviceId,
    /// From when, such as 2026-11-20T09:00:00Z [default: now]. What the device observed after it is destroyed unopened;
    /// what it observed before is still taken.
    #[arg(long, value_parser = instant)]
    from: Option<Timestamp>,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| "give an instant such as 2026-11-20T09:00:00Z".to_owned())
}

impl RevokeArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let from = self.from.unwrap_or_else(|| ctx.now());
        let destroyed = device::revoke(ctx, self.device, from).await?;
        let words = format!(
            "device {} is revoked from {from}; {destroyed} records made after that were destroyed unopened, and so \
             will be any that come later",
            self.device
        );
        Ok((words, json!({"device": self.device, "from": from, "destroyed": destroyed})))
    }
}
