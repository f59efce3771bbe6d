//! Engines kept between jobs: making one takes far longer than asking it, and most of that is the same for every person whose order has
//! the same conditions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use proviso_engine::{Engine, EngineError, ReadyRules};
use proviso_model::ids::CaseId;
use proviso_model::{Digest, Policy, Timestamp};

/// Most engines kept, each of some kibibytes beside its rules; the one that was not asked for longest goes first.
const ENGINES_MAX: usize = 2_048;
/// Most different sets of rules kept, each of less than a mebibyte; with one go the engines that hold it.
const RULES_MAX: usize = 64;
/// An engine holds words of an order: one that nobody asked for so long, in microseconds, is let go.
const IDLE_MICROS_MAX: i64 = 10 * 60 * 1_000_000;

/// Engines by the hash of their policy, in memory only.
#[derive(Default)]
pub struct Engines(Mutex<Held>);

#[derive(Default)]
struct Held {
    engines: BTreeMap<Digest, Kept>,
    /// Each that an engine here holds, the newest last.
    rules: Vec<Arc<ReadyRules>>,
}

struct Kept {
    case: CaseId,
    asked_at: Timestamp,
    engine: Arc<Engine>,
}

impl Kept {
    fn holds(&self, rules: &Arc<ReadyRules>) -> bool {
        Arc::ptr_eq(self.engine.rules(), rules)
    }
}

impl Held {
    fn retain(&mut self, is_kept: impl Fn(&Kept) -> bool) {
        self.engines.retain(|_, one| is_kept(one));
        let engines = &self.engines;
        // What was made of an order's own words goes with the last engine that holds it.
        self.rules.retain(|rules| engines.values().any(|one| one.holds(rules)));
    }

    /// When any engine with these rules was asked for last.
    fn asked_at(&self, rules: &Arc<ReadyRules>) -> Option<Timestamp> {
        self.engines.values().filter(|one| one.holds(rules)).map(|one| one.asked_at).max()
    }
}

