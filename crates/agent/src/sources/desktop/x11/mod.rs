//! A display of X11: which window is in front, whose it is, and what of it is to be seen.

mod connection;
mod pixels;
mod visible;

pub use connection::Display;
