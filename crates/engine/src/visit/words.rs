//! Dates and spans as the page says them.

use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::visit::KnownDevice;

/// An instant in the order's time zone, to the minute.
#[must_use]
pub fn date_in_words(at: Timestamp, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned_datetime(zone.clone()).strftime("%-d %B %Y, %H:%M").to_string()
}

/// Minutes as a person says them.
#[must_use]
pub fn span_in_words(minutes: u64) -> String {
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let part = |count: u64, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        many => Some(format!("{many} {one}s")),
    };
    let parts: Vec<String> = [part(days, "day"), part(hours, "hour"), part(rest, "minute")]
        .into_iter()
        .flatten()
        .take(2)
        .collect();
    if parts.is_empty() { "less than a minute".to_owned() } else { parts.join(" ") }
}

/// What the gap ledger knew of a device when a visit was prepared: watched, planned, and the rest.
#[must_use]
pub fn minutes_in_words(device: &KnownDevice) -> String {
    let other = device.minutes.saturating_sub(device.watched).saturating_sub(device.planned);
    let [all, watched, planned, other] = [device.minutes, device.watched, device.planned, other]
        .map(|minutes| if minutes == 0 { "none".to_owned() } else { span_in_words(minutes) });
    format!(
        "Under the order: {all}. Watched: {watched}. Not watched because of what the force had entered: {planned}. Not watched for \
         other causes: {other}."
    )
}

/// `1 entry`, `2 entries`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

#[cfg(test)]
mod tests {
    use super::span_in_words;

    #[test]
    fn a_span_is_said_by_its_two_largest_parts() {
        for (minutes, words) in [
            (0, "less than a minute"),
            (1, "1 minute"),
            (61, "1 hour 1 minute"),
            (1_440, "1 day"),
            (3_000, "2 days 2 hours"),
        ] {
            assert_eq!(span_in_words(minutes), words);
        }
    }
}
