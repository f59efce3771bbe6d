//! Finding a case by the name of its person, or by a number of theirs. Names are sealed under the key of their case, so the index holds
//! keyed digests of their words and of the beginnings of these. `docs/decisions/0064-finding-a-person.md` says what that hides and what
//! it does not.

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit as _, Mac as _};
use proviso_model::Order;
use proviso_model::ids::CaseId;
use proviso_model::order::Person;
use proviso_store::{CaseRow, NameToken, OrderVersionRow, StoreError};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use zeroize::Zeroizing;

use super::AppContext;
use super::force::ForceError;
use crate::keys::KeyError;
use crate::keys::case::{CaseColumns, Purpose};
use crate::notify::clock::WORKER;

/// What the key is sealed for under the master key.
pub const PURPOSE: &str = "proviso/name-key/v1";
/// What a digest is made of, beside a word. Another way of reading words needs another.
const DOMAIN: &[u8] = b"proviso/name-token/v1\0";
/// The shortest beginning of a word that finds it.
pub const PREFIX_CHARS_MIN: usize = 3;
/// The longest.
const PREFIX_CHARS_MAX: usize = 32;

/// The words of a name or number as they are compared: without case, accents and punctuation. What a person writes in one word with an
/// apostrophe is one word.
#[must_use]
pub fn words(text: &str) -> BTreeSet<String> {
    let is_apostrophe = |letter: &char| matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '′');
    let spread: String = text.chars().filter(|letter| !is_apostrophe(letter)).nfkd().collect();
    let mut words = BTreeSet::new();
    for word in spread.split(|letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter)) {
        let letters = word.chars().filter(|letter| !is_combining_mark(*letter));
        let folded: String = letters.flat_map(folded).collect();
        if !folded.is_empty() {
            words.insert(folded);
        }
    }
    words
}

/// A letter without case; one that has a stroke or is two in one, as it is typed where the keyboard has none.
fn folded(letter: char) -> impl Iterator<Item = char> {
    let lower = letter.to_uppercase().flat_map(char::to_lowercase);
    lower.flat_map(|letter| {
        let typed = match letter {
            'ł' => ['l', '\0'],
            'ø' => ['o', '\0'],
            'đ' | 'ð' => ['d', '\0'],
            'ħ' => ['h', '\0'],
            'æ' => ['a', 'e'],
            'œ' => ['o', 'e'],
            'þ' => ['t', 'h'],
            other => [other, '\0'],
        };
        typed.into_iter().filter(|letter| *letter != '\0')
    })
}

/// The names and numbers by which a case is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The person as the case was opened.
    pub person: Person,
    /// Other names of the person in versions of the order.
    pub others: BTreeSet<String>,
    /// Numbers: the force's own, and those of the orders.
    pub numbers: BTreeSet<String>,
}

impl Names {
    /// Of a case and the versions of its order.
    ///
    /// # Errors
    /// [`KeyError`] when the person or an order cannot be opened. An order that no longer reads names nobody.
    pub fn read(
        columns: &CaseColumns,
        case: &CaseRow,
        versions: &[OrderVersionRow],
    ) -> Result<Self, KeyError> {
        let person: Person = columns.open_json(Purpose::Case, &case.sealed)?;
        let (mut others, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        numbers.extend(person.reference.clone());
        for row in versions {
            let text = columns.open(Purpose::Order, &row.sealed)?;
            let Ok(order) = Order::from_toml(&String::from_utf8_lossy(&text)) else { continue };
            numbers.insert(order.reference);
            numbers.extend(order.person.reference);
            if order.person.name != person.name {
                others.insert(order.person.name);
            }
        }
        Ok(Self { person, others, numbers })
    }

    /// All of their words.
    #[must_use]
    pub fn words(&self) -> BTreeSet<String> {
        let texts = std::iter::once(&self.person.name).chain(&self.others).chain(&self.numbers);
        texts.flat_map(|text| words(text)).collect()
    }
}

/// The key of the index.
pub struct NameKey(Zeroizing<Vec<u8>>);

impl NameKey {
    /// The key of this force, made where there is none.
    ///
    /// # Errors
    /// The store's; a key that does not open.
    pub async fn of_force<E: From<StoreError> + From<KeyError>>(ctx: &AppContext) -> Result<Self, E> {
        let sealed = match ctx.store.name_key().await? {
            Some(sealed) => sealed,
            None => {
                let new: Zeroizing<[u8; 32]> = Zeroizing::new(ctx.random());
                ctx.store.name_key_add(&ctx.seal_for_force(PURPOSE, new.as_ref())).await?
            }
        };
        Ok(Self(ctx.open_for_force(PURPOSE, &sealed)?))
    }

