//! A supervised person's own page, where no device of theirs can show it: by a link that expires and asks for a code.

pub mod enter;
pub mod link;
pub mod statement;
pub mod view;
