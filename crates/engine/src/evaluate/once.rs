//! What is read of a text, read once: an observation and its cuts are evaluated several times, and hold the same passages.
//! What is found in a text depends on nothing but the text, so this changes how long it takes and nothing else.

use std::cell::{OnceCell, RefCell, RefMut};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use proviso_model::Digest;

use crate::model::{Features, Judged, LinearModel, Scratch};
use crate::text::{Occurrence, TermIndex};

/// Texts read so far, where they are to be read again. Its order is never used.
pub(super) struct ReadOnce<'i> {
    index: &'i TermIndex,
    texts: Option<RefCell<HashMap<Box<str>, Rc<TextRead>>>>,
    scratch: OnceCell<RefCell<Scratch>>,
}

/// What is known of one text, as far as it was asked for.
#[derive(Default)]
pub(super) struct TextRead {
    hits: OnceCell<Vec<Occurrence>>,
    /// Models share them.
    features: OnceCell<Features>,
    /// By model and strength of the key words: conditions share the model's work.
    judged: RefCell<BTreeMap<(Digest, u32), Judged>>,
}

impl<'i> ReadOnce<'i> {
    /// For one evaluation: nothing is kept.
    pub(super) fn new(index: &'i TermIndex) -> Self {
        Self { index, texts: None, scratch: OnceCell::new() }
    }

    /// For several.
    pub(super) fn keeping(index: &'i TermIndex) -> Self {
        Self { texts: Some(RefCell::default()), ..Self::new(index) }
    }

    /// What is known of a text.
    pub(super) fn text(&self, text: &str) -> Rc<TextRead> {
        let kept = self.texts.as_ref().map(RefCell::borrow);
        // Most pages raise nothing and are read a single time: nothing is kept of them, so nothing is looked up.
        let kept = kept.filter(|texts| !texts.is_empty());
        kept.and_then(|texts| texts.get(text).map(Rc::clone)).unwrap_or_default()
    }

    /// Keeps what was read of texts.
    pub(super) fn keep<'t>(&self, read: impl Iterator<Item = (&'t str, &'t Rc<TextRead>)>) {
        let Some(texts) = &self.texts else { return };
        let mut texts = texts.borrow_mut();
        for (text, read) in read {
            if !texts.contains_key(text) {
                texts.insert(text.into(), Rc::clone(read));
            }
        }
    }

    pub(super) fn scratch(&self) -> RefMut<'_, Scratch> {
        self.scratch.get_or_init(RefCell::default).borrow_mut()
    }

    /// The same, with its terms found.
    pub(super) fn searched(&self, text: &str) -> Rc<TextRead> {
        let read = self.text(text);
        self.hits(&read, text);
        read
    }

    /// The terms in a text.
    pub(super) fn hits<'r>(&self, read: &'r TextRead, text: &str) -> &'r [Occurrence] {
        read.hits.get_or_init(|| self.index.find(text))
    }

    /// What a model makes of a text.
    pub(super) fn judge(
        &self,
        read: &TextRead,
        text: &str,
        model: &LinearModel,
        keywords_permille: u32,
    ) -> Judged {
        let known = (model.digest(), keywords_permille);
        let judge = || model.judge(read.features(text), keywords_permille, &mut self.scratch());
        *read.judged.borrow_mut().entry(known).or_insert_with(judge)
    }
}

impl TextRead {
    /// The terms in it, where it was searched.
    pub(super) fn found(&self) -> &[Occurrence] {
        self.hits.get().map_or(&[], Vec::as_slice)
    }

    pub(super) fn features(&self, text: &str) -> &Features {
        self.features.get_or_init(|| Features::of(&[text]))
    }
}
