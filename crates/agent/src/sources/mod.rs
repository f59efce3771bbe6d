//! Where observations come from. One folder per source. What only the person's own session can see is seen by a helper there, `session/`.

#[cfg(target_os = "linux")]
pub mod accessibility;
pub mod browser;
pub mod desktop;
pub mod files;
pub mod health;
#[cfg(target_os = "linux")]
pub mod histories;
pub mod machine;
pub mod session;
