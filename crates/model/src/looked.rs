//! How often officers looked at what is on record about a person: told to the person's own page, as counts alone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::data_request::DataRequests;
use crate::time::Timestamp;

/// Where a device asks for them.
pub const LOOKED_PATH: &str = "/v1/looked";
/// The query by which a device asks for requests about data too; an older server does not look at it.
pub const WITH_REQUESTS: &str = "with=requests";

/// The counts of a case, by the server's log of acts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Looked {
    /// Up to here, a midnight (UTC): what was done since is told another day.
    pub until: Timestamp,
    /// From the beginning.
    pub all: Looks,
    /// In the [`LOOKED_DAYS`] days before `until`.
    pub lately: Looks,
    /// What was asked about data, for a device that asked for it by [`WITH_REQUESTS`]: an older one would not read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<DataRequests>,
}

/// Days of [`Looked::lately`].
pub const LOOKED_DAYS: i64 = 30;

/// How often, and how many officers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Looks {
    /// Different officers.
    pub officers: u32,
    /// Pages about the person or their devices, and pages of alerts without what was captured.
    pub pages: u64,
    /// Openings of captured words or facts.
    pub content: u64,
    /// Small, grey, blurred previews of pictures.
    pub previews: u64,
    /// Pictures unveiled.
    pub pictures: u64,
    /// Evidence bundles made.
    pub bundles: u64,
}

impl Looks {
    /// In a sentence without its end.
    #[must_use]
    pub fn in_words(&self) -> String {
        let counted = [
            (self.pages, "page", "pages"),
            (self.content, "opening of what was captured", "openings of what was captured"),
            (self.previews, "blurred preview of a picture", "blurred previews of pictures"),
            (self.pictures, "picture unveiled", "pictures unveiled"),
            (self.bundles, "evidence bundle", "evidence bundles"),
        ];
        let said: Vec<String> = counted
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        match (said.is_empty(), self.officers) {
            (true, _) => "nobody looked".to_owned(),
            (false, 1) => format!("1 officer: {}", said.join(", ")),
            (false, officers) => format!("{officers} officers: {}", said.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Looks;

    #[test]
    fn what_was_looked_at_is_said_in_plain_words() {
        let one = Looks { officers: 1, pages: 1, content: 2, ..Looks::default() };
        for (looks, expected) in [
            (Looks::default(), "nobody looked"),
            (one, "1 officer: 1 page, 2 openings of what was captured"),
            (
                Looks { officers: 3, pictures: 1, bundles: 2, ..Looks::default() },
                "3 officers: 1 picture unveiled, 2 evidence bundles",
            ),
        ] {
            assert_eq!(looks.in_words(), expected);
        }
    }
}
