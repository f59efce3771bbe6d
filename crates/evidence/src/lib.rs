//! Evidence bundles: writer and stand-alone verifier.
//!
//! [`write()`] puts plain values that the server gathers into a deterministic zip; [`verify()`] checks one with no more
//! than the zip and a root key obtained elsewhere: no network, no database. `docs/bundle-format.md` is the format.

pub mod container;
pub mod entries;
pub mod format;
pub mod layout;
pub mod parts;
mod readme;
pub mod show;
mod verify;
mod write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use parts::{Part, Shown};
pub use verify::{
    Beside, Check, CheckState, NotABundle, Report, Verdict, verify, verify_beside, verify_source,
};
pub use write::{BundleInput, BundleRecord, Exhibit, WriteError, write};

/// Standard base64 with padding.
pub(crate) fn base64_text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A signature in base64; `None` when it is not 64 bytes.
#[must_use]
pub fn signature_of(text: &str) -> Option<[u8; 64]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
