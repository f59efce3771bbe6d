//! What the server says over HTTP: to devices on one port, to officers on another.

pub mod api;
pub mod console;
