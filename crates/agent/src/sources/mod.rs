//! Where observations come from. One folder per source.

pub mod browser;
pub mod desktop;
pub mod health;
pub mod machine;