impl Engines {
    /// The engine of a policy of that case, if it is kept.
    pub(super) fn of(&self, case: CaseId, policy: &Digest, now: Timestamp) -> Option<Arc<Engine>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.engines.get_mut(policy).filter(|found| found.case == case)?;
        found.asked_at = now;
        Some(Arc::clone(&found.engine))
    }

    /// Makes one and keeps it.
    ///
    /// # Errors
    /// [`EngineError`] when the policy is not one that this version can run.
    pub(super) fn make(
        &self,
        case: CaseId,
        (policy, hash): (&Policy, Digest),
        now: Timestamp,
    ) -> Result<Arc<Engine>, EngineError> {
        let serving = |rules: &[Arc<ReadyRules>]| rules.iter().rev().find(|one| one.serves(policy)).cloned();
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().rules.clone();
        let (mut held, rules) = match serving(&known) {
            Some(rules) => (lock(), rules),
            None => {
                let made = Arc::new(ReadyRules::new(policy)?);
                let held = lock();
                // Several jobs begin at a time: what another one made meanwhile is taken.
                let rules = serving(&held.rules).unwrap_or(made);
                (held, rules)
            }
        };
        let engine = Arc::new(Engine::with(policy, hash, &rules)?);
        if !held.rules.iter().any(|one| Arc::ptr_eq(one, &rules)) {
            held.rules.push(rules);
        }
        held.engines.insert(hash, Kept { case, asked_at: now, engine: Arc::clone(&engine) });
        if held.engines.len() > ENGINES_MAX {
            let longest = held.engines.iter().min_by_key(|(_, one)| one.asked_at).map(|(policy, _)| *policy);
            longest.and_then(|policy| held.engines.remove(&policy));
            held.retain(|_| true);
        }
        if held.rules.len() > RULES_MAX {
            let longest = held.rules.iter().min_by_key(|rules| held.asked_at(rules)).cloned();
            held.retain(|one| !longest.as_ref().is_some_and(|rules| one.holds(rules)));
        }
        Ok(engine)
    }

    /// Lets go of those that nobody asked for lately.
    pub(super) fn let_go(&self, now: Timestamp) {
        let is_lately = |at: Timestamp| now.as_micros().saturating_sub(at.as_micros()) <= IDLE_MICROS_MAX;
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.engines.values().any(|one| !is_lately(one.asked_at)) {
            held.retain(|one| is_lately(one.asked_at));
        }
    }

    /// Lets go of a case's: it was destroyed.
    pub(super) fn forget(&self, case: CaseId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|one| one.case != case);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{ENGINES_MAX, Engines, IDLE_MICROS_MAX, RULES_MAX};
    use proviso_engine::{CompileInputs, Pack, compile};
    use proviso_model::ids::CaseId;
    use proviso_model::{Digest, Order, Policy, Timestamp};

    #[test]
    fn an_engine_is_kept_until_its_case_is_destroyed_nobody_asks_for_it_or_too_many_are() {
        let policy = policy(|_| {});
        let (one, other) = (CaseId::from_bytes([1; 16]), CaseId::from_bytes([2; 16]));
        let at = Timestamp::from_micros;
        let engines = Engines::default();
        let make = |case, nth: usize, now| {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&(nth as u64).to_be_bytes());
            engines.make(case, (&policy, Digest(hash)), at(now)).expect("a policy");
            Digest(hash)
        };
        let first = make(one, 1, 0);
        let second = make(other, 2, 1);
        assert!(engines.of(one, &first, at(2)).is_some());
        assert!(engines.of(other, &first, at(2)).is_none(), "another case's");
        engines.forget(one);
        assert!(engines.of(one, &first, at(3)).is_none());
        engines.let_go(at(1 + IDLE_MICROS_MAX));
        assert!(engines.of(other, &second, at(4)).is_some());
        engines.let_go(at(5 + IDLE_MICROS_MAX));
        assert!(engines.of(other, &second, at(6)).is_none());
        for nth in 0..=ENGINES_MAX {
            make(one, nth, 10 + nth as i64);
        }
        assert!(engines.of(one, &Digest([0; 32]), at(9)).is_none(), "the one that waited longest");
    }

    #[test]
    fn people_with_the_same_rules_share_them_and_what_was_made_of_an_orders_own_words_goes_with_its_last_engine()
     {
        let engines = Engines::default();
        let make = |nth: u8, policy: &Policy, now| {
            let made = engines.make(
                CaseId::from_bytes([nth; 16]),
                (policy, Digest([nth; 32])),
                Timestamp::from_micros(now),
            );
            made.expect("a policy")
        };
        let held = || engines.0.lock().expect("a lock").rules.len();
        let one = make(1, &policy(|_| {}), 0);
        let later = |policy: &mut Policy| {
            for condition in &mut policy.conditions {
                "another paragraph".clone_into(&mut condition.paragraph);
            }
        };
        let other = make(2, &policy(later), 0);
        assert!(Arc::ptr_eq(one.rules(), other.rules()), "only paragraphs differ");
        assert_eq!(held(), 1);
        let carved_out = |policy: &mut Policy| policy.conditions[0].except.words.push("a word".to_owned());
        let own = make(3, &policy(carved_out), 0);
        assert!(!Arc::ptr_eq(one.rules(), own.rules()), "words of its own");
        assert_eq!(held(), 2);
        engines.forget(CaseId::from_bytes([3; 16]));
        assert_eq!(held(), 1);
        engines.forget(CaseId::from_bytes([1; 16]));
        assert_eq!(held(), 1, "another holds them");
        for nth in 0..=RULES_MAX {
            let own = |policy: &mut Policy| policy.conditions[0].except.words.push(format!("word{nth}"));
            make(u8::try_from(nth + 10).expect("few"), &policy(own), 1 + nth as i64);
        }
        assert_eq!(held(), RULES_MAX);
        let at = Timestamp::from_micros(100);
        assert!(
            engines.of(CaseId::from_bytes([2; 16]), &Digest([2; 32]), at).is_none(),
            "went with its rules"
        );
    }

    fn policy(change: impl FnOnce(&mut Policy)) -> Policy {
        let order = Order::from_toml(include_str!("../../../../testdata/demo/order.toml")).expect("an order");
        let packs = Pack::built_in().expect("the packs");
        let mut policy = compile(&order, &packs, &CompileInputs::offline()).expect("a policy");
        change(&mut policy);
        policy
    }
}
