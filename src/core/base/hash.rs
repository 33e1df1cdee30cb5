//! Hashes of names and of identities. In: names and bytes. Out: numbers, the same in every engine.
//! Never: secrecy; they are not cryptographic.
//!
//! A profile stores hashes, never names, and never indices of the config, which shift when the
//! config changes. Written by hand: the stored bytes depend on every bit, and the runtime has room
//! for a few instructions only.

use std::num::NonZeroU32;

/// Kind of thing that a name denotes. The same name has a different hash in each namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Namespace {
    /// Facets, such as `trip`.
    Facet = 1,
    /// Topics, such as `trip.city`.
    Topic = 2,
    /// Families of offers.
    Family = 3,
    /// Offers.
    Offer = 4,
    /// Placements.
    Placement = 5,
    /// Segments.
    Segment = 6,
    /// Login tokens.
    Token = 7,
    /// Booking numbers.
    Booking = 8,
    /// Destinations that are no topic of the config.
    Place = 9,
    /// Declared facts.
    Fact = 10,
    /// Personas.
    Persona = 11,
    /// Messages.
    Message = 12,
    /// Scenarios.
    Scenario = 13,
    /// Zones of school holidays.
    Zone = 14,
    /// Seasons.
    Season = 15,
    /// Experiments.
    Experiment = 16,
    /// Arms of experiments, such as `tone.friendly`.
    Arm = 17,
}

impl Namespace {
    /// Returns the number of bits that a profile stores: few where a site has few names, 32 for
    /// offers and bookings.
    #[must_use]
    pub fn hash_bits(self) -> u32 {
        match self {
            Self::Facet => 16,
            Self::Topic
            | Self::Family
            | Self::Place
            | Self::Fact
            | Self::Persona
            | Self::Scenario
            | Self::Zone => 24,
            _ => 32,
        }
    }
}

