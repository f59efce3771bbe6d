//! Reads the lists that people publish: hosts files, plain domains and addresses (UT1 folders), and Adblock-style lists.
//! Line by line, with limits; what cannot be an entry is counted and told, never guessed.

use std::collections::BTreeSet;

use proviso_model::limits::{SITE_LIST_ENTRIES_MAX, SITE_LIST_LINE_BYTES_MAX};

use super::list::{ENTRY_BYTES_MAX, SiteList, SiteListError};
use super::{HostError, host_of_rule};

/// Addresses that a hosts file sends unwanted names to.
const NOWHERE: [&str; 6] = ["0.0.0.0", "127.0.0.1", "::", "::1", "0:0:0:0:0:0:0:0", "fe80::1%lo0"];
/// Names that a hosts file gives to the machine itself.
const MACHINE: [&str; 3] = ["localhost.localdomain", "localhost.local", "broadcasthost.local"];
/// Adblock options that leave a rule about whole pages of the site.
const WHOLE_SITE: [&str; 6] = ["document", "doc", "all", "popup", "important", "third-party"];

/// What came of reading lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Different entries.
    pub entries: usize,
    /// Of those, exceptions.
    pub exceptions: usize,
    /// Entries that were there before.
    pub twice: usize,
    /// Public suffixes, under which anybody may have a site: refused.
    pub public_suffixes: usize,
    /// Lines that name no host.
    pub not_hosts: usize,
    /// Adblock rules about parts of pages, patterns, or with options that narrow them: left out.
    pub not_whole_sites: usize,
    /// Lines longer than the limit, or not UTF-8.
    pub unreadable: usize,
}

/// How the lines of a list are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListFormat {
    /// Told for each line by itself.
    #[default]
    Auto,
    /// A hosts file: an address that leads nowhere, then names.
    Hosts,
    /// A domain, or the beginning of an address, on each line.
    Domains,
    /// Adblock-style rules.
    Adblock,
}

/// Why a line gave no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It names no host.
    NotAHost,
    /// A suffix under which anybody may have a site.
    PublicSuffix,
    /// An Adblock rule that is not about a whole site.
    NotAWholeSite,
    /// Too long, or not UTF-8.
    Unreadable,
}

impl Problem {
    /// For people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::NotAHost => "names no site as this format writes one",
            Self::PublicSuffix => "is a public suffix: anybody may have a site under it",
            Self::NotAWholeSite => "is a rule about a part of pages, not about a whole site",
            Self::Unreadable => "is longer than a line may be, or not UTF-8",
        }
    }
}

/// A line that gave no entry, or only some of those that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedLine {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub problem: Problem,
}

/// Refused lines that are kept with their number; the rest is counted.
const REFUSED_KEPT_MAX: usize = 20;

/// What is wrong with a list as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// More entries than a list may have.
    #[error("the list has more than {SITE_LIST_ENTRIES_MAX} entries; split it into lists by category")]
    TooMany,
    /// Nothing left.
    #[error(
        "the list has no entry that can be used; is it a hosts file, a file of domains or an Adblock-style list?"
    )]
    Empty,
    /// It cannot be written in the compact form.
    #[error(transparent)]
    List(#[from] SiteListError),
}

/// Reads lines of one or more files into one list.
#[derive(Debug, Default)]
pub struct Importer {
    format: ListFormat,
    entries: BTreeSet<(String, bool)>,
    counts: Counts,
    lines: u64,
    refused: Vec<RefusedLine>,
}

impl Importer {
    /// Reads a list that is written so.
    #[must_use]
    pub fn new(format: ListFormat) -> Self {
        Self { format, ..Self::default() }
    }

    /// Reads one line, without its line feed.
    ///
    /// # Errors
    /// [`ImportError::TooMany`].
    pub fn line(&mut self, line: &[u8]) -> Result<(), ImportError> {
        self.lines += 1;
        let Some(text) = readable(line) else {
            self.refuse(Problem::Unreadable);
            return Ok(());
        };
        let text = text.trim().trim_start_matches('\u{FEFF}');
        if text.is_empty() || text.starts_with(['#', '!', ';']) || text.starts_with('[') {
            return Ok(());
        }
        // Rules about parts of a page begin as a plain domain does.
        if text.contains("##") || text.contains("#@#") {
            self.refuse(Problem::NotAWholeSite);
            return Ok(());
        }
        match self.format {
            ListFormat::Auto => {}
            ListFormat::Hosts | ListFormat::Domains => return self.plain(text),
            ListFormat::Adblock if text.starts_with("||") || text.starts_with("@@||") => {}
            ListFormat::Adblock => {
                self.refuse(Problem::NotAWholeSite);
                return Ok(());
            }
        }
        if let Some(rule) = text.strip_prefix("@@||") {
            self.adblock(rule, true)
        } else if let Some(rule) = text.strip_prefix("||") {
            self.adblock(rule, false)
        } else if (text.starts_with('*') && !text.starts_with("*."))
            || text.starts_with(['/', '|', '@', '-', '&'])
        {
            self.refuse(Problem::NotAWholeSite);
            Ok(())
        } else {
            self.plain(text)
        }
    }

