//! Reading columns as values. A value that this program could not have written is an error, never a guess.

use proviso_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;

use super::EngineRow;
use crate::error::{Result, StoreError};

pub(super) fn bytes<const N: usize>(row: &EngineRow, column: &str) -> Result<[u8; N]> {
    let value: Vec<u8> = row.try_get(column)?;
    value.try_into().map_err(|_| damaged(column))
}

pub(super) fn bytes_maybe<const N: usize>(row: &EngineRow, column: &str) -> Result<Option<[u8; N]>> {
    let value: Option<Vec<u8>> = row.try_get(column)?;
    value.map(|value| value.try_into().map_err(|_| damaged(column))).transpose()
}

pub(super) fn blob(row: &EngineRow, column: &str) -> Result<Vec<u8>> {
    Ok(row.try_get(column)?)
}

pub(super) fn text(row: &EngineRow, column: &str) -> Result<String> {
    Ok(row.try_get(column)?)
}

pub(super) fn time(row: &EngineRow, column: &str) -> Result<Timestamp> {
    Ok(Timestamp::from_micros(row.try_get(column)?))
}

pub(super) fn time_maybe(row: &EngineRow, column: &str) -> Result<Option<Timestamp>> {
    let value: Option<i64> = row.try_get(column)?;
    Ok(value.map(Timestamp::from_micros))
}

pub(super) fn number<T: TryFrom<i64>>(row: &EngineRow, column: &str) -> Result<T> {
    let value: i64 = row.try_get(column)?;
    T::try_from(value).map_err(|_| damaged(column))
}

/// A small enum read with its own `parse`.
pub(super) fn parsed<T>(row: &EngineRow, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    parse(&text(row, column)?).ok_or_else(|| damaged(column))
}

/// A model enum by the word that serde gives it.
pub(super) fn word<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(StoreError::Damaged("an enum that is not one word".to_owned())),
    }
}

pub(super) fn from_word<T: DeserializeOwned>(row: &EngineRow, column: &str) -> Result<T> {
    let word = serde_json::Value::String(text(row, column)?);
    serde_json::from_value(word).map_err(|_| damaged(column))
}

/// Model enums as their words, with commas between.
pub(super) fn words<T: Serialize>(values: &[T]) -> Result<String> {
    Ok(values.iter().map(word).collect::<Result<Vec<_>>>()?.join(","))
}

/// Reads [`words`] back.
pub(super) fn from_words<T: DeserializeOwned>(row: &EngineRow, column: &str) -> Result<Vec<T>> {
    let words = text(row, column)?;
    let words = words.split(',').filter(|word| !word.is_empty());
    words
        .map(|word| serde_json::from_value(serde_json::Value::String(word.to_owned())))
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| damaged(column))
}

/// An unsigned number as a column's.
pub(super) fn int(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|_| StoreError::Damaged("a number above 2^63".to_owned()))
}

pub(super) fn damaged(column: &str) -> StoreError {
    StoreError::Damaged(format!("column {column}"))
}
