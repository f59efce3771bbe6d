//! The folders that are watched, and which files are known there: what lay there before is told from what came.

use std::collections::{HashMap, HashSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::{Identity, Platform};

/// Folders below each other, and in all; deeper and more are not watched, which is said.
const DEPTH_MAX: usize = 16;
const FOLDERS_MAX: usize = 8_192;
/// Files that are known; beyond, what lay there before could no longer be told.
const KNOWN_MAX: usize = 1_000_000;

/// Folders and files.
#[derive(Debug, Default)]
pub(super) struct Tree {
    watched: HashSet<PathBuf>,
    /// Files with their sizes.
    known: HashMap<Identity, u64>,
    /// Why not all is watched.
    pub(super) why: Option<String>,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files, each with what tells it from others, and its size.
    pub(super) files: Vec<(PathBuf, Identity, u64)>,
}

impl Tree {
    pub(super) fn is_watched(&self, folder: &Path) -> bool {
        self.watched.contains(folder)
    }

    /// Folders that are watched at or below one that is here no more: to be watched no longer.
    pub(super) fn forget_below(&mut self, folder: &Path) -> Vec<PathBuf> {
        let (below, rest) = self.watched.drain().partition(|watched| watched.starts_with(folder));
        self.watched = rest;
        below.into_iter().collect()
    }

    /// Whether a file is one that lay there before, as it was then.
    pub(super) fn is_known(&self, identity: Identity, size: u64) -> bool {
        self.known.get(&identity) == Some(&size)
    }

    pub(super) fn know(&mut self, identity: Identity, size: u64) {
        if self.known.len() < KNOWN_MAX || self.known.contains_key(&identity) {
            self.known.insert(identity, size);
        }
    }

    /// All that is there now, and nothing else, is known.
    pub(super) fn know_only(&mut self, found: &Found) {
        self.known =
            found.files.iter().take(KNOWN_MAX).map(|(_, identity, size)| (*identity, *size)).collect();
        if found.files.len() > KNOWN_MAX {
            self.why = Some(format!("there are more than {KNOWN_MAX} files in the account's folders"));
        }
    }

    /// Watches a folder and those below it, which `watch` does, and finds what is in them. Links are not followed.
    pub(super) fn walk(
        &mut self,
        folder: &Path,
        platform: &dyn Platform,
        watch: &mut dyn FnMut(&Path) -> Result<(), String>,
        found: &mut Found,
    ) {
        let mut folders = vec![(folder.to_owned(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            if depth > DEPTH_MAX || self.watched.len() >= FOLDERS_MAX {
                self.why = Some(format!(
                    "more than {FOLDERS_MAX} folders, or more than {DEPTH_MAX} below each other; those beyond are not watched"
                ));
                continue;
            }
            // First watched, then read: what comes in between is seen twice rather than never.
            if !self.watched.contains(&folder) {
                match watch(&folder) {
                    Ok(()) => drop(self.watched.insert(folder.clone())),
                    // It may be gone again.
                    Err(_) if !folder.exists() => continue,
                    Err(why) => {
                        self.why = Some(why);
                        continue;
                    }
                }
            }
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                // Of the entry itself, never of what a link points to.
                let Ok(of) = entry.metadata() else { continue };
                if of.is_dir() {
                    folders.push((entry.path(), depth + 1));
                } else if of.is_file() {
                    found.files.push(file(entry.path(), &of, platform));
                }
            }
        }
    }
}

fn file(path: PathBuf, of: &Metadata, platform: &dyn Platform) -> (PathBuf, Identity, u64) {
    (path, platform.identity(of), of.len())
}
