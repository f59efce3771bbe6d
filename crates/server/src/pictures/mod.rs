//! Pictures that officers look at. Bytes that a stranger made are never decoded in the process that holds the keys: a process of its
//! own gets them on its standard input, and nothing else, and gives a new small file or says why there is none. Nothing of it
//! touches a disk.

mod contained;
mod process;

pub use contained::{Unviewable, Viewer};
pub use process::{ViewArgs, serve};
