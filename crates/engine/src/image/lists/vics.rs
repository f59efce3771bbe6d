//! VICS as JSON. The root names its data model (`odata.metadata` in 1.x, `@odata.context` in 2.0, with the country whose
//! categories hold) and has the entries in `value`: media themselves, or cases with their `Media`. Entries are decided over one by
//! one as they come; of an entry no more than [`ENTRY_BYTES_MAX`] bytes are ever held.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::take::{Taker, Written};
use super::{ENTRY_BYTES_MAX, ListError, ListFormat, ReadList};

/// `told` hears of progress after so many bytes.
const TOLD_BYTES: u64 = 256 * 1024;

pub(super) fn read(
    from: impl BufRead,
    format: ListFormat,
    taker: Taker<'_>,
    told: &mut dyn FnMut(u64),
) -> Result<ReadList, ListError> {
    let place = Rc::new(Place { line: Cell::new(1), byte: Cell::new(0), left: Cell::new(ENTRY_BYTES_MAX) });
    let mut json = serde_json::Deserializer::from_reader(Limited { from, place: Rc::clone(&place), told });
    let format = if format == ListFormat::Auto { ListFormat::Vics } else { format };
    let named = taker.asked.clone();
    let mut run = Run { taker, place, named, model_version: None, is_vics: false, fault: None };
    let done = json.deserialize_map(Root(&mut run)).and_then(|()| json.end());
    let (line, byte) = (run.place.line.get(), run.place.byte.get());
    match (run.fault, done) {
        (Some(fault), _) => Err(fault),
        (None, Err(error)) if error.is_io() => Err(ListError::Io(error.into())),
        (None, Err(error)) => Err(ListError::Json { line, byte, why: error.to_string() }),
        (None, Ok(())) if !run.is_vics => Err(ListError::NotVics),
        (None, Ok(())) => Ok(ReadList {
            format,
            model_version: run.model_version,
            country: run.taker.asked,
            counts: run.taker.counts,
            refused: run.taker.refused,
        }),
    }
}

/// How far reading is, and how many bytes the entry under way may still have.
struct Place {
    line: Cell<u64>,
    byte: Cell<u64>,
    left: Cell<u64>,
}

/// Counts what is read, and ends where one entry is too long.
struct Limited<'t, R> {
    from: R,
    place: Rc<Place>,
    told: &'t mut dyn FnMut(u64),
}

impl<R: BufRead> Read for Limited<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.fill_buf()?.read(into)?;
        self.from.consume(count);
        let read = into.get(..count).unwrap_or_default();
        let lines = read.iter().filter(|byte| **byte == b'\n').count() as u64;
        let (before, count_read) = (self.place.byte.get(), count as u64);
        self.place.line.set(self.place.line.get() + lines);
        self.place.byte.set(before + count_read);
        if before / TOLD_BYTES != (before + count_read) / TOLD_BYTES {
            (self.told)(before + count_read);
        }
        match self.place.left.get().checked_sub(count_read) {
            Some(left) => self.place.left.set(left),
            None => {
                let line = self.place.line.get();
                return Err(io::Error::other(format!(
                    "one entry, or what stands before the entries, has more than {ENTRY_BYTES_MAX} bytes (near line {line})"
                )));
            }
        }
        Ok(count)
    }
}

struct Run<'t> {
    taker: Taker<'t>,
    place: Rc<Place>,
    /// The country that the caller named.
    named: Option<String>,
    model_version: Option<String>,
    is_vics: bool,
    fault: Option<ListError>,
}

impl Run<'_> {
    /// Takes what the root says of the data model.
    fn context(&mut self, text: &str) -> Result<(), ListError> {
        if !text.to_ascii_lowercase().contains("projectvic") {
            return Err(ListError::NotVics);
        }
        self.is_vics = true;
        let model = text.split_once("/DataModels/").and_then(|(_, rest)| rest.split_once(".xml"));
        let Some((version, rest)) = model else { return Ok(()) };
        self.model_version = Some(version.chars().take(20).collect());
        let scheme = rest.trim_start_matches('/').split(['/', '#', '$']).next().unwrap_or_default();
        if scheme.len() != 2 || !scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Ok(());
        }
        match &self.named {
            Some(asked) if !asked.eq_ignore_ascii_case(scheme) => {
                Err(ListError::OtherCountry { listed: scheme.to_owned(), asked: asked.clone() })
            }
            _ => {
                self.taker.list_names(scheme);
                Ok(())
            }
        }
    }

    /// Stops reading for a reason of ours.
    fn stop<E: serde::de::Error>(&mut self, fault: ListError) -> E {
        self.fault = Some(fault);
        E::custom("stopped")
    }

    fn entry<E: serde::de::Error>(&mut self, written: &Written) -> Result<(), E> {
        self.place.left.set(ENTRY_BYTES_MAX);
        let line = self.place.line.get();
        self.taker.entry(written, line).map_err(|error| self.stop(ListError::Io(error)))
    }
}