macro_rules! name_hashes {
    ($($(#[$doc:meta])* $type:ident = $namespace:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(NonZeroU32);

        impl $type {
            /// The namespace of the hashed names.
            pub const NAMESPACE: Namespace = Namespace::$namespace;

            /// Returns the hash of a name.
            #[must_use]
            pub fn of(name: &str) -> Self {
                Self(NonZeroU32::new(name_hash(Self::NAMESPACE, name)).unwrap_or(NonZeroU32::MIN))
            }

            /// Returns a stored hash; `None` for 0, which stands for "none" in stored bytes.
            #[must_use]
            pub const fn from_stored(stored: u32) -> Option<Self> {
                match NonZeroU32::new(stored) {
                    Some(hash) => Some(Self(hash)),
                    None => None,
                }
            }

            /// Returns the number to store: 0 for `None`.
            #[must_use]
            pub fn stored(hash: Option<Self>) -> u32 {
                hash.map_or(0, Self::get)
            }

            /// Returns the hash as a number, never 0.
            #[must_use]
            pub const fn get(self) -> u32 {
                self.0.get()
            }
        }
    )*};
}

name_hashes! {
    /// Hash of a facet's name.
    FacetHash = Facet;
    /// Hash of a topic's name.
    TopicHash = Topic;
    /// Hash of a family's name.
    FamilyHash = Family;
    /// Hash of an offer's id.
    OfferHash = Offer;
    /// Hash of a placement's name.
    PlacementHash = Placement;
    /// Hash of a segment's name.
    SegmentHash = Segment;
    /// Hash of a booking number.
    BookingHash = Booking;
    /// Hash of a destination that is no topic of the config.
    PlaceHash = Place;
    /// Hash of a declared fact's name.
    FactHash = Fact;
    /// Hash of a persona's name.
    PersonaHash = Persona;
    /// Hash of a message's id.
    MessageHash = Message;
    /// Hash of a scenario's name.
    ScenarioHash = Scenario;
    /// Hash of a zone's name.
    ZoneHash = Zone;
    /// Hash of an experiment's name.
    ExperimentHash = Experiment;
    /// Hash of an arm's name with its experiment, `tone.friendly`.
    ArmHash = Arm;
}

/// Returns the hash of a name: FNV-1a over namespace and UTF-8 bytes, finished by Murmur3's mixer.
/// It has as many bits as the namespace stores, and is never 0, which stands for "none".
///
/// ```
/// use escale::internals::base::hash::{name_hash, Namespace};
/// assert_ne!(name_hash(Namespace::Topic, "trip.city"), name_hash(Namespace::Offer, "trip.city"));
/// assert!(name_hash(Namespace::Topic, "trip.city") < 1 << 24);
/// ```
#[must_use]
pub fn name_hash(namespace: Namespace, name: &str) -> u32 {
    hash_of_bytes(namespace, name.as_bytes())
}

/// Returns the [`name_hash`] of a name given as bytes.
#[must_use]
pub fn hash_of_bytes(namespace: Namespace, name: &[u8]) -> u32 {
    let mut h = fnv1a(0x811c_9dc5, &[namespace as u8]);
    h = fnv1a(h, name);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^= h >> 16;
    (h >> (32 - namespace.hash_bits())).max(1)
}

/// Returns the hash of the fact that denies a topic ("not interested"): the topic's hash with every
/// bit inverted. No declared fact has both this hash and the topic as its value.
#[must_use]
pub const fn denial_of(topic: u32) -> u32 {
    !topic & 0xff_ffff
}

/// Returns the FNV-1a state (32 bits) after more bytes.
#[must_use]
pub fn fnv1a(state: u32, bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(state, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}

/// Mixes two numbers into one whose every bit depends on all of theirs (the finisher of
/// splitmix64).
#[must_use]
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a
        .wrapping_add(b.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Constant that makes one use of a hash independent of its other uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salt(u64);

impl Salt {
    /// Draws that ignore the scores.
    pub const EXPLORATION: Self = Self(u64::from_be_bytes(*b"\0explore"));
    /// Membership in the control group.
    pub const HOLDOUT: Self = Self(u64::from_be_bytes(*b"\0holdout"));
    /// Moment at which a visitor's draws change.
    pub const PHASE: Self = Self(u64::from_be_bytes(*b"\0\0\0phase"));
    /// Visitors of a story.
    pub const STORY: Self = Self(u64::from_be_bytes(*b"\0\0\0story"));

    /// Mixes the constant into a hash.
    #[must_use]
    pub fn mix(self, hash: u64) -> u64 {
        mix(hash, self.0)
    }
}

/// Maps a hash to a number strictly between 0 and 1.
#[must_use]
pub fn unit(hash: u64) -> f64 {
    ((hash >> 12) as f64 + 0.5) / (1u64 << 52) as f64
}

/// Returns a checksum of many bytes, eight at a step. It detects damaged and truncated configs and
/// identifies a config. It does not withstand forgery.
#[must_use]
pub fn digest(bytes: &[u8]) -> u32 {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut state = chunks.iter().fold(bytes.len() as u64, |h, chunk| {
        mix(h, u64::from_le_bytes(*chunk))
    });
    for byte in rest {
        state = mix(state, u64::from(*byte));
    }
    (state ^ (state >> 32)) as u32
}

/// Returns the CRC-32 (IEEE 802.3), which detects every flip of one bit, unlike a folded hash.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// Returns the CRC-32 (IEEE 802.3), computed four bits a step to keep the browser's code small.
#[cfg(target_arch = "wasm32")]
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32_by_nibbles(bytes)
}

#[cfg(any(target_arch = "wasm32", test))]
fn crc32_by_nibbles(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let crc = crc ^ u32::from(*byte);
        let crc = (crc >> 4) ^ CRC_NIBBLES[(crc & 15) as usize];
        (crc >> 4) ^ CRC_NIBBLES[(crc & 15) as usize]
    })
}

#[cfg(any(target_arch = "wasm32", test))]
const CRC_NIBBLES: [u32; 16] = crc_nibbles();

#[cfg(any(target_arch = "wasm32", test))]
const fn crc_nibbles() -> [u32; 16] {
    let mut table = [0; 16];
    let mut i = 0;
    while i < 16 {
        let (mut crc, mut bit) = (i as u32, 0);
        while bit < 4 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_hashes_keep_none_apart() {
        let hash = TopicHash::of("trip.city");
        assert_eq!(hash.get(), name_hash(Namespace::Topic, "trip.city"));
        assert_eq!(
            TopicHash::from_stored(TopicHash::stored(Some(hash))),
            Some(hash)
        );
        assert_eq!(TopicHash::from_stored(TopicHash::stored(None)), None);
    }

    #[test]
    fn crc_agrees_with_the_published_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32_by_nibbles(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn units_stay_inside() {
        assert!(unit(0) > 0.0 && unit(u64::MAX) < 1.0);
    }
}
