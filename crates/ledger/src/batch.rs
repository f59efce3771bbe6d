//! A batch as a device sends it: for each record a 32-bit big-endian length and the envelope's bytes.

/// Why the next record of a batch cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Fewer than four bytes are left.
    #[error("its length is cut off")]
    LengthCut,
    /// Above the limit.
    #[error("it is {bytes} bytes long and the limit is {bytes_max}")]
    TooLong {
        /// Announced length.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// Fewer bytes are left than announced.
    #[error("it is cut off")]
    Cut,
}

/// The bytes of the next record; `rest` moves behind them.
///
/// # Errors
/// [`BatchError`]; `rest` stays where it is.
pub fn next_record<'b>(rest: &mut &'b [u8], record_bytes_max: usize) -> Result<&'b [u8], BatchError> {
    let (length, after) = rest.split_first_chunk::<4>().ok_or(BatchError::LengthCut)?;
    let bytes = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    if bytes > record_bytes_max {
        return Err(BatchError::TooLong { bytes, bytes_max: record_bytes_max });
    }
    let (record, after) = after.split_at_checked(bytes).ok_or(BatchError::Cut)?;
    *rest = after;
    Ok(record)
}
