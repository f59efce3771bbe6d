//! What the uplink is to ask next, and what it has asked.

use proviso_model::Digest;
use proviso_model::hash_set::HashSetQuestion;
use zeroize::Zeroizing;

use crate::fetched::Needed;
use crate::spool::Stored;
use crate::update::WantedUpdate;

/// What is to be fetched next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Wanted {
    /// The force's keys.
    pub(crate) keys: bool,
    /// A newer policy.
    pub(crate) policy: bool,
    /// That this device shows itself anew.
    pub(crate) device: bool,
    /// The next client certificate, for the one in use has ended.
    pub(crate) certificate: bool,
    /// A policy that this device obeyed, for a server that does not know it.
    pub(crate) bring: Option<Digest>,
}

/// What a request is about, so that its answer can be read.
pub(crate) enum Asked {
    Nonce,
    Ping {
        nonce: String,
    },
    Keys,
    Looked,
    /// The next client certificate, for this key.
    Certificate {
        key_pem: Zeroizing<String>,
    },
    /// What the force has released.
    Update,
    /// A part of a release, and how many bytes of it were here.
    UpdatePart(Box<WantedUpdate>, u64),
    Policy,
    Device,
    Bring,
    Records(Vec<Stored>),
    /// What is fetched, and how many bytes of it were here.
    Part(Needed, u64),
    Question(HashSetQuestion),
}