/// The object at the root.
struct Root<'r, 't>(&'r mut Run<'t>);

impl<'de> Visitor<'de> for Root<'_, '_> {
    type Value = ();

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("an object with \"value\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "odata.metadata" | "@odata.context" => {
                    let context = map.next_value::<Value>()?;
                    let text = context.as_str().unwrap_or_default();
                    self.0.context(text).map_err(|fault| self.0.stop::<A::Error>(fault))?;
                }
                "value" => map.next_value_seed(Entries(self.0))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Entries in an array, or none.
struct Entries<'r, 't>(&'r mut Run<'t>);

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("an array of entries")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Entry(self.0))?.is_some() {}
        Ok(())
    }
}

/// One entry, or a case with its entries.
struct Entry<'r, 't>(&'r mut Run<'t>);

impl Entry<'_, '_> {
    fn odd<E: serde::de::Error>(self) -> Result<(), E> {
        self.0.entry(&Written { malformed: Some("it is no object"), ..Written::default() })
    }
}

impl<'de> DeserializeSeed<'de> for Entry<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entry<'_, '_> {
    type Value = ();

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("an entry")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.odd()
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.odd()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.odd()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.odd()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.odd()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.odd()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.odd()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut written = Written::default();
        let mut is_case = false;
        while let Some(key) = map.next_key::<String>()? {
            match plain_name(&key).as_str() {
                "media" => {
                    map.next_value_seed(Entries(self.0))?;
                    is_case = true;
                }
                name @ ("md5" | "sha1" | "sha256" | "pdq") => {
                    let value = map.next_value::<Value>()?;
                    digest(&mut written, name, value);
                }
                "category" => {
                    match number(&map.next_value::<Value>()?).map(|number| number.map(u8::try_from)) {
                        Ok(None) => {}
                        Ok(Some(Ok(number))) => written.category = Some(number),
                        _ => written.malformed = Some("its category is no number from 0 to 255"),
                    }
                }
                "mediasize" => match number(&map.next_value::<Value>()?) {
                    Ok(bytes) => written.media_bytes = bytes,
                    Err(()) => written.malformed = Some("its MediaSize is no number"),
                },
                "alternativehashes" => {
                    let value = map.next_value::<Value>()?;
                    self.0.taker.counts.photo_dna += alternatives(&mut written, value);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if is_case { Ok(()) } else { self.0.entry(&written) }
    }
}

/// Small letters and digits of a name: `SHA1`, `Sha-1` and `sha_1` are one.
fn plain_name(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(32).collect()
}

fn digest(written: &mut Written, name: &str, value: Value) {
    let text = match value {
        Value::Null => return,
        Value::String(text) => text,
        _ => {
            written.malformed = Some("a digest of it is no text");
            return;
        }
    };
    let [md5, sha1, sha256] = &mut written.digests;
    match name {
        "md5" => *md5 = Some(text),
        "sha1" => *sha1 = Some(text),
        "sha256" => *sha256 = Some(text),
        _ => written.pdq = Some(text),
    }
}

/// A number, also written as text; none where there is nothing.
fn number(value: &Value) -> Result<Option<u64>, ()> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => text.trim().parse().map(Some).map_err(|_| ()),
        Value::Number(number) => number.as_u64().map(Some).ok_or(()),
        _ => Err(()),
    }
}

/// Hashes beside MD5 and SHA-1, each with its name; how many are of PhotoDNA.
fn alternatives(written: &mut Written, value: Value) -> u64 {
    let mut photo_dna = 0;
    let Value::Array(hashes) = value else { return 0 };
    for mut hash in hashes {
        let name = hash.get("HashName").and_then(Value::as_str).map(plain_name).unwrap_or_default();
        match name.as_str() {
            "photodna" => photo_dna += 1,
            "md5" | "sha1" | "sha256" | "pdq" => {
                let value = hash.get_mut("HashValue").map(Value::take).unwrap_or_default();
                digest(written, &name, value);
            }
            _ => {}
        }
    }
    photo_dna
}
