//! Hashes of names and of identities. A profile keeps hashes, never names, and never the config's small integers,
//! which shift when the config changes. No secret is protected by these: they are not cryptographic.

/// What a name names: the same word as a topic and as an offer has two hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Namespace {
    Facet = 1,
    Topic = 2,
    Family = 3,
    Offer = 4,
    Placement = 5,
    Segment = 6,
    Token = 7,
    Booking = 8,
    Place = 9,
    Fact = 10,
    Persona = 11,
    Message = 12,
    Scenario = 13,
    Zone = 14,
    Season = 15,
    Experiment = 16,
    Arm = 17,
}

impl Namespace {
    /// How many bits of a hash a profile stores: few where a site has few names, 32 for offers and bookings.
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

/// The hash of a name: FNV-1a over namespace and UTF-8 bytes, finished by Murmur3's mixer; as many
/// bits of it as the namespace stores. Never 0, which stands for "none".
///
/// ```
/// use escale::core::base::hash::{name_hash, Namespace};
/// assert_ne!(name_hash(Namespace::Topic, "trip.city"), name_hash(Namespace::Offer, "trip.city"));
/// assert!(name_hash(Namespace::Topic, "trip.city") < 1 << 24);
/// ```
#[must_use]
pub fn name_hash(namespace: Namespace, name: &str) -> u32 {
    hash_of_bytes(namespace, name.as_bytes())
}

/// As [`name_hash`], of a name's bytes.
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

/// FNV-1a (32 bits) going on from `state`.
#[must_use]
pub fn fnv1a(state: u32, bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(state, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}

/// Two numbers to one, every bit depending on every other (the finisher of splitmix64).
#[must_use]
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a
        .wrapping_add(b.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A hash as a number strictly between 0 and 1.
#[must_use]
pub fn unit(hash: u64) -> f64 {
    ((hash >> 12) as f64 + 0.5) / (1u64 << 52) as f64
}

/// A sum over many bytes, eight at a step: tells a damaged or cut config from a whole one, and one config from
/// another. Its bits depend on every byte, but nobody is promised that a forger finds no second one.
#[must_use]
pub fn digest(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut state = words.iter().fold(bytes.len() as u64, |h, word| {
        mix(h, u64::from_le_bytes(*word))
    });
    for byte in rest {
        state = mix(state, u64::from(*byte));
    }
    (state ^ (state >> 32)) as u32
}

/// CRC-32 (IEEE 802.3): finds every flip of one bit, which a folded hash does not promise.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// CRC-32 (IEEE 802.3), four bits a step: in the browser, where each byte of code is loaded by everyone.
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
    fn crc_agrees_with_the_published_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32_by_nibbles(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn units_stay_inside() {
        assert!(unit(0) > 0.0 && unit(u64::MAX) < 1.0);
    }
}
