//! Engines kept between jobs: making one takes far longer than asking it, and a device sends one finding after the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use proviso_engine::Engine;
use proviso_model::ids::CaseId;
use proviso_model::{Digest, Timestamp};

/// Most engines kept, each of less than a mebibyte; the one that was not asked for longest goes first.
const ENGINES_MAX: usize = 128;
/// An engine holds words of an order: one that nobody asked for so long, in microseconds, is let go.
const IDLE_MICROS_MAX: i64 = 10 * 60 * 1_000_000;

/// Engines by the hash of their policy, in memory only.
#[derive(Default)]
pub struct Engines(Mutex<BTreeMap<Digest, Kept>>);

struct Kept {
    case: CaseId,
    asked_at: Timestamp,
    engine: Arc<Engine>,
}

impl Engines {
    /// The engine of a policy of that case, if it is kept.
    pub(super) fn of(&self, case: CaseId, policy: &Digest, now: Timestamp) -> Option<Arc<Engine>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get_mut(policy).filter(|found| found.case == case)?;
        found.asked_at = now;
        Some(Arc::clone(&found.engine))
    }

    /// Keeps one.
    pub(super) fn keep(&self, case: CaseId, policy: Digest, engine: Engine, now: Timestamp) -> Arc<Engine> {
        let engine = Arc::new(engine);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(policy, Kept { case, asked_at: now, engine: Arc::clone(&engine) });
        if kept.len() > ENGINES_MAX {
            let longest = kept.iter().min_by_key(|(_, one)| one.asked_at).map(|(policy, _)| *policy);
            longest.and_then(|policy| kept.remove(&policy));
        }
        engine
    }

    /// Lets go of those that nobody asked for lately.
    pub(super) fn let_go(&self, now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, one| now.as_micros().saturating_sub(one.asked_at.as_micros()) <= IDLE_MICROS_MAX);
    }

    /// Lets go of a case's: it was destroyed.
    pub(super) fn forget(&self, case: CaseId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, one| one.case != case);
    }
}

#[cfg(test)]
mod tests {
    use super::{ENGINES_MAX, Engines, IDLE_MICROS_MAX};
    use proviso_engine::{CompileInputs, Engine, compile};
    use proviso_model::ids::CaseId;
    use proviso_model::{Digest, Order, Timestamp};

    #[test]
    fn an_engine_is_kept_until_its_case_is_destroyed_nobody_asks_for_it_or_too_many_are() {
        let order = Order::from_toml(include_str!("../../../../testdata/demo/order.toml")).expect("an order");
        let policy = compile(&order, &[], &CompileInputs::offline()).expect("a policy");
        let make = |hash| Engine::new(&policy, hash).expect("a policy");
        let (one, other) = (CaseId::from_bytes([1; 16]), CaseId::from_bytes([2; 16]));
        let at = Timestamp::from_micros;
        let engines = Engines::default();
        engines.keep(one, Digest([1; 32]), make(Digest([1; 32])), at(0));
        engines.keep(other, Digest([2; 32]), make(Digest([2; 32])), at(1));
        assert!(engines.of(one, &Digest([1; 32]), at(2)).is_some());
        assert!(engines.of(other, &Digest([1; 32]), at(2)).is_none(), "another case's");
        engines.forget(one);
        assert!(engines.of(one, &Digest([1; 32]), at(3)).is_none());
        engines.let_go(at(1 + IDLE_MICROS_MAX));
        assert!(engines.of(other, &Digest([2; 32]), at(4)).is_some());
        engines.let_go(at(5 + IDLE_MICROS_MAX));
        assert!(engines.of(other, &Digest([2; 32]), at(6)).is_none());
        for nth in 0..=ENGINES_MAX {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&(nth as u64).to_be_bytes());
            engines.keep(one, Digest(hash), make(Digest(hash)), at(10 + nth as i64));
        }
        assert!(engines.of(one, &Digest([0; 32]), at(9)).is_none(), "the one that waited longest");
    }
}
