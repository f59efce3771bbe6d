//! What an administrator's monitoring asks a server: whether it lives, whether it can work, and how much it does. On a port of
//! its own, without TLS, meant for this machine or a network of administrators; nothing here tells of a person, a case or a device.

pub mod measures;
pub mod openapi;
mod port;

pub use measures::Measures;
pub use port::router;
