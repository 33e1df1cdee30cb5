//! Positions in the tables of a compiled config. In: numbers of its rows. Out: one type for each
//! table. Never: the position in one table used in another.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;

/// Stored number that stands for no index.
const NONE: u16 = u16::MAX;

/// Position of a row of type `T` in its table.
///
/// ```
/// use escale::internals::base::index::Index;
/// use escale::internals::config::{Offer, Topic};
/// let offer: Index<Offer> = Index::new(3);
/// assert_eq!(offer.number(), 3);
/// assert_eq!(Index::<Topic>::from_stored(u16::MAX), None);
/// ```
pub struct Index<T> {
    number: u16,
    table: PhantomData<fn() -> T>,
}

impl<T> Index<T> {
    /// Returns the index of the row with this number, from 0.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self {
            number,
            table: PhantomData,
        }
    }

    /// Returns a stored index. `None` for 65,535, which stands for "none" in stored bytes.
    #[must_use]
    pub fn from_stored(stored: u16) -> Option<Self> {
        (stored != NONE).then_some(Self::new(stored))
    }

    /// Returns the number to store: 65,535 for `None`.
    #[must_use]
    pub fn stored(index: Option<Self>) -> u16 {
        index.map_or(NONE, Self::number)
    }

    /// Returns the number of the row, from 0.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.number
    }

    /// Returns the number of the row as a position in a slice.
    #[must_use]
    pub const fn position(self) -> usize {
        self.number as usize
    }
}

// Derived implementations would ask the same of `T`.
impl<T> Clone for Index<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Index<T> {}

impl<T> PartialEq for Index<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Index<T> {}

impl<T> PartialOrd for Index<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Index<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl<T> Hash for Index<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl<T> fmt::Debug for Index<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::Index;

    #[test]
    fn stored_index_keeps_none_apart() {
        let index = Index::<()>::new(7);
        assert_eq!(
            Index::<()>::from_stored(Index::stored(Some(index))),
            Some(index)
        );
        assert_eq!(Index::<()>::from_stored(Index::<()>::stored(None)), None);
        assert!(Index::<()>::new(1) < Index::new(2));
    }
}
