//! Digests and picture hashes as values; making one is the work of others.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! digests {
    ($($(#[$doc:meta])* $name:ident: $bytes:literal, $wrong:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; $bytes]);

        impl $name {
            /// Reads two hexadecimal digits for each byte; `None` for anything else.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let mut bytes = [0; $bytes];
                hex::decode_to_slice(text, &mut bytes).ok()?;
                Some(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom($wrong))
            }
        }
    )+};
}

digests! {
    /// 32 bytes of SHA-256, written as 64 lower-case hexadecimal digits.
    Digest: 32, "a digest is 64 hexadecimal digits";
    /// 16 bytes of MD5, written as 32 lower-case hexadecimal digits. Two files can be made to share one: it says less than SHA-256.
    Md5: 16, "an MD5 is 32 hexadecimal digits";
}

/// PDQ, the hash of how a picture looks: 256 bits, written as 64 hexadecimal digits; the first word holds the highest ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PdqHash(pub [u64; 4]);

impl PdqHash {
    /// In how many bits two hashes differ, 0 to 256.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(one, two)| (one ^ two).count_ones()).sum()
    }

    /// From 32 bytes, the highest first.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        let mut hash = [0; 4];
        for (to, word) in hash.iter_mut().zip(words) {
            *to = u64::from_be_bytes(*word);
        }
        Self(hash)
    }

    /// As 32 bytes, the highest first.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let (words, _) = bytes.as_chunks_mut::<8>();
        for (to, word) in words.iter_mut().zip(self.0) {
            *to = word.to_be_bytes();
        }
        bytes
    }
}

impl fmt::Display for PdqHash {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|word| write!(to, "{word:016x}"))
    }
}

impl fmt::Debug for PdqHash {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

impl Serialize for PdqHash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Text that is no hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a PDQ hash is 64 hexadecimal digits")]
pub struct PdqHashError;

impl FromStr for PdqHash {
    type Err = PdqHashError;

    fn from_str(text: &str) -> Result<Self, PdqHashError> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(PdqHashError);
        }
        let mut hash = [0; 4];
        for (word, digits) in hash.iter_mut().zip(text.as_bytes().chunks(16)) {
            let digits = std::str::from_utf8(digits).map_err(|_| PdqHashError)?;
            *word = u64::from_str_radix(digits, 16).map_err(|_| PdqHashError)?;
        }
        Ok(Self(hash))
    }
}

impl<'de> Deserialize<'de> for PdqHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
