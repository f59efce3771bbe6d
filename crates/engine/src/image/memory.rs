//! What a device remembers of the pictures of each site and application: figures in memory only, bounded, for a quarter of an hour, so that a
//! finding can tell one picture from many and a record holds all that it rests on.

use std::collections::BTreeMap;

use proviso_model::limits::{
    PDQ_QUALITY_MIN, PICTURE_MINUTES_MAX, PICTURE_SITES_MAX, PICTURES_REMEMBERED_MAX,
};
use proviso_model::observation::PictureBefore;
use proviso_model::{Fact, Observation, Picture, Timestamp};

use crate::attribution::{Weighs, weighs};
use crate::sites::host_of_address;

const WINDOW_MS: i64 = PICTURE_MINUTES_MAX as i64 * 60_000;
/// Pictures scored lower than this count under no rule, and are not remembered.
const REMEMBERED_MILLIONTHS: u32 = 500_000;

/// Every site's pictures, in the order in which they were shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PictureMemory {
    sites: BTreeMap<String, Vec<PictureBefore>>,
}

impl PictureMemory {
    /// The observation with the earlier pictures of its site; what was there before is taken out. Other facts stay as they
    /// are. Changes nothing here: [`PictureMemory::keep`] does, once the observation has been dealt with, so that one that is
    /// sent again is read the same again.
    #[must_use]
    pub fn join(&self, mut observation: Observation) -> Observation {
        let now = observation.observed_at;
        let Some(seen) = observation.picture.as_deref_mut() else { return observation };
        let site = host(&observation.fact).and_then(|host| self.sites.get(&host));
        let fresh = site.into_iter().flatten().filter(|before| is_fresh(before, now));
        seen.earlier = fresh.cloned().collect();
        observation
    }

    /// Remembers the figures of a picture to which a model gave a score that may count; not of what came by itself.
    pub fn keep(&mut self, joined: &Observation) {
        let counts_alone = weighs(&joined.attribution, &joined.fact) == Weighs::Anything;
        let Some(host) = host(&joined.fact).filter(|_| counts_alone) else { return };
        let (Fact::Picture(picture), Some(seen)) = (&joined.fact, joined.picture.as_deref()) else { return };
        let now = joined.observed_at;
        let counts = seen.scores.iter().filter(|score| score.explicit_millionths >= REMEMBERED_MILLIONTHS);
        for score in counts {
            let held = self.sites.entry(host.clone()).or_default();
            // Shown again: it is one picture, last seen now.
            held.retain(|before| before.sha256 != picture.sha256 || before.model != score.model.sha256);
            held.push(PictureBefore {
                sha256: picture.sha256,
                pdq: seen.pdq.filter(|_| seen.pdq_quality >= PDQ_QUALITY_MIN),
                host: host.clone(),
                observed_at: now,
                explicit_millionths: score.explicit_millionths,
                model: score.model.sha256,
            });
            let over = held.len().saturating_sub(PICTURES_REMEMBERED_MAX);
            held.drain(..over);
        }
        self.forget_old(now);
        while self.sites.len() > PICTURE_SITES_MAX {
            let last = |held: &[PictureBefore]| held.last().map(|before| before.observed_at);
            let oldest = self.sites.iter().min_by_key(|(_, held)| last(held)).map(|(host, _)| host.clone());
            let Some(oldest) = oldest else { break };
            self.sites.remove(&oldest);
        }
    }

    /// Lets go of pictures that are older than [`PICTURE_MINUTES_MAX`] at `now`, and of those from a time that, by a clock set
    /// back, has not come yet.
    pub fn forget_old(&mut self, now: Timestamp) {
        for held in self.sites.values_mut() {
            held.retain(|before| is_fresh(before, now));
        }
        self.sites.retain(|_, held| !held.is_empty());
    }

    /// Lets go of everything: no condition in force reads pictures any more.
    pub fn forget(&mut self) {
        self.sites.clear();
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }
}

fn is_fresh(before: &PictureBefore, now: Timestamp) -> bool {
    (0..=WINDOW_MS).contains(&now.millis_since(before.observed_at))
}

fn host(fact: &Fact) -> Option<String> {
    let Fact::Picture(picture) = fact else { return None };
    place(picture)
}

/// Where a picture was shown, as one place: the host of its page, the application of its window, or the folder of its file. No host has
/// a space.
pub(crate) fn place(picture: &Picture) -> Option<String> {
    match (&picture.window, &picture.file) {
        (Some(window), _) => Some(format!("application {}", window.application)),
        (None, Some(file)) => Some(format!("folder {}", file.folder)),
        (None, None) => host_of_address(&picture.url).map(|site| site.host),
    }
}
