//! One hash set as a device has it, its files mapped.

use std::path::Path;

use proviso_engine::image::exact::DigestKind;
use proviso_engine::image::keyed::{KEY_BYTES, KeyedFilter, keyed};
use proviso_engine::image::near::NearIndex;
use proviso_mapped::{Mapped, map};
use proviso_model::hash_set::{AskedDigest, HashSetQuestion};
use proviso_model::limits::PDQ_QUALITY_MIN;
use proviso_model::observation::{ListedHow, PictureListed};
use proviso_model::{Digest, Picture, PictureSeen};

use super::questions::{Answer, Questions};
use crate::fetched::FetchedError;
use crate::state_dir::StateError;

/// A set made ready.
pub(super) struct DeviceSet {
    /// Whether the policy under which it was opened lets its PDQ hashes lie here.
    pub(super) device_ok: bool,
    key: [u8; KEY_BYTES],
    filter: KeyedFilter<Mapped>,
    near: Option<NearIndex<Mapped>>,
}

/// What a set says of a picture.
pub(super) enum Look {
    /// An entry of it is the same, or alike.
    Listed(PictureListed),
    /// Perhaps: the server must be asked first.
    Asks(HashSetQuestion),
    /// Nothing.
    Nothing,
}

impl DeviceSet {
    pub(super) fn open(
        key: [u8; KEY_BYTES],
        device_ok: bool,
        filter: &Path,
        near: Option<&Path>,
    ) -> Result<Self, FetchedError> {
        let unreadable =
            |error: proviso_engine::image::IndexError| FetchedError::Unreadable(error.to_string());
        let filter = KeyedFilter::open(mapped(filter)?).map_err(unreadable)?;
        let near = match near {
            Some(path) => Some(NearIndex::open(mapped(path)?).map_err(unreadable)?),
            None => None,
        };
        Ok(Self { device_ok, key, filter, near })
    }

    /// The strongest that is known, cheapest first: digests in the filter, answers that came, then how it looks. While the server has to
    /// be asked nothing else is looked at, for its answer may be stronger.
    pub(super) fn look_up(
        &self,
        set: Digest,
        picture: &Picture,
        seen: &PictureSeen,
        questions: &Questions,
    ) -> Look {
        let digests = [
            (DigestKind::Sha256, AskedDigest::Sha256, ListedHow::Sha256, picture.sha256.0.as_slice()),
            (DigestKind::Md5, AskedDigest::Md5, ListedHow::Md5, picture.md5.0.as_slice()),
        ];
        for (kind, of, how, digest) in digests.into_iter().filter(|_| picture.from.is_a_file()) {
            let keyed = keyed(&self.key, digest);
            if !self.filter.may_have(kind, &keyed) {
                continue;
            }
            let question = HashSetQuestion { set, of, keyed: Digest(keyed) };
            match questions.answer(&question) {
                Answer::Listed(category) => {
                    return Look::Listed(PictureListed { set, how, category, entry: None });
                }
                Answer::NotListed => {}
                Answer::None => return Look::Asks(question),
            }
        }
        let pdq = seen.pdq.filter(|_| seen.pdq_quality >= PDQ_QUALITY_MIN);
        let nearest = self.near.as_ref().zip(pdq).and_then(|(near, pdq)| near.nearest(&pdq));
        match nearest {
            Some(found) => Look::Listed(PictureListed {
                set,
                how: ListedHow::Pdq { distance: u16::try_from(found.distance).unwrap_or(u16::MAX) },
                category: found.tag,
                entry: Some(u64::from(found.place)),
            }),
            None => Look::Nothing,
        }
    }
}

fn mapped(path: &Path) -> Result<Mapped, StateError> {
    map(path).map_err(|source| StateError::Io { act: "map", path: path.to_owned(), source })
}
