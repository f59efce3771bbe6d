//! What of a window is to be seen: the part on the screen that no window above it covers.

use super::super::Part;

/// The smallest part that is read.
const SIDE_MIN: i32 = 48;

/// A rectangle on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Place {
    pub(super) fn new((x, y): (i32, i32), (width, height): (i32, i32)) -> Self {
        Self { left: x, top: y, right: x + width, bottom: y + height }
    }

    fn area(&self) -> i64 {
        i64::from((self.right - self.left).max(0)) * i64::from((self.bottom - self.top).max(0))
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    pub(super) fn is_in(&self, other: &Self) -> bool {
        self.and(other) == *self
    }

    /// The largest rectangle of this one that the other leaves.
    fn beside(self, other: &Self) -> Self {
        if self.and(other).area() == 0 {
            return self;
        }
        let strips = [
            Self { right: other.left.min(self.right), ..self },
            Self { left: other.right.max(self.left), ..self },
            Self { bottom: other.top.min(self.bottom), ..self },
            Self { top: other.bottom.max(self.top), ..self },
        ];
        strips.into_iter().max_by_key(Self::area).unwrap_or(self)
    }
}

/// The largest rectangle of a window that is on the screen and under none of the windows above it, from its own corner; nothing where
/// that is too small to show a picture.
pub(super) fn visible(window: &Place, screen: &Place, above: &[Place]) -> Option<Part> {
    let seen = above.iter().fold(window.and(screen), |seen, other| seen.beside(other));
    let (width, height) = (seen.right - seen.left, seen.bottom - seen.top);
    if width < SIDE_MIN || height < SIDE_MIN {
        return None;
    }
    Some(Part {
        x: i16::try_from(seen.left - window.left).ok()?,
        y: i16::try_from(seen.top - window.top).ok()?,
        width: u16::try_from(width).ok()?,
        height: u16::try_from(height).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::Part;
    use super::{Place, visible};

    #[test]
    fn only_what_is_on_the_screen_and_not_covered_is_read() {
        let screen = Place::new((0, 0), (1280, 800));
        let window = Place::new((100, 100), (600, 400));
        let part = |x, y, width, height| Some(Part { x, y, width, height });
        let cases = [
            ("alone", window, vec![], part(0, 0, 600, 400)),
            ("half off the screen", Place::new((-200, 600), (600, 400)), vec![], part(200, 0, 400, 200)),
            ("off the screen", Place::new((1300, 0), (600, 400)), vec![], None),
            ("beside another", window, vec![Place::new((700, 0), (100, 800))], part(0, 0, 600, 400)),
            ("under a bar", window, vec![Place::new((0, 0), (1280, 130))], part(0, 30, 600, 370)),
            ("under a corner", window, vec![Place::new((600, 400), (300, 300))], part(0, 0, 500, 400)),
            (
                "under two",
                window,
                vec![Place::new((0, 0), (1280, 130)), Place::new((90, 90), (60, 500))],
                part(50, 30, 550, 370),
            ),
            ("covered", window, vec![screen], None),
            ("all but covered", window, vec![Place::new((100, 100), (560, 400))], None),
        ];
        for (story, window, above, expected) in cases {
            assert_eq!(visible(&window, &screen, &above), expected, "{story}");
        }
    }
}
