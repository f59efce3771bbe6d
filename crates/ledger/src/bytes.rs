//! Strict reading of fixed layouts: every length is checked and nothing may be left over.

/// Bytes that are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct Malformed {
    /// What is wrong.
    pub what: &'static str,
    /// Where, counted from the start of what was decoded.
    pub at: usize,
}

/// A cursor over bytes from outside.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0 }
    }

    pub(crate) fn wrong(&self, what: &'static str) -> Malformed {
        Malformed { what, at: self.at }
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) =
            self.rest.split_at_checked(length).ok_or_else(|| self.wrong("the bytes end too early"))?;
        self.rest = rest;
        self.at += length;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.wrong("the bytes end too early"))
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// A 64-bit length that may not be above `max`.
    pub(crate) fn length(&mut self, max: usize) -> Result<usize, Malformed> {
        let length = self.u64()?;
        match usize::try_from(length) {
            Ok(length) if length <= max => Ok(length),
            _ => Err(self.wrong("a length is above its limit")),
        }
    }

    /// Text preceded by its 64-bit length.
    pub(crate) fn text(&mut self, max: usize) -> Result<&'a str, Malformed> {
        let length = self.length(max)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| self.wrong("text that is not UTF-8"))
    }

    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.wrong("bytes are left over")) }
    }
}
