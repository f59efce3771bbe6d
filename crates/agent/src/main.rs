//! `proviso-agent`: overt monitoring under a court order. This file wires the real clock and real randomness, and nothing else.

mod cli;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser as _;
use getrandom::SysRng;
use proviso_agent::Clock;
use proviso_agent::sources::health::ProcFs;
use proviso_model::Timestamp;
use rand_core::{CryptoRng, UnwrapErr};

use cli::args::Args;

/// The machine's own clocks.
struct SystemClock {
    proc_fs: ProcFs,
    started: Instant,
}

impl SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the agent reads the monotonic clock")]
    fn new() -> Self {
        Self { proc_fs: ProcFs::default(), started: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the agent reads the wall clock")]
    fn wall(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    fn since_boot_ms(&self) -> u64 {
        self.proc_fs.since_boot_ms().unwrap_or_else(|| self.awake_ms())
    }

    fn awake_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn boot_id(&self) -> String {
        self.proc_fs.boot_id().unwrap_or_default()
    }
}

fn rng() -> Box<dyn CryptoRng + Send> {
    Box::new(UnwrapErr(SysRng))
}

fn main() -> ExitCode {
    // A browser starts the host with its own arguments: the extension's address, or (Firefox) the manifest's path.
    let args = match cli::args::as_native_host(std::env::args_os()) {
        Some(args) => args,
        None => Args::parse(),
    };
    let wiring = cli::Wiring { clock: || Box::new(SystemClock::new()), rng };
    cli::main(args, &wiring)
}