    /// What was read so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            entries: self.entries.len(),
            exceptions: self.entries.iter().filter(|(_, except)| *except).count(),
            ..self.counts.clone()
        }
    }

    /// The first lines that gave no entry.
    #[must_use]
    pub fn refused(&self) -> &[RefusedLine] {
        &self.refused
    }

    /// The list, and what was read.
    ///
    /// # Errors
    /// [`ImportError`] when there is nothing in it.
    pub fn finish(self) -> Result<(SiteList, Counts), ImportError> {
        if self.entries.iter().all(|(_, except)| *except) {
            return Err(ImportError::Empty);
        }
        let counts = self.counts();
        Ok((SiteList::build(self.entries.into_iter())?, counts))
    }

    fn refuse(&mut self, problem: Problem) {
        let count = match problem {
            Problem::NotAHost => &mut self.counts.not_hosts,
            Problem::PublicSuffix => &mut self.counts.public_suffixes,
            Problem::NotAWholeSite => &mut self.counts.not_whole_sites,
            Problem::Unreadable => &mut self.counts.unreadable,
        };
        *count += 1;
        if self.refused.len() < REFUSED_KEPT_MAX {
            self.refused.push(RefusedLine { line: self.lines, problem });
        }
    }

    /// `domain^`, with or without options.
    fn adblock(&mut self, rule: &str, except: bool) -> Result<(), ImportError> {
        let (pattern, options) = rule.split_once('$').unwrap_or((rule, ""));
        let whole = options.is_empty()
            || options.split(',').all(|option| WHOLE_SITE.contains(&option.trim().trim_start_matches('~')));
        let host = pattern.strip_suffix('^').or_else(|| pattern.strip_suffix("^|")).unwrap_or(pattern);
        if !whole || host.contains(['/', '*', '^', '|', '?', '=']) {
            self.refuse(Problem::NotAWholeSite);
            return Ok(());
        }
        self.entry(host, except)
    }

    /// A line of a hosts file, a domain, or the address of a page without its scheme.
    fn plain(&mut self, text: &str) -> Result<(), ImportError> {
        let mut words = text.split('#').next().unwrap_or_default().split_whitespace().peekable();
        if self.format != ListFormat::Domains && words.next_if(|first| NOWHERE.contains(first)).is_some() {
            for name in words {
                if !MACHINE.contains(&name) && !NOWHERE.contains(&name) && name.contains('.') {
                    self.entry(name, false)?;
                }
            }
            return Ok(());
        }
        match (words.next(), words.next()) {
            (Some(entry), None) if self.format != ListFormat::Hosts => self.entry(entry, false),
            _ => {
                self.refuse(Problem::NotAHost);
                Ok(())
            }
        }
    }

    fn entry(&mut self, text: &str, except: bool) -> Result<(), ImportError> {
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (host, path) = text.find('/').map_or((text, ""), |at| text.split_at(at));
        let host = host.strip_prefix("*.").unwrap_or(host).trim_start_matches('.');
        let host = match host_of_rule(host) {
            Ok(host) => host,
            Err(HostError::PublicSuffix(_)) => {
                self.refuse(Problem::PublicSuffix);
                return Ok(());
            }
            Err(HostError::NotAHost(_)) => {
                self.refuse(Problem::NotAHost);
                return Ok(());
            }
        };
        let path = path.trim_end_matches('/');
        // Pages are looked up by their host without `www.`; a whole site is covered with all that lies below it.
        let host = match host.strip_prefix("www.") {
            Some(bare) if !path.is_empty() && bare.contains('.') => bare.to_owned(),
            _ => host,
        };
        let entry = host + path;
        if entry.len() > ENTRY_BYTES_MAX {
            self.refuse(Problem::Unreadable);
            return Ok(());
        }
        if !self.entries.insert((entry, except)) {
            self.counts.twice += 1;
        }
        if self.entries.len() > SITE_LIST_ENTRIES_MAX {
            return Err(ImportError::TooMany);
        }
        Ok(())
    }
}

fn readable(line: &[u8]) -> Option<&str> {
    if line.len() > SITE_LIST_LINE_BYTES_MAX {
        return None;
    }
    std::str::from_utf8(line).ok()
}
