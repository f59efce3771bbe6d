//! Looking for planted words in what a thief has: as they are, in UTF-16, in hexadecimal and in base64.
//!
//! Tests of the server and of the agent take this file in by its path.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Words that must be found nowhere, each in every form that a file may hold it in.
pub struct Planted {
    words: Vec<String>,
    forms: AhoCorasick,
    /// The word of each form.
    word_of: Vec<usize>,
}

/// The bytes under which a word would be found.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let mut found = vec![
        word.as_bytes().to_vec(),
        word.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        word.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        hex::encode(word).into_bytes(),
        hex::encode_upper(word).into_bytes(),
    ];
    for before in 0..3_usize {
        // Base64 takes three bytes at a time, so a word has three forms; the letters that depend on what stands around it
        // are left out.
        let shifted = [vec![0; before], word.as_bytes().to_vec()].concat();
        let encoded = STANDARD_NO_PAD.encode(&shifted);
        let middle = encoded.get((before * 8).div_ceil(6)..shifted.len() * 8 / 6);
        found.extend(middle.map(|middle| middle.as_bytes().to_vec()));
    }
    found
}

impl Planted {
    /// Words of at least eight letters, so that none is found by chance.
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        let words: Vec<String> = words.into_iter().collect();
        assert!(words.iter().all(|word| word.len() >= 8), "a short word may be found by chance: {words:?}");
        let mut word_of = Vec::new();
        let mut all = Vec::new();
        for (place, word) in words.iter().enumerate() {
            for form in forms(word) {
                word_of.push(place);
                all.push(form);
            }
        }
        let forms = AhoCorasick::new(all).expect("few and short");
        Self { words, forms, word_of }
    }

    /// How many words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The words that `bytes` holds.
    pub fn found_in(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let places = self.forms.find_overlapping_iter(bytes).map(|hit| hit.pattern().as_usize());
        places.filter_map(|pattern| Some(self.words.get(*self.word_of.get(pattern)?)?.as_str())).collect()
    }
}

/// Every line that this process logs, at the finest level.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// What was logged so far.
    pub fn read(&self) -> Vec<u8> {
        self.0.lock().expect("not poisoned").clone()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every file in a folder and below it.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}
