//! A memory of bounded size: what came first is forgotten first.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Values by key, so many at most.
#[derive(Debug)]
pub struct Bounded<K, V> {
    max: usize,
    held: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K: Eq + Hash + Clone, V> Bounded<K, V> {
    /// Remembers at most `max`.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self { max, held: HashMap::new(), order: VecDeque::new() }
    }

    /// What is remembered.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.held.get(key)
    }

    /// Remembers.
    pub fn put(&mut self, key: K, value: V) {
        if self.held.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > self.max
            && let Some(oldest) = self.order.pop_front()
        {
            self.held.remove(&oldest);
        }
    }
}
