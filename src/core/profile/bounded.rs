//! The bounded lists of a profile. In: entries with a key and an age. Out: a sorted list without
//! repeats. Never: a list above its limit, or one that depends on the order in which replicas are
//! merged.

use core::ops::Deref;
use core::slice::IterMut;

/// An entry of a bounded list.
pub trait Entry: Clone {
    /// Limit of the list.
    const MAX: usize;
    /// Order of eviction: the least age goes first, ties by key.
    type Age: Ord;

    /// Returns the key, unique in the list.
    fn key(&self) -> u32;

    /// Returns the age for eviction.
    fn age(&self) -> Self::Age;

    /// Moves times after `now_s` back to it: a clock was in the future.
    fn clamp_to(&mut self, now_s: u32);
}

/// An entry that merges with another one of the same key, whatever the order of merging.
pub trait Merge: Entry {
    /// Merges the state of another replica, or a later event, into this one.
    fn merge(&mut self, other: &Self);
}

/// A list sorted by key, of at most [`Entry::MAX`] entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounded<T>(Vec<T>);

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Bounded<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T> IntoIterator for &'a Bounded<T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Entry> FromIterator<T> for Bounded<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut list = Self::default();
        entries.into_iter().for_each(|entry| list.insert_new(entry));
        list
    }
}

impl<T: Entry> From<Vec<T>> for Bounded<T> {
    fn from(entries: Vec<T>) -> Self {
        entries.into_iter().collect()
    }
}

impl<T> Bounded<T> {
    /// Wraps entries that are sorted and within the limit already.
    pub(super) fn of_sorted(entries: Vec<T>) -> Self {
        Self(entries)
    }

    /// Iterates over the entries, whose keys must not be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        self.0.iter_mut()
    }

    /// Keeps only the entries for which the condition holds.
    pub fn retain(&mut self, is_kept: impl FnMut(&T) -> bool) {
        self.0.retain(is_kept);
    }

    /// Returns the entry at an index, whose key must not be changed.
    pub fn at_mut(&mut self, index: usize) -> Option<&mut T> {
        self.0.get_mut(index)
    }
}

impl<T: Entry> Bounded<T> {
    /// Returns the index of a key, or the index where it belongs.
    pub(super) fn position(&self, key: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&key, T::key)
    }

    /// Returns the entry with this key. A scan of so short a list is less code than a search.
    #[must_use]
    pub fn find(&self, key: u32) -> Option<&T> {
        self.0.iter().find(|entry| entry.key() == key)
    }

    /// Returns the entry with this key.
    pub fn find_mut(&mut self, key: u32) -> Option<&mut T> {
        self.position(key).ok().map(|at| &mut self.0[at])
    }

    /// Returns true if another entry needs an eviction.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.len() >= T::MAX
    }

    /// Returns the entry with this key. A new one takes the place of the oldest entry of a full
    /// list.
    pub fn find_or_insert(&mut self, key: u32, new: impl FnOnce() -> T) -> Option<&mut T> {
        let at = match self.position(key) {
            Ok(at) => at,
            Err(_) => {
                self.evict(T::MAX - 1);
                let at = self.0.partition_point(|entry| entry.key() < key);
                self.0.insert(at, new());
                at
            }
        };
        self.0.get_mut(at)
    }

    /// Evicts the oldest entry of a full list.
    pub fn make_room(&mut self) {
        self.evict(T::MAX - 1);
    }

    /// Adds an entry unless its key is known, then evicts the oldest of an overfull list. That may
    /// be the new entry.
    pub fn insert_new(&mut self, entry: T) {
        if let Err(at) = self.position(entry.key()) {
            self.0.insert(at, entry);
            self.evict(T::MAX);
        }
    }

    /// Moves times after `now_s` back to it.
    pub fn clamp_to(&mut self, now_s: u32) {
        self.iter_mut().for_each(|entry| entry.clamp_to(now_s));
    }

    fn evict(&mut self, limit: usize) {
        while self.0.len() > limit {
            let oldest = (0..self.0.len()).min_by_key(|at| (self.0[*at].age(), self.0[*at].key()));
            let Some(at) = oldest else { return };
            self.0.remove(at);
        }
    }
}

impl<T: Merge> Bounded<T> {
    /// Adds an entry or merges it into the known one, then evicts the oldest of an overfull list.
    pub fn insert(&mut self, entry: T) {
        self.put(&entry);
        self.evict(T::MAX);
    }

    /// Merges the list of another replica into this one.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|entry| self.put(entry));
        self.evict(T::MAX);
    }

    fn put(&mut self, entry: &T) {
        match self.position(entry.key()) {
            Ok(at) => self.0[at].merge(entry),
            Err(at) => self.0.insert(at, entry.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Item(u32, u32);

    impl Entry for Item {
        const MAX: usize = 3;
        type Age = u32;

        fn key(&self) -> u32 {
            self.0
        }

        fn age(&self) -> u32 {
            self.1
        }

        fn clamp_to(&mut self, now_s: u32) {
            self.1 = self.1.min(now_s);
        }
    }

    impl Merge for Item {
        fn merge(&mut self, other: &Self) {
            self.1 = self.1.max(other.1);
        }
    }

    fn list(items: &[(u32, u32)]) -> Bounded<Item> {
        items.iter().map(|(key, at)| Item(*key, *at)).collect()
    }

    #[test]
    fn list_is_sorted_and_evicts_the_oldest() {
        let mut held = list(&[(5, 10), (1, 30), (3, 20)]);
        assert!(held.is_full());
        held.insert(Item(4, 40));
        assert_eq!(held, list(&[(1, 30), (3, 20), (4, 40)]));
        held.insert(Item(9, 1));
        assert_eq!(
            held.find(9),
            None,
            "an entry older than all others is evicted itself"
        );
        let new = held.find_or_insert(9, || Item(9, 1));
        assert_eq!(
            new.copied(),
            Some(Item(9, 1)),
            "room is made for a requested entry"
        );
        assert_eq!(held.find(3), None);
    }

    #[test]
    fn merge_does_not_depend_on_the_order() {
        let (a, b) = (list(&[(1, 1), (2, 9)]), list(&[(1, 8), (3, 2), (4, 7)]));
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.merge(&b);
        ba.merge(&a);
        assert_eq!(ab, ba);
        assert_eq!(ab, list(&[(1, 8), (2, 9), (4, 7)]));
    }
}
