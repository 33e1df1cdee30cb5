//! The compiled config, used in place: sections of fixed-width rows over one run of bytes. Comes in: the bytes
//! that `compile` wrote; goes out: rows by their small integers. Reading is total: a row or a byte that is not
//! there reads as zeros, so that no config can make the engine fail.

#[cfg(feature = "full")]
mod build;
#[cfg(feature = "full")]
mod compile;
pub mod layout;
#[cfg(feature = "full")]
mod lint;
#[cfg(feature = "full")]
pub mod people;
#[cfg(feature = "full")]
pub mod people_customer;
#[cfg(feature = "full")]
pub mod people_time;
mod rows;
mod rows_customer;
mod rows_time;
#[cfg(feature = "full")]
pub(crate) mod structure;

#[cfg(feature = "full")]
pub use compile::{Compiled, compile};
#[cfg(feature = "full")]
pub use people::json_schema;
pub use rows::{Facet, Family, NONE, Offer, Placement, Policy, Topic};
pub use rows_customer::{
    Boundaries, DeclaredWorth, LifecycleBounds, Persona, Question, RfmBounds, Segment, Transitions,
};
pub use rows_time::{Cap, Scenario, Scope, Season, SeasonSpan, Timing, Window, Zone, cause};

use super::error::ConfigError;
use super::hash::{Namespace, digest};
use layout::{FORMAT, HEADER_BYTES, MAGIC, SECTIONS, Section};

/// Places lie in each other at most so deep.
pub const MAX_PARENTS: usize = 8;

/// A compiled config whose frame has been checked.
#[derive(Clone, Debug)]
pub struct Config {
    bytes: Vec<u8>,
    version_hash: u32,
    policy: Policy,
    timing: Timing,
}

impl Config {
    /// Takes compiled bytes. Errors: they are no config, of another format, or damaged.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, ConfigError> {
        if bytes.len() < HEADER_BYTES || bytes[..4] != MAGIC {
            return Err(ConfigError::NotAConfig);
        }
        let mut config = Self { bytes, version_hash: 0, policy: Policy::default(), timing: Timing::default() };
        let format = config.u16_at(4);
        if format != FORMAT {
            return Err(ConfigError::Version(format));
        }
        let sum = digest(&config.bytes[12..]);
        if sum != config.u32_at(8) || (0..SECTIONS).any(|s| config.frame(s).is_none()) {
            return Err(ConfigError::Corrupt);
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

    /// The small integer of a name's hash in a namespace.
    #[must_use]
    pub fn index_of(&self, namespace: Namespace, hash: u32) -> Option<u16> {
        let key = (u64::from(namespace as u8) << 32) | u64::from(hash);
        let (mut low, mut high) = (0, self.count(Section::Names));
        while low < high {
            let middle = low.midpoint(high);
            let at = self.row(Section::Names, middle);
            let here = (u64::from(self.u16_at(at)) << 32) | u64::from(self.u32_at(at + 4));
            match here.cmp(&key) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => return Some(self.u16_at(at + 2)),
            }
        }
        None
    }

    /// The small integer of a name.
    #[must_use]
    pub fn index_of_name(&self, namespace: Namespace, name: &str) -> Option<u16> {
        self.index_of(namespace, super::hash::name_hash(namespace, name))
    }

    /// A text of the string table; empty where there is none.
    #[must_use]
    pub fn text(&self, string: u32) -> &str {
        let (from, to) = (self.string_end(string), self.string_end(string + 1));
        let (start, length) = self.frame(Section::StringBytes as usize).unwrap_or((0, 0));
        let range = start + (from as usize).min(length)..start + (to as usize).min(length);
        self.bytes.get(range).and_then(|b| core::str::from_utf8(b).ok()).unwrap_or("")
    }

    fn string_end(&self, index: u32) -> u32 {
        self.u32_at(self.row(Section::StringOffsets, index as usize))
    }

    /// The bytes of a section.
    #[must_use]
    pub fn section(&self, section: Section) -> &[u8] {
        let (start, length) = self.frame(section as usize).unwrap_or((0, 0));
        self.bytes.get(start..start + length).unwrap_or(&[])
    }

    /// How many rows a section has.
    #[must_use]
    pub fn count(&self, section: Section) -> usize {
        self.frame(section as usize).map_or(0, |(_, length)| length / section.row_bytes())
    }

    /// Where a row begins; past the end of the bytes where there is no such row.
    pub(crate) fn row(&self, section: Section, index: usize) -> usize {
        match self.frame(section as usize) {
            Some((start, length)) if index < length / section.row_bytes() => start + index * section.row_bytes(),
            _ => usize::MAX - 64,
        }
    }

    /// Start and length of a section, if it lies inside.
    fn frame(&self, section: usize) -> Option<(usize, usize)> {
        let at = 12 + section * 8;
        let (start, length) = (self.u32_at(at) as usize, self.u32_at(at + 4) as usize);
        (start >= HEADER_BYTES && start.checked_add(length)? <= self.bytes.len()).then_some((start, length))
    }

    pub(crate) fn u16_at(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array_at(at))
    }

    pub(crate) fn u32_at(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array_at(at))
    }

    pub(crate) fn f32_at(&self, at: usize) -> f64 {
        f64::from(f32::from_le_bytes(self.array_at(at)))
    }

    pub(crate) fn array_at<const N: usize>(&self, at: usize) -> [u8; N] {
        self.bytes.get(at..).and_then(|b| b.first_chunk::<N>()).copied().unwrap_or([0; N])
    }
}
