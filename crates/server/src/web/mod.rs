//! What the server says over HTTP: to devices on one port, to officers on another, to supervised persons on a third.

pub mod api;
pub mod console;
pub mod personal;
