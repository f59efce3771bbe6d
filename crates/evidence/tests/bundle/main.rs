//! The bundle, its verifier and the program, on the sample bundle.

mod common;
#[expect(clippy::indexing_slicing, reason = "a test that panics fails, as it should")]
mod context;
#[expect(clippy::indexing_slicing, reason = "a test that panics fails, as it should")]
mod lists;
mod program;
mod rotation;
#[expect(clippy::indexing_slicing, reason = "a test that panics fails, as it should")]
mod second_verifier;
#[expect(clippy::indexing_slicing, reason = "a test that panics fails, as it should")]
mod tampering;
#[expect(clippy::indexing_slicing, reason = "a test that panics fails, as it should")]
mod withheld;
