//! The compiled config, used in place: sections of fixed-width rows over one run of bytes. Comes
//! in: the bytes that `compile` wrote; goes out: rows by their indices. Reading is total: a missing
//! row or byte reads as zeros. So no config can make the engine fail.

#[cfg(feature = "full")]
pub mod attribute_names;
#[cfg(feature = "full")]
mod build;
#[cfg(feature = "full")]
mod compile;
pub mod layout;
#[cfg(feature = "full")]
mod lint;
mod rows;
pub mod season;
#[cfg(feature = "full")]
pub mod source;
#[cfg(feature = "full")]
pub(crate) mod structure;

#[cfg(feature = "full")]
pub use compile::{Compiled, compile, tables as table_codec};
#[cfg(feature = "full")]
pub(crate) use rows::NONE;
pub use rows::customer::{
    Arm, Boundaries, DeclaredWorth, LifecycleBounds, Persona, Question, RfmBounds, Segment,
    Transitions,
};
pub use rows::tables;
pub use rows::time::{
    Cap, Hemisphere, RelativeTo, Scenario, Scope, Season, SeasonSpan, Theme, Timing, Trigger,
    Window, Zone,
};
pub use rows::{
    Facet, FactName, Family, Named, Offer, Placement, Policy, Table, TextIndex, Topic, Variant,
};
#[cfg(feature = "full")]
pub use source::json_schema;

use super::base::error::ConfigError;
use super::base::hash::{Namespace, digest, name_hash};
use super::base::index::Index;
use layout::{FORMAT, HEADER_BYTES, MAGIC, SECTIONS, Section};

/// Places lie in each other at most so deep.
pub const MAX_PARENTS: usize = 8;

/// A compiled config whose frame has been checked.
///
/// ```
/// # #[cfg(feature = "full")] {
/// use escale::{Config, compile};
/// let json = r#"{"version": 1, "facets": {}, "families": {}, "placements": {}, "offers": []}"#;
/// let config = Config::from_bytes(compile(json).unwrap().bytes).unwrap();
/// assert_eq!(config.find_name::<escale::internals::config::Offer>("lisbon"), None);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    bytes: Vec<u8>,
    /// Start and length of each section.
    frames: [(u32, u32); SECTIONS],
    version_hash: u32,
    policy: Policy,
    timing: Timing,
}