    fn token(&self, word: &str) -> NameToken {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(DOMAIN);
        mac.update(word.as_bytes());
        let whole = mac.finalize().into_bytes();
        let mut token = NameToken::default();
        token.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        token
    }

    /// The digests that are looked for.
    #[must_use]
    pub fn asked(&self, words: &BTreeSet<String>) -> Vec<NameToken> {
        words.iter().map(|word| self.token(word)).collect()
    }

    /// The digests that are kept: of each word and of its beginnings.
    #[must_use]
    pub fn kept(&self, words: &BTreeSet<String>) -> Vec<NameToken> {
        let mut tokens = BTreeSet::new();
        for word in words {
            tokens.insert(self.token(word));
            let ends = word
                .char_indices()
                .map(|(end, _)| end)
                .skip(PREFIX_CHARS_MIN)
                .take(PREFIX_CHARS_MAX - PREFIX_CHARS_MIN + 1);
            tokens.extend(ends.filter_map(|end| word.get(..end)).map(|beginning| self.token(beginning)));
        }
        tokens.into_iter().collect()
    }
}

/// Puts the names of a case into the index, as they are now.
///
/// # Errors
/// The store's; keys that cannot be used.
pub async fn index<E: From<StoreError> + From<KeyError>>(
    ctx: &AppContext,
    key: &NameKey,
    case: &CaseRow,
) -> Result<(), E> {
    let versions = ctx.store.order_list(case.id).await?;
    let names = Names::read(&ctx.case_columns(case.id)?, case, &versions)?;
    let newest = versions.iter().map(|row| row.version).max().unwrap_or_default();
    Ok(ctx.store.name_tokens_set(case.id, newest, &key.kept(&names.words())).await?)
}

/// The same after a case or a version of its order was entered. What fails here is done when a server starts next: the entry stands.
pub async fn keep_up(ctx: &AppContext, case: CaseId) {
    let done = async {
        let key = NameKey::of_force::<ForceError>(ctx).await?;
        let row = ctx.store.case_get(case).await?.ok_or(StoreError::Missing("this case"))?;
        index::<ForceError>(ctx, &key, &row).await
    };
    if let Err(error) = done.await {
        tracing::warn!(%case, %error, "the names of a case are not in the index; it is tried again when a server starts");
    }
}

/// Puts the names of every case into the index that are not there: once after an upgrade, and after a restore, for no backup holds it.
/// Logged, where there is anything to do. A case whose keys cannot be used is passed over. Says how many were done.
///
/// # Errors
/// The store's.
pub async fn catch_up(ctx: &AppContext) -> Result<usize, ForceError> {
    let missing = ctx.store.name_cases_missing().await?;
    if missing.is_empty() {
        return Ok(0);
    }
    let objects = format!("{} cases", missing.len());
    ctx.logged(WORKER, "name-index", None, &objects, async {
        let key = NameKey::of_force::<ForceError>(ctx).await?;
        let mut done = 0;
        for case in ctx.store.caseload_cases(&missing).await? {
            match index::<ForceError>(ctx, &key, &case).await {
                Ok(()) => done += 1,
                Err(ForceError::Key(error)) => {
                    tracing::warn!(case = %case.id, %error, "the names of a case cannot be read");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{NameKey, words};
    use zeroize::Zeroizing;

    #[test]
    fn a_name_is_found_however_it_is_typed() {
        let key = NameKey(Zeroizing::new(vec![7; 32]));
        for (name, typed, found) in [
            ("Test Person 014", "test", true),
            ("Test Person 014", "PERSON, Test", true),
            ("Test Person 014", "pers 014", true),
            ("Test Person 014", "pe", false),
            ("Test Person 014", "est", false),
            ("Test Person 014", "person other", false),
            ("Łucja Żółć-Strauß", "lucja zol", true),
            ("Łucja Żółć-Strauß", "strauss", true),
            ("Łucja Żółć-Strauß", "STRAUSS-ZOLC", true),
            ("Ștefan Țăran", "stefan taran", true),
            ("Siân O’Test", "sian o'test", true),
            ("Siân O’Test", "otes", true),
            ("Bo Li", "li bo", true),
            ("Νίκος", "ΝΙΚΟΣ", true),
            ("TEST/2026/014", "test/2026/014", true),
            ("TEST/2026/014", "2026 014", true),
        ] {
            let kept = key.kept(&words(name));
            let asked = key.asked(&words(typed));
            assert!(!asked.is_empty());
            assert_eq!(asked.iter().all(|token| kept.contains(token)), found, "{typed} for {name}");
        }
        assert!(words(" .,-'’ ").is_empty());
        let other = NameKey(Zeroizing::new(vec![8; 32]));
        assert_ne!(key.asked(&words("test")), other.asked(&words("test")), "nothing without the key");
    }
}
