//! The process in which a picture is decoded: reads a file, writes another, and has nothing within its reach but these two.

use std::io::{Read, Write};

use clap::{Args, ValueEnum};
use proviso_inference::picture::{self, View};
use proviso_model::limits::PICTURE_KEPT_BYTES_MAX;

/// What the process is asked for.
#[derive(Debug, Clone, Copy, Args)]
pub struct ViewArgs {
    /// How the picture is to be shown.
    #[arg(value_enum)]
    how: How,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum How {
    Veiled,
    Clear,
}

/// The name of a view on the command line of the process.
pub(super) fn name(view: View) -> &'static str {
    match view {
        View::Veiled => "veiled",
        View::Clear => "clear",
    }
}

/// Reads a picture, writes it as a PNG: 0. One that cannot be shown: why, in words, and 1. 2 when the pipes do not work.
pub fn serve(args: ViewArgs, input: &mut impl Read, output: &mut impl Write) -> u8 {
    bound();
    let view = match args.how {
        How::Veiled => View::Veiled,
        How::Clear => View::Clear,
    };
    let mut bytes = Vec::new();
    let limit = PICTURE_KEPT_BYTES_MAX as u64 + 1;
    if input.take(limit).read_to_end(&mut bytes).is_err() {
        return 2;
    }
    let made = match bytes.len() > PICTURE_KEPT_BYTES_MAX {
        true => Err(format!("the file is longer than {PICTURE_KEPT_BYTES_MAX} bytes, and none such is kept")),
        false => picture::view(&bytes, view).map_err(|error| error.to_string()),
    };
    let (answer, code) = match made {
        Ok(png) => (png, 0),
        Err(reason) => (reason.into_bytes(), 1),
    };
    match output.write_all(&answer).and_then(|()| output.flush()) {
        Ok(()) => code,
        Err(_) => 2,
    }
}

/// Bytes of memory that the process may take for data, and seconds of processor time.
#[cfg(target_os = "linux")]
const DATA_BYTES_MAX: u64 = 256 << 20;
#[cfg(target_os = "linux")]
const CPU_SECONDS_MAX: u64 = 5;

/// More than this ends the process. It may open no file and no connection, start nothing, write no file, and leave no memory
/// behind when it crashes.
#[cfg(target_os = "linux")]
fn bound() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limits = [
        (Resource::Data, DATA_BYTES_MAX),
        (Resource::Cpu, CPU_SECONDS_MAX),
        (Resource::Nofile, 0),
        (Resource::Nproc, 0),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
    ];
    for (resource, limit) in limits {
        // Where the system refuses one, the others and the decoder's own stay.
        let _ = setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) });
    }
}

#[cfg(not(target_os = "linux"))]
fn bound() {}