impl Config {
    /// Opens the bytes of a [`compile`](crate::compile)d config.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the bytes are no config, of another format version, or damaged.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, ConfigError> {
        if bytes.len() < HEADER_BYTES || bytes[..4] != MAGIC {
            return Err(ConfigError::NotAConfig);
        }
        let frames = [(0, 0); SECTIONS];
        let mut config = Self {
            bytes,
            frames,
            version_hash: 0,
            policy: Policy::default(),
            timing: Timing::default(),
        };
        let header = Row(config.bytes.first_chunk::<12>().unwrap_or(&[0; 12]));
        let (format, expected) = (header.u16(4), header.u32(8));
        if format != FORMAT {
            return Err(ConfigError::Version(format));
        }
        let sum = digest(&config.bytes[12..]);
        if sum != expected {
            return Err(ConfigError::Corrupt);
        }
        for section in 0..SECTIONS {
            config.frames[section] = config.frame(section).ok_or(ConfigError::Corrupt)?;
        }
        config.version_hash = sum;
        config.policy = config.read_policy();
        config.timing = config.read_timing();
        Ok(config)
    }

    /// The hash of the bytes: which config a decision was made by.
    #[must_use]
    pub fn version_hash(&self) -> u32 {
        self.version_hash
    }

    /// The compiled bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The numbers that steer the engine.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The numbers that steer pressure and journeys.
    #[must_use]
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    /// Returns the index of the row whose name has this hash.
    #[must_use]
    #[inline(always)]
    pub fn find<T: Named>(&self, hash: u32) -> Option<Index<T>> {
        self.number_of(T::NAMESPACE, hash).map(Index::new)
    }

    /// Returns the index of the row with this name.
    ///
    /// ```
    /// # #[cfg(feature = "full")] {
    /// use escale::{Config, compile};
    /// use escale::internals::config::Topic;
    /// # let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {}, "placements": {}, "offers": []}"#;
    /// let config = Config::from_bytes(compile(json).unwrap().bytes).unwrap();
    /// let city = config.find_name::<Topic>("trip.city").unwrap();
    /// assert_eq!(config.text(config.topic(city).name), "trip.city");
    /// # }
    /// ```
    #[must_use]
    pub fn find_name<T: Named>(&self, name: &str) -> Option<Index<T>> {
        self.find(name_hash(T::NAMESPACE, name))
    }

    /// Returns the name of a row.
    #[must_use]
    pub fn name<T: Named>(&self, index: Index<T>) -> &str {
        T::name(self, index)
    }

    /// Returns the names of all rows of a table.
    pub fn names<T: Named>(&self) -> impl Iterator<Item = &str> + Clone {
        self.indices::<T>().map(|index| self.name(index))
    }

    /// Returns the indices of all rows of a table.
    pub fn indices<T: Table>(&self) -> impl DoubleEndedIterator<Item = Index<T>> + Clone + use<T> {
        (0..self.count(T::SECTION) as u16).map(Index::new)
    }

    /// Returns the number of the row whose name in a namespace has this hash.
    pub(crate) fn number_of(&self, namespace: Namespace, hash: u32) -> Option<u16> {
        let key = (u64::from(namespace as u8) << 32) | u64::from(hash);
        let names = self.rows::<8>(Section::Names);
        let (mut low, mut high) = (0, names.0.len());
        while low < high {
            // Of two places in memory the sum never overflows.
            let middle = (low + high) / 2;
            let row = names.row(middle);
            let here = (u64::from(row.u16(0)) << 32) | u64::from(row.u32(4));
            match here.cmp(&key) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => return Some(row.u16(2)),
            }
        }
        None
    }

    /// Returns a text of the string table. Empty if there is no such text.
    #[must_use]
    pub fn text(&self, text: TextIndex) -> &str {
        core::str::from_utf8(self.text_bytes(text)).unwrap_or("")
    }

    /// Returns the bytes of a text, without the check that they are UTF-8.
    #[must_use]
    pub fn text_bytes(&self, text: TextIndex) -> &[u8] {
        let text = text.number();
        let end =
            |index: u32| self.row::<4>(Section::StringOffsets, index as usize).u32(0) as usize;
        self.section(Section::StringBytes)
            .get(end(text)..end(text.wrapping_add(1)))
            .unwrap_or(&[])
    }

    /// The bytes of a section.
    #[must_use]
    pub fn section(&self, section: Section) -> &[u8] {
        let (start, length) = self.frames[section as usize];
        self.bytes
            .get(start as usize..)
            .and_then(|rest| rest.get(..length as usize))
            .unwrap_or(&[])
    }

    /// Returns the number of rows of a section.
    #[must_use]
    pub fn count(&self, section: Section) -> usize {
        self.frames[section as usize].1 as usize / section.row_bytes()
    }

    /// A row; zeros where there is none.
    pub(crate) fn row<const N: usize>(&self, section: Section, index: usize) -> Row<'_, N> {
        self.rows(section).row(index)
    }

    /// All rows of a section.
    pub(crate) fn rows<const N: usize>(&self, section: Section) -> Rows<'_, N> {
        debug_assert_eq!(section.row_bytes(), N, "{section:?}");
        Rows(self.section(section).as_chunks().0)
    }

    /// A section that is one row of numbers; zeros where it is shorter.
    fn numbers<const N: usize>(&self, section: Section) -> Row<'_, N> {
        Row(self.section(section).first_chunk().unwrap_or(&[0; N]))
    }

    /// Start and length of a section as the header says, if it lies inside.
    fn frame(&self, section: usize) -> Option<(u32, u32)> {
        let at = 12 + section * 8;
        let header: &[u8; 8] = self.bytes.get(at..)?.first_chunk()?;
        let (start, length) = (Row(header).u32(0), Row(header).u32(4));
        let is_inside = start as usize >= HEADER_BYTES
            && start.checked_add(length)? as usize <= self.bytes.len();
        is_inside.then_some((start, length))
    }
}

/// A section's rows, looked up once for many of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a, const N: usize>(&'a [[u8; N]]);

impl<'a, const N: usize> Rows<'a, N> {
    /// A row; zeros where there is none.
    #[inline(always)]
    pub fn row(self, index: usize) -> Row<'a, N> {
        Row(self.0.get(index).unwrap_or(&[0; N]))
    }
}

/// A row's bytes: one look at the bounds for all its fields.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a, const N: usize>(&'a [u8; N]);

impl<const N: usize> Row<'_, N> {
    #[inline(always)]
    fn array<const M: usize>(self, at: usize) -> [u8; M] {
        self.0
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .copied()
            .unwrap_or([0; M])
    }

    #[inline(always)]
    pub fn byte(self, at: usize) -> u8 {
        self.array::<1>(at)[0]
    }

    #[inline(always)]
    pub fn u16(self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    #[inline(always)]
    pub fn u32(self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    #[inline(always)]
    pub fn f32(self, at: usize) -> f64 {
        f64::from(f32::from_le_bytes(self.array(at)))
    }
}
