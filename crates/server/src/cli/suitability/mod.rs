//! `suitability`: which paragraphs of an order can be watched on a device, before a court makes them.

mod paper;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use proviso_engine::suitability::{DEVICE_BYTES_MAX, Device, suitability, text};
use proviso_model::Order;
use proviso_model::limits::ORDER_BYTES_MAX;

use super::Say;

#[derive(Debug, Args)]
#[command(after_help = "Example of DEVICE.toml:\n  \
    make = \"Example\"\n  model = \"Book 14\"\n  form = \"computer\"      # computer, phone, tablet, other\n  \
    system = \"linux\"       # linux, windows, macos, android, ios, chromeos, other\n  version = \"Debian 13\"\n  \
    display = \"x11\"        # x11, wayland, unknown\n  browsers = [\"chromium\", \"firefox\"]\n  \
    own_account = true     # the person has an account of their own\n  used_by_others = false")]
pub(super) struct SuitabilityArgs {
    /// The order, as it is or as it is proposed.
    #[arg(long, value_name = "ORDER.toml")]
    order: PathBuf,
    /// The device.
    #[arg(long, value_name = "DEVICE.toml")]
    device: PathBuf,
    /// Write it as a PDF too, tagged for readers that read aloud (PDF/UA-1); a file that is there is left as it is.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
}

impl SuitabilityArgs {
    pub(super) fn run(&self, say: &mut Say) -> anyhow::Result<u8> {
        let source = read(&self.order, ORDER_BYTES_MAX)?;
        let order = Order::from_toml(&source).map_err(|errors| {
            let shown: Vec<String> =
                errors.iter().map(|error| error.render(&source, &self.order.display().to_string())).collect();
            anyhow::anyhow!("the order cannot be read:\n{}", shown.join("\n"))
        })?;
        let described = Device::from_toml(&read(&self.device, DEVICE_BYTES_MAX)?)
            .with_context(|| format!("{} describes no device", self.device.display()))?;
        let report = suitability(&order, &described).context("the facts of this program cannot be read")?;
        if let Some(path) = &self.pdf {
            let shown = path.display();
            let bytes = proviso_report::pdf(&paper::document(&report))
                .with_context(|| format!("{shown} is not made"))?;
            write_new(path, &bytes)
                .with_context(|| format!("{shown} cannot be written; a report is put over no other file"))?;
        }
        say.line(text(&report).trim_end(), &serde_json::to_value(&report)?)?;
        Ok(0)
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Up to a byte more than may be read: the reader itself says that it is too long.
fn read(path: &Path, bytes_max: usize) -> anyhow::Result<String> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut text = String::new();
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit)
        .read_to_string(&mut text)
        .with_context(|| format!("{} cannot be read; it has to be UTF-8 text", path.display()))?;
    Ok(text)
}
