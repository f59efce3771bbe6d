//! Files of which somebody has told: what a browser saved also arrives in a folder, and is told of once.

use std::time::Duration;

use proviso_model::Digest;
use proviso_model::native::PictureShown;
use proviso_model::observation::PictureElement;
use tokio::time::Instant;

use crate::bounded::Bounded;

/// Files remembered; the one that came first goes first.
const TOLD_MAX: usize = 4_096;
/// So long the same bytes are the same arrival, whatever the file is called meanwhile.
const SAME: Duration = Duration::from_secs(600);

/// The files, by the SHA-256 of their bytes, with who told and when.
#[derive(Debug)]
pub(super) struct Told(Bounded<Digest, (String, u64, Instant)>);

impl Default for Told {
    fn default() -> Self {
        Self(Bounded::new(TOLD_MAX))
    }
}

impl Told {
    /// Whether a file that arrived was told of already. Remembers files that browsers saved, and those that arrived. The same number of
    /// the same run is the same telling, sent again.
    pub(super) fn is_told(
        &mut self,
        shown: &PictureShown,
        sha256: Digest,
        (instance, n): (&str, u64),
        now: Instant,
    ) -> bool {
        let is_file = shown.file.is_some();
        if !is_file && shown.element != PictureElement::Download {
            return false;
        }
        let is_same = |(of, number, at): &(String, u64, Instant)| {
            (of.as_str(), *number) != (instance, n) && now.saturating_duration_since(*at) < SAME
        };
        if is_file && self.0.get(&sha256).is_some_and(is_same) {
            return true;
        }
        self.0.put(sha256, (instance.to_owned(), n, now));
        false
    }
}

#[cfg(test)]
mod tests {
    use proviso_model::Digest;
    use proviso_model::native::PictureShown;
    use proviso_model::observation::{PictureElement, PictureFile, PictureFrom};

    use tokio::time::Instant;

    use super::{SAME, Told};

    fn shown(element: PictureElement) -> PictureShown {
        let file = (element == PictureElement::File).then(PictureFile::default);
        let from = if file.is_some() { PictureFrom::Disk } else { PictureFrom::FetchedAgain };
        PictureShown {
            url: String::new(),
            title: String::new(),
            address: String::new(),
            element,
            width: 0,
            height: 0,
            shown_width: 0,
            shown_height: 0,
            from,
            without: None,
            file,
            digests: None,
        }
    }

    #[test]
    fn what_a_browser_saved_is_not_told_again_when_it_arrives_and_the_same_telling_sent_again_is_taken() {
        let (file, saved) = (shown(PictureElement::File), shown(PictureElement::Download));
        let picture = shown(PictureElement::Img);
        let [one, other] = [1, 2].map(|number| Digest([number; 32]));
        let (now, later) = (Instant::now(), Instant::now() + SAME);
        let cases = [
            ("the browser saves it", &saved, one, ("browser", 4), now, false),
            ("it arrives", &file, one, ("session a", 1), now, true),
            ("a browser says what it says", &saved, one, ("browser", 9), now, false),
            ("another arrives", &file, other, ("session a", 2), now, false),
            ("sent again, for the agent had not kept it", &file, other, ("session a", 2), now, false),
            ("moved to another name", &file, other, ("session a", 3), now, true),
            ("on a page it is another fact", &picture, other, ("browser", 10), now, false),
            ("it arrives anew", &file, other, ("session a", 4), later, false),
        ];
        let mut told = Told::default();
        for (story, shown, sha256, name, at, expected) in cases {
            assert_eq!(told.is_told(shown, sha256, name, at), expected, "{story}");
        }
    }
}
