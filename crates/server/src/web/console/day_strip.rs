//! Days as bars one below the other, midnight to midnight: what every page that draws them shares.

/// Where bars begin and how wide a whole day is, in the drawing's units.
pub const LEFT: f64 = 84.0;
pub const WIDTH: f64 = 636.0;
/// Where the first day is drawn.
pub const TOP: u32 = 22;

/// An hour above the bars.
pub struct Mark {
    pub x: String,
    pub label: &'static str,
}

/// One bar.
pub struct Bar {
    pub class: &'static str,
    pub x: String,
    pub width: String,
    pub title: String,
}

/// The hours above the bars.
#[must_use]
pub fn marks() -> Vec<Mark> {
    [(0.0, "00"), (6.0, "06"), (12.0, "12"), (18.0, "18")]
        .map(|(hour, label)| Mark { x: number(LEFT + WIDTH * hour / 24.0), label })
        .into()
}

/// A place or a width in the drawing's units.
#[must_use]
pub fn number(value: f64) -> String {
    format!("{value:.2}")
}
