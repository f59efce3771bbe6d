//! Who may see what on the loopback page: PIN sessions and the tokens that make a form ours.

use std::sync::{Mutex, PoisonError};

use proviso_model::Timestamp;
use rand_core::CryptoRng;

/// How long the details stay open without a new PIN.
const VISIT_MS: i64 = 15 * 60 * 1_000;
/// Visits at the same time.
const VISITS_MAX: usize = 8;

/// Open visits.
pub(super) struct Visits {
    rng: Mutex<Box<dyn CryptoRng + Send>>,
    open: Mutex<Vec<(String, Timestamp)>>,
    form_token: String,
}

impl Visits {
    pub(super) fn new(mut rng: Box<dyn CryptoRng + Send>) -> Self {
        let form_token = token(&mut *rng);
        Self { rng: Mutex::new(rng), open: Mutex::new(Vec::new()), form_token }
    }

    /// Part of every form: a page of another origin cannot read it.
    pub(super) fn form_token(&self) -> &str {
        &self.form_token
    }

    pub(super) fn begin(&self, now: Timestamp) -> String {
        let visit = token(&mut **self.rng.lock().unwrap_or_else(PoisonError::into_inner));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, until)| now < *until);
        if open.len() >= VISITS_MAX {
            open.remove(0);
        }
        open.push((visit.clone(), now.plus_millis(VISIT_MS)));
        visit
    }

    /// For a hash that is made elsewhere.
    pub(super) fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut salt);
        salt
    }

    pub(super) fn is_open(&self, visit: &str, now: Timestamp) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().any(|(known, until)| same(known, visit) && now < *until)
    }

    pub(super) fn end(&self, visit: &str) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _)| known != visit);
    }
}

/// Compares without telling by its duration where two texts differ.
pub(super) fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).fold(0_u8, |all, (a, b)| all | (a ^ b)) == 0
}

fn token(rng: &mut dyn CryptoRng) -> String {
    let mut bytes = [0_u8; 32];
    rng.fill_bytes(&mut bytes);
    hex::encode(bytes)
}
