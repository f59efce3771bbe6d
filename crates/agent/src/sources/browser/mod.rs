//! The browser extension: its relay (`native-host`), its socket, and what it says over it (`docs/protocol.md` part 1).

pub mod frames;
mod heard;
pub mod presence;
mod reception;
pub mod relay;
pub mod server;
pub mod session;
